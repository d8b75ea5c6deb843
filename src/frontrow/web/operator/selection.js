/** Seats chosen on the map: what is among them, and the groups in which a house can be chosen. */

/** @import { SeatState } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */

/** @typedef {Record<SeatState, string[]>} ByState */

/**
 * @param {readonly string[]} seatIds
 * @param {(seatId: string) => SeatState | null} stateOf
 * @returns {ByState} seats of unknown state are left out
 */
export function byState(seatIds, stateOf) {
  /** @type {ByState} */
  const found = { available: [], held: [], booked: [], blocked: [] };
  for (const seatId of seatIds) {
    const state = stateOf(seatId);
    if (state) found[state].push(seatId);
  }
  return found;
}

/**
 * The sections that have seats; one without a name for all seats of a house without sections.
 * @param {Venue} venue
 * @returns {{ name: string, seats: readonly number[] }[]} layout indexes
 */
export function sectionsOf(venue) {
  const named = venue.sections.filter(({ seats }) => seats.length > 0).map(({ name, seats }) => ({ name, seats }));
  const outside = [...venue.sectionOf.keys()].filter((seat) => venue.sectionOf[seat] < 0);
  return outside.length > 0 ? [...named, { name: "", seats: outside }] : named;
}

/**
 * The rows among these seats, as they follow in the drawing.
 * @param {Venue} venue
 * @param {readonly number[]} seats
 * @returns {{ label: string, seats: number[] }[]}
 */
export function rowsAmong(venue, seats) {
  /** @type {Map<string, number[]>} */
  const rows = new Map();
  for (const seat of seats) {
    const { rowLabel } = venue.seat(seat);
    const row = rows.get(rowLabel);
    if (row) row.push(seat);
    else rows.set(rowLabel, [seat]);
  }
  return [...rows].map(([label, ofRow]) => ({ label, seats: ofRow }));
}

/**
 * @template T
 * @param {readonly T[]} all
 * @param {number} sizeMax at least 1
 * @returns {T[][]}
 */
export function batches(all, sizeMax) {
  return Array.from({ length: Math.ceil(all.length / sizeMax) }, (_, at) => all.slice(at * sizeMax, (at + 1) * sizeMax));
}

/**
 * How wanted each seat is beside the most wanted one.
 * @param {readonly { seatId: string, holds: number, refusals?: number }[]} seats
 * @returns {Record<string, number>} 0 to 1 by seat id, and nothing else: a seat may have the name of what objects inherit
 */
export function heatOf(seats) {
  const wanted = seats.map(({ seatId, holds, refusals = 0 }) => /** @type {const} */ ([seatId, holds + refusals]));
  const most = Math.max(1, ...wanted.map(([, times]) => times));
  /** @type {Record<string, number>} */
  const heat = Object.create(null);
  for (const [seatId, times] of wanted) heat[seatId] = times / most;
  return heat;
}
