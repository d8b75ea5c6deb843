/**
 * A user's holds are the same on all their devices, and a page that is left gives them back soon, whoever else looks at
 * them: another tab hears of it, another device does not. So a page that somebody uses looks every few seconds whether
 * a hold of theirs ends earlier than it knew, and prolongs the one that does. A page without seats, or that nobody
 * sees, or that nobody has touched for a while, asks nothing.
 */

/** @import { PageLife } from "./page-life.js" */

import { Problem } from "../api.js";
import { spanMs } from "./span-clock.js";

/** Well within the seconds after which a page that was left gives its seats back: two looks fit in. */
const LOOK_EVERY_MS = 7_000;
/** Who comes back to the page after a while is looked after at once, but for the bustle of the first moment. */
const LOOK_SOON_MS = 500;
/** Who has done nothing for so long is no longer taken for somebody who uses the page. */
const USED_MS = 90_000;

/**
 * @typedef {object} Guarded
 * @property {() => boolean} any whether there is anything to guard now
 * @property {() => Promise<string[]>} endingEarlier the holds that end earlier than was known
 * @property {(holdIds: readonly string[]) => Promise<unknown>} prolong
 */

export class HoldGuard {
  /**
   * @param {Guarded} guarded
   * @param {PageLife} page
   */
  constructor(guarded, page) {
    this._guarded = guarded;
    this._page = page;
    this._usedAtMs = -Infinity;
    this._running = false;
    this._looking = false;
    /** Counts the departures: what was found out before one is not acted upon. */
    this._turn = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
    this._unwatch = () => {};
  }

  start() {
    this._running = true;
    this._unwatch = this._page.watch({ hidden: () => this._rest(), left: () => this._leave(), shown: () => this._shown(), back: () => this.used() });
    this._usedAtMs = spanMs();
    this._later(LOOK_EVERY_MS);
  }

  stop() {
    this._running = false;
    this._unwatch();
    this._leave();
  }

  /** Somebody uses the page. */
  used() {
    const nowMs = spanMs();
    const idle = nowMs - this._usedAtMs >= USED_MS;
    this._usedAtMs = nowMs;
    this._later(idle ? LOOK_SOON_MS : LOOK_EVERY_MS);
  }

  /** Who turns to the page again may have been at another device meanwhile. */
  _shown() {
    this._usedAtMs = spanMs();
    this._rest();
    void this._look();
  }

  _leave() {
    this._turn += 1;
    this._rest();
  }

  _rest() {
    clearTimeout(this._timer);
    this._timer = undefined;
  }

  /** @param {number} ms */
  _later(ms) {
    if (!this._running || this._looking || this._page.hidden) return;
    this._timer ??= setTimeout(() => void this._look(), ms);
  }

  async _look() {
    this._timer = undefined;
    if (this._looking || !this._guarded.any()) return;
    this._looking = true;
    const turn = this._turn;
    let pauseMs = LOOK_EVERY_MS;
    try {
      const holdIds = await this._guarded.endingEarlier();
      if (turn === this._turn && holdIds.length) await this._guarded.prolong(holdIds);
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      // Nothing is known to be wrong; whether the server answers at all is said by the feed.
      pauseMs = Math.max(pauseMs, caught.retryAfterMs);
    } finally {
      this._looking = false;
    }
    if (turn === this._turn && spanMs() - this._usedAtMs < USED_MS) this._later(pauseMs);
  }
}
