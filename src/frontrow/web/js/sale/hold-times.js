/** When each hold runs out, how long it lasts when it is fresh, and so which are to be prolonged. */

/** A hold of which less than this share is left is prolonged while its buyer is active. */
const PROLONGED_BELOW_SHARE = 0.7;
/** An extension that brings less has met the longest time a hold may last. */
const WORTH_MS = 2_000;

export class HoldTimes {
  /** @param {() => number} nowMs the server's time */
  constructor(nowMs) {
    this._nowMs = nowMs;
    /**
     * By hold id; `cut`: it ends earlier than it once did, and was not prolonged since.
     * @type {Map<string, { expiresAtMs: number, fullMs: number, atCap: boolean, cut: boolean }>}
     */
    this._times = new Map();
  }

  /** @returns {string[]} */
  get holdIds() {
    return [...this._times.keys()];
  }

  /**
   * What the server says of a hold.
   * @param {{ holdId: string, expiresAt: string }} hold
   */
  learn({ holdId, expiresAt }) {
    const expiresAtMs = Date.parse(expiresAt);
    const known = this._times.get(holdId);
    const fullMs = Math.max(known?.fullMs ?? 0, expiresAtMs - this._nowMs());
    const cut = known !== undefined && (known.expiresAtMs - expiresAtMs >= WORTH_MS || (known.cut && expiresAtMs - known.expiresAtMs < WORTH_MS));
    this._times.set(holdId, { expiresAtMs, fullMs, atCap: known?.atCap ?? false, cut });
  }

  /**
   * What the server says after it was asked for a hold's full time.
   * @param {{ holdId: string, expiresAt: string }} hold
   */
  prolonged(hold) {
    const before = this.expiresAtMs(hold.holdId) ?? 0;
    this.learn(hold);
    const times = this._times.get(hold.holdId);
    if (times) times.cut = false;
    if (times) times.atCap = times.expiresAtMs - before < WORTH_MS && this._share(times) < PROLONGED_BELOW_SHARE;
  }

  /** @param {string} holdId */
  forget(holdId) {
    this._times.delete(holdId);
  }

  /** @param {readonly { holdId: string, expiresAt: string }[]} holds all there are */
  replace(holds) {
    const ids = new Set(holds.map(({ holdId }) => holdId));
    for (const holdId of this.holdIds) if (!ids.has(holdId)) this._times.delete(holdId);
    for (const hold of holds) this.learn(hold);
  }

  /**
   * Whether a hold ends earlier than was known, or once was.
   * @param {{ holdId: string, expiresAt: string }} hold as the server tells of it now
   */
  endsEarlier({ holdId, expiresAt }) {
    const times = this._times.get(holdId);
    return times !== undefined && (times.cut || times.expiresAtMs - Date.parse(expiresAt) >= WORTH_MS);
  }

  /** @param {string} holdId @returns {number | null} milliseconds by the server's clock */
  expiresAtMs(holdId) {
    return this._times.get(holdId)?.expiresAtMs ?? null;
  }

  /** @returns {string[]} the holds that an active buyer's page asks to prolong now */
  get due() {
    return [...this._times].filter(([, times]) => !times.atCap && times.expiresAtMs > this._nowMs() && this._share(times) < PROLONGED_BELOW_SHARE).map(([holdId]) => holdId);
  }

  /** @param {{ expiresAtMs: number, fullMs: number }} times */
  _share({ expiresAtMs, fullMs }) {
    return (expiresAtMs - this._nowMs()) / fullMs;
  }
}
