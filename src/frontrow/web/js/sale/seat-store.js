/**
 * The states of an event's seats exactly as the server has told them: a function of (epoch, offset) and of nothing
 * else. No click and no clock changes them; what this buyer does is laid over them elsewhere (live-sale.js).
 */

/** @import { ChangesFrame, SeatStates } from "../wire.js" */

import { UNKNOWN, decodeStates, stateOfLetter } from "../venue/seat-states.js";

export class SeatStore {
  /**
   * @param {ReadonlyMap<string, number>} indexOf seat id -> layout index
   * @param {{ layoutId: string, layoutVersion: number }} drawing that the indexes belong to
   */
  constructor(indexOf, { layoutId, layoutVersion }) {
    this._indexOf = indexOf;
    this._layoutId = layoutId;
    this._layoutVersion = layoutVersion;
    this._epoch = "";
    this._offset = "";
    this._known = false;
    /** @type {Uint8Array} by layout index; all unknown until the first snapshot */
    this.states = new Uint8Array(indexOf.size).fill(UNKNOWN);
  }

  /** Whether a first snapshot has come. */
  get known() {
    return this._known;
  }

  /** Where in the event's history these states are, `<epoch>:<offset>`; null before the first snapshot. */
  get position() {
    return this._offset ? `${this._epoch}:${this._offset}` : null;
  }

  /**
   * @param {SeatStates} snapshot
   * @returns {boolean} false, and nothing has changed, when it is of another drawing
   */
  takeSnapshot(snapshot) {
    const { layoutId = this._layoutId, layoutVersion, states } = snapshot;
    if (layoutId !== this._layoutId || layoutVersion !== this._layoutVersion || states.length !== this._indexOf.size) return false;
    this.states = decodeStates(states, this._indexOf.size);
    this._epoch = snapshot.epoch;
    this._offset = snapshot.offset;
    this._known = true;
    return true;
  }

  /**
   * @param {string} position `<epoch>:<offset>` after these changes
   * @param {ChangesFrame} changes
   * @returns {boolean} false when they do not continue what is known: the states stay, but are nothing to go on from
   */
  takeChanges(position, changes) {
    const fits = this._continue(position, changes);
    if (!fits) this._offset = "";
    return fits;
  }

  /**
   * @param {string} position
   * @param {ChangesFrame} changes
   */
  _continue(position, changes) {
    const [epoch] = position.split(":", 1);
    if (this.position === null || epoch !== this._epoch) return false;
    /** @type {[number, number][]} */
    const news = [];
    for (const [letter, seatIds] of Object.entries(changes.seats)) {
      for (const seatId of seatIds) {
        const seat = this._indexOf.get(seatId);
        if (seat === undefined) return false;
        news.push([seat, stateOfLetter(letter)]);
      }
    }
    for (const [seat, state] of news) this.states[seat] = state;
    this._offset = changes.offset;
    return true;
  }
}
