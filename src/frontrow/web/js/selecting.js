/** What a press on a seat means to an operator: it is selected, whatever its state, and nothing is held. */

/** @import { MapPane } from "./map-pane.js" */
/** @import { Notices } from "./panels/notices.js" */
/** @import { Venue, VenueTable } from "./venue/venue.js" */
/** @import { Words } from "./words/words.js" */

export class Selecting {
  /**
   * @param {{ venue: Venue, words: Words, notices: Notices, pane: () => MapPane, onChange: (seatIds: string[]) => void }} options
   *   `onChange`: somebody selected or deselected seats
   */
  constructor({ venue, words, notices, pane, onChange }) {
    this._venue = venue;
    this._words = words;
    this._notices = notices;
    this._pane = pane;
    this._onChange = onChange;
    /** @type {Set<number>} in the order selected */
    this._seats = new Set();
  }

  /** The ids of the selected seats, in the order selected. */
  get seatIds() {
    return [...this._seats].map((seat) => this._venue.seat(seat).id);
  }

  /** Select these seats and no others; ids that are not in the drawing are passed over. Tells nobody. */
  set seatIds(seatIds) {
    this._seats = new Set(seatIds.flatMap((id) => this._venue.indexOf.get(id) ?? []));
    this._pane().select(this._seats);
  }

  /** @param {number} seat */
  chosen(seat) {
    return this._seats.has(seat);
  }

  /** @param {number} seat */
  toggle(seat) {
    this._toggleAll([seat]);
  }

  /** @param {VenueTable} table */
  toggleTable({ seats }) {
    this._toggleAll(seats);
  }

  /** Select all of these; where all are selected already, deselect them. @param {readonly number[]} seats */
  _toggleAll(seats) {
    if (seats.length === 0) return;
    const all = seats.every((seat) => this._seats.has(seat));
    const next = new Set(this._seats);
    for (const seat of seats) {
      if (all) next.delete(seat);
      else next.add(seat);
    }
    this._seats = next;
    this._pane().select(next);
    this._notices.say(this._words.t("map.said_selected", { count: next.size }));
    this._onChange(this.seatIds);
  }

  /** @param {number[]} seats within a rectangle that was drawn */
  rectangle(seats) {
    this._toggleAll(seats);
  }

  clear() {
    if (this._seats.size) this._toggleAll([...this._seats]);
  }
}
