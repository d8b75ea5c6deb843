/** The states of an event's seats as numbers, one per seat in layout order, and what changed between two snapshots. */

export const AVAILABLE = 0;
export const HELD = 1;
export const BOOKED = 2;
export const BLOCKED = 3;
/** Mine, or being taken or given back by me: drawn and counted apart from what the server calls `held`. */
export const MINE = 4;
/** Before the server has told of it: drawn quietly, counted nowhere, and nobody is invited to take it. */
export const UNKNOWN = 5;

/** @type {Readonly<Record<number, string>>} the product's words for the states */
export const STATE_WORD = Object.freeze({ 0: "available", 1: "held", 2: "booked", 3: "blocked", 4: "mine" });

/** @type {Readonly<Record<string, number>>} */
const STATE_OF_LETTER = Object.freeze({ a: AVAILABLE, h: HELD, b: BOOKED, x: BLOCKED });

/**
 * A letter this version does not know reads as blocked: it is shown, and nobody is invited to take it.
 * @param {string} letter
 */
export function stateOfLetter(letter) {
  return STATE_OF_LETTER[letter] ?? BLOCKED;
}

/**
 * The states of a `seat-states` answer.
 * @param {string} states one letter per seat
 * @param {number} seatCount of the drawing
 * @returns {Uint8Array}
 * @throws {RangeError} when the answer belongs to another drawing
 */
export function decodeStates(states, seatCount) {
  if (states.length !== seatCount) {
    throw new RangeError(`expected the states of ${seatCount} seats, got ${states.length}`);
  }
  const decoded = new Uint8Array(seatCount);
  for (let i = 0; i < seatCount; i++) decoded[i] = stateOfLetter(states[i]);
  return decoded;
}

/**
 * How seats sell.
 * @typedef {object} SeatCounts
 * @property {number} available
 * @property {number} held by anybody, this buyer included: they may come back
 * @property {number} booked
 */

/**
 * @param {Uint8Array} states
 * @param {Iterable<number>} seats layout indexes
 * @returns {SeatCounts}
 */
export function countStates(states, seats) {
  const counts = { available: 0, held: 0, booked: 0 };
  for (const seat of seats) countState(counts, states[seat]);
  return counts;
}

/**
 * @param {SeatCounts} counts
 * @param {number} state of one more seat
 */
export function countState(counts, state) {
  if (state === AVAILABLE) counts.available += 1;
  else if (state === BOOKED) counts.booked += 1;
  else if (state !== BLOCKED && state !== UNKNOWN) counts.held += 1;
}

/**
 * The seats whose state differs.
 * @param {Uint8Array} before
 * @param {Uint8Array} after of the same length
 * @returns {number[]} layout indexes, ascending
 */
export function changedSeats(before, after) {
  const changed = [];
  for (let i = 0; i < after.length; i++) if (before[i] !== after[i]) changed.push(i);
  return changed;
}
