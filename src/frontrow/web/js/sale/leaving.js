/**
 * What happens to a buyer's seats when they leave the page: they are given back after 15 seconds, so that a reload or
 * the way back finds them still held, and others need not wait for somebody who is gone.
 *
 * The page that comes back prolongs the hold, which cancels the delayed release. A release that was sent while the page
 * went away may be slower than the page that comes back, so this is done a second time after a moment.
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
    this._stopped = false;
  }

  /** Take up what an earlier visit, or another tab, has left; and be ready to leave. */
  start() {
    this._unwatch = this._page.watch({ left: () => this._leave(), back: () => void this.keep() });
    return this.keep();
  }

  stop() {
    this._stopped = true;
    this._unwatch();
    clearTimeout(this._again);
  }

  /** Prolong the holds now, and once more when a release under way has surely arrived. */
  async keep() {
    clearTimeout(this._again);
    if ((await this._stayed.keep()) && !this._stopped) this._again = setTimeout(() => void this._stayed.keep(), AGAIN_AFTER_MS);
  }

  _leave() {
    clearTimeout(this._again);
    const holdIds = this._stayed.holdIds();
    for (const holdId of holdIds) this._stayed.releaseLeaving(holdId, GIVEN_BACK_AFTER_S);
    this._stayed.onLeft(holdIds);
  }
}
