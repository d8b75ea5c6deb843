/**
 * What happens to a buyer's seats when they leave the page: they are given back after 15 seconds, so that a reload or
 * the way back finds them still held, and others need not wait for somebody who is gone.
 *
 * The page that comes back prolongs the hold, which cancels the delayed release. A release that was sent while the page
 * went away may be slower than the page that comes back: so the hold is looked at once more after a moment, and prolonged
 * again where it has become short.
 */

/** @import { PageLife } from "./page-life.js" */

const GIVEN_BACK_AFTER_S = 15;
const AGAIN_AFTER_MS = 3_000;

/**
 * @typedef {object} Stayed what leaving needs to know and to do
 * @property {() => readonly string[]} holdIds to be given back; none while a booking is being made
 * @property {(holdId: string, afterSeconds: number) => void} releaseLeaving
 * @property {(holdIds: readonly string[]) => void} onLeft
 * @property {() => Promise<boolean>} keep see what is held, and prolong it; false when there is nothing to prolong
 * @property {() => Promise<void>} keepShortened see what is held, and prolong what has become short
 */

export class Leaving {
  /**
   * @param {Stayed} stayed
   * @param {PageLife} page
   */
  constructor(stayed, page) {
    this._stayed = stayed;
    this._page = page;
    this._unwatch = () => {};
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._again = undefined;
    /** Counts the returns and departures: what belongs to an earlier one is dropped. */
    this._turn = 0;
    /** Whether a hold may look short only because this page, or another tab, was left: it is being prolonged. */
    this.keeping = false;
  }

  /** Take up what an earlier visit, or another tab, has left; and be ready to leave. */
  start() {
    this._unwatch = this._page.watch({ left: () => this._leave(), back: () => void this.keep() });
    return this.keep();
  }

  stop() {
    this._unwatch();
    this._begin(false);
  }

  /** Prolong the holds now, and look at them again when a release under way has surely arrived. */
  async keep() {
    const turn = this._begin(true);
    const kept = await this._stayed.keep();
    if (turn !== this._turn) return;
    if (kept) this._again = setTimeout(() => void this._keepShortened(turn), AGAIN_AFTER_MS);
    else this.keeping = false;
  }

  /** @param {number} turn */
  async _keepShortened(turn) {
    await this._stayed.keepShortened();
    if (turn === this._turn) this.keeping = false;
  }

  /** @param {boolean} keeping */
  _begin(keeping) {
    clearTimeout(this._again);
    this.keeping = keeping;
    return (this._turn += 1);
  }

  _leave() {
    this._begin(false);
    const holdIds = this._stayed.holdIds();
    for (const holdId of holdIds) this._stayed.releaseLeaving(holdId, GIVEN_BACK_AFTER_S);
    this._stayed.onLeft(holdIds);
  }
}
