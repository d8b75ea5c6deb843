/** What is shown of a hold's time, and when it is warned of: once for each expiry, until the hold lasts longer. */

/** @import { Countdown } from "./countdown.js" */

import { countdown } from "./countdown.js";

export class HoldClock {
  /** @param {(leftMs: number, expiresAtMs: number) => () => void} warn gives what takes the warning back */
  constructor(warn) {
    this._warn = warn;
    this._warnedFor = 0;
    this._withdraw = () => {};
  }

  /**
   * @param {number | null} expiresAtMs null without a hold
   * @param {number} nowMs the server's time
   * @param {boolean} keeping whether it may look short only because the page was left, and is just being prolonged: then
   *   neither the little time it has nor a warning of it would be true in a moment
   * @returns {Countdown | null} null where there is no time to show
   */
  look(expiresAtMs, nowMs, keeping) {
    if (expiresAtMs !== this._warnedFor) this._takeBack();
    if (expiresAtMs === null) return null;
    const left = countdown(expiresAtMs, nowMs);
    if (left.phase !== "expiring") return left;
    if (keeping) return null;
    if (expiresAtMs !== this._warnedFor) {
      this._warnedFor = expiresAtMs;
      this._withdraw = this._warn(left.leftMs, expiresAtMs);
    }
    return left;
  }

  /**
   * The time alone, where nobody need hurry: nothing is warned of.
   * @param {number | null} expiresAtMs
   * @param {number} nowMs
   * @returns {Countdown | null}
   */
  shown(expiresAtMs, nowMs) {
    this._takeBack();
    return expiresAtMs === null ? null : countdown(expiresAtMs, nowMs);
  }

  _takeBack() {
    this._withdraw();
    this._withdraw = () => {};
  }
}
