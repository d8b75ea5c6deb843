/**
 * The latest changes of an event, newest first and bounded: what the server remembers of them, with what was heard since
 * on top. What the server tells anew replaces what was only heard, for it knows the cause and the time.
 */

/** @import { SeatState } from "../js/wire.js" */
/** @import { RecentChange } from "./answers.js" */

export const CHANGES_MAX = 60;

/** @typedef {{ atMs: number, seatIds: readonly string[], state: SeatState, cause: string | null, fresh: boolean }} LoggedChange */

export class ChangeLog {
  constructor() {
    /** @type {LoggedChange[]} newest first */
    this._told = [];
    /** @type {LoggedChange[]} newest first */
    this._heard = [];
    this._toldFirst = "";
  }

  /** @returns {readonly LoggedChange[]} newest first, at most CHANGES_MAX */
  get changes() {
    return [...this._heard, ...this._told].slice(0, CHANGES_MAX);
  }

  /**
   * The server's own list.
   * @param {readonly RecentChange[]} items newest first
   * @returns {boolean} whether there is anything to show anew
   */
  tell(items) {
    const first = items[0]?.offset ?? "";
    const news = first !== this._toldFirst || this._heard.length > 0;
    const seen = new Set(this._told.map(({ atMs }) => atMs));
    const newest = this._told[0]?.atMs ?? Infinity;
    this._toldFirst = first;
    this._heard = [];
    this._told = items.slice(0, CHANGES_MAX).map(({ at, seatIds, state, cause }) => {
      const atMs = Date.parse(at);
      return { atMs, seatIds, state, cause, fresh: atMs > newest && !seen.has(atMs) };
    });
    return news;
  }

  /**
   * Seats that look different now.
   * @param {number} atMs
   * @param {Partial<Record<SeatState, readonly string[]>>} seats by their new state
   */
  hear(atMs, seats) {
    for (const [state, seatIds] of Object.entries(seats)) {
      if (seatIds.length > 0) this._heard.unshift({ atMs, seatIds, state: /** @type {SeatState} */ (state), cause: null, fresh: true });
    }
    this._heard.length = Math.min(this._heard.length, CHANGES_MAX);
  }
}
