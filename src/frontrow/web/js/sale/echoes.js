/**
 * What an answer of the server has just told, kept until the feed has caught up with it. Without this a seat given
 * back would look held for one more look of the feed.
 */

/** A snapshot asked for this long after the answer includes it, whichever process of the server gives it. */
const CAUGHT_UP_MS = 400;

export class Echoes {
  constructor() {
    /** @type {Map<number, { state: number, heardAtMs: number }>} */
    this._heard = new Map();
  }

  /**
   * @param {readonly number[]} seats
   * @param {number} state
   * @param {number} nowMs local time
   */
  hear(seats, state, nowMs) {
    for (const seat of seats) this._heard.set(seat, { state, heardAtMs: nowMs });
  }

  /**
   * Lay what was heard over a snapshot, and forget what the snapshot already includes.
   * @param {Uint8Array} states changed in place
   * @param {number} askedAtMs local time at which the snapshot was asked for
   */
  layOver(states, askedAtMs) {
    for (const [seat, { state, heardAtMs }] of this._heard) {
      if (askedAtMs > heardAtMs + CAUGHT_UP_MS) this._heard.delete(seat);
      else states[seat] = state;
    }
  }
}
