/**
 * What an answer of the server has just told, kept until the feed has caught up with it. Without this a seat given
 * back would look held until the feed tells of it.
 */

/** What was true this long after the answer includes it, whichever process of the server tells it. */
const CAUGHT_UP_MS = 400;

export class Echoes {
  constructor() {
    /** @type {Map<number, { state: number, heardAtMs: number }>} */
    this._heard = new Map();
  }

  /**
   * @param {readonly number[]} seats
   * @param {number} state
   * @param {number} nowMs by the span clock
   */
  hear(seats, state, nowMs) {
    for (const seat of seats) this._heard.set(seat, { state, heardAtMs: nowMs });
  }

  /**
   * The feed has told how the seats were at that time, or later: what was heard long enough before is in it.
   * @param {number} askedAtMs by the span clock
   */
  forgetBefore(askedAtMs) {
    for (const [seat, { heardAtMs }] of this._heard) if (askedAtMs > heardAtMs + CAUGHT_UP_MS) this._heard.delete(seat);
  }

  /** @param {Uint8Array} states changed in place */
  layOver(states) {
    for (const [seat, { state }] of this._heard) states[seat] = state;
  }
}
