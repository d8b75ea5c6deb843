/** An event's seats counted by state, in the house and by category, and kept up with what changes. */

/** @import { SeatState } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Figures } from "./state-bar.js" */

import { AVAILABLE, BLOCKED, BOOKED, HELD, STATE_WORD } from "../js/venue/seat-states.js";

const FIELD = /** @type {const} */ ({ [AVAILABLE]: "available", [HELD]: "held", [BOOKED]: "booked", [BLOCKED]: "blocked" });

export class LiveCounts {
  /** @param {Venue} venue */
  constructor(venue) {
    this._venue = venue;
    /** @type {Uint8Array | null} */
    this._states = null;
    /** @type {Figures} */
    this.house = none();
    /** @type {Figures[]} by category index */
    this.categories = venue.categories.map(none);
  }

  /** Whether the states have been seen at all. */
  get known() {
    return this._states !== null;
  }

  /**
   * @param {string} seatId
   * @returns {SeatState | null} null while unknown
   */
  stateOf(seatId) {
    const seat = this._venue.indexOf.get(seatId);
    return seat === undefined || this._states === null ? null : /** @type {SeatState} */ (STATE_WORD[this._states[seat]]);
  }

  /**
   * Count the seats as they are now.
   * @param {Uint8Array} states in layout order; the caller's own, which may change later
   * @returns {Partial<Record<SeatState, string[]>>} the seats that changed by their new state; none of the first states
   */
  see(states) {
    const before = this._states;
    /** @type {Partial<Record<SeatState, string[]>>} */
    const changed = {};
    this.house = none();
    this.categories = this._venue.categories.map(none);
    for (let seat = 0; seat < states.length; seat++) {
      const state = FIELD[/** @type {0} */ (states[seat])] ?? "held";
      const ofCategory = this.categories[this._venue.categoryOf[seat]];
      this.house[state] += 1;
      this.house.total += 1;
      ofCategory[state] += 1;
      ofCategory.total += 1;
      if (before && before[seat] !== states[seat]) (changed[state] ??= []).push(this._venue.seat(seat).id);
    }
    this._states = states.slice();
    return changed;
  }
}

/** @returns {Figures} */
function none() {
  return { available: 0, held: 0, booked: 0, blocked: 0, total: 0 };
}
