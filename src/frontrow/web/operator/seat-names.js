/** Seats as an operator reads them: "Stalls B 4–7, 9", in the drawing's own labels. */

/** @import { Venue } from "../js/venue/venue.js" */

const GROUPS_SHOWN = 2;

/**
 * Seats by section and row, neighbours as a run.
 * @param {Venue} venue
 * @param {readonly string[]} seatIds unknown ones are left out
 * @returns {string[]} one text per row, in the order of the seats
 */
export function rowsOf(venue, seatIds) {
  /** @type {Map<string, { title: string, seats: (number | string)[] }>} */
  const rows = new Map();
  for (const seatId of seatIds) {
    const index = venue.indexOf.get(seatId);
    if (index === undefined) continue;
    const { rowLabel, seatNumber, sectionId = "" } = venue.seat(index);
    const section = venue.sections[venue.sectionOf[index]]?.name ?? "";
    const key = `${sectionId}\n${rowLabel}`;
    const row = rows.get(key) ?? { title: section === rowLabel ? section : [section, rowLabel].filter(Boolean).join(" "), seats: [] };
    row.seats.push(seatNumber);
    rows.set(key, row);
  }
  return [...rows.values()].map(({ title, seats }) => `${title} ${runs(seats)}`.trim());
}

/**
 * @param {Venue} venue
 * @param {readonly string[]} seatIds
 * @returns {{ text: string, more: number }} the first rows, and how many rows more there are
 */
export function rowsText(venue, seatIds) {
  const rows = rowsOf(venue, seatIds);
  const shown = rows.length > GROUPS_SHOWN + 1 ? rows.slice(0, GROUPS_SHOWN) : rows;
  return { text: shown.join(" · "), more: rows.length - shown.length };
}

/**
 * @param {readonly (number | string)[]} labels numbers and words mixed
 * @returns {string} "1–4, 7, A"
 */
export function runs(labels) {
  const numbers = labels.map(Number).filter(Number.isSafeInteger).sort((a, b) => a - b);
  const words = labels.filter((label) => !Number.isSafeInteger(Number(label))).map(String).sort();
  /** @type {[number, number][]} */
  const spans = [];
  for (const number of numbers) {
    const span = spans.at(-1);
    if (span && number <= span[1] + 1) span[1] = number;
    else spans.push([number, number]);
  }
  return [...spans.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)), ...words].join(", ");
}
