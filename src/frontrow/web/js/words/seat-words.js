/** How seats, rows, tables and sections are called, and what is said of their states. */

/** @import { Venue, VenueTable } from "../venue/venue.js" */
/** @import { Words } from "./words.js" */

import { AVAILABLE, BLOCKED, BOOKED, HELD, MINE, UNKNOWN } from "../venue/seat-states.js";

/** Names longer than this are called by themselves: a box called "Royal Box" is no row. */
const ROW_LABEL_MAX = 3;

/** @type {Readonly<Record<number, "map.state_available" | "map.state_held" | "map.state_booked" | "map.state_blocked" | "map.state_mine" | "map.state_unknown">>} */
const STATE_KEY = {
  [AVAILABLE]: "map.state_available",
  [HELD]: "map.state_held",
  [BOOKED]: "map.state_booked",
  [BLOCKED]: "map.state_blocked",
  [MINE]: "map.state_mine",
  [UNKNOWN]: "map.state_unknown",
};

/**
 * @param {Words} words
 * @param {number} state
 */
export function stateText(words, state) {
  return words.t(STATE_KEY[state]);
}

/**
 * What is said where no seat can be taken now: sold for good, or perhaps not.
 * @param {Words} words
 * @param {{ held?: number, booked?: number }} counts
 */
export function noneFreeText(words, { held = 0, booked = 0 }) {
  return words.t(held > 0 ? "map.none_free" : booked > 0 ? "map.sold_out" : "map.not_for_sale");
}

/**
 * @param {Words} words
 * @param {string} label a row that has a name of its own, as a box has, is called by it
 */
export function rowName(words, label) {
  return label.length > ROW_LABEL_MAX ? label : words.t("map.row", { row: label });
}

/**
 * @param {Words} words
 * @param {string} name a bare number or letter says nothing by itself
 */
export function sectionName(words, name) {
  return /^[\w-]{1,5}$/.test(name) && /\d|^.$/.test(name) ? words.t("map.section", { section: name }) : name;
}

/**
 * @param {Words} words
 * @param {VenueTable} table
 */
export function tableName(words, { item }) {
  const label = item.lbl || item.id;
  return /table|tisch|طاولة/i.test(label) ? label : words.t("map.table", { table: label });
}

/**
 * Where a seat is: `place` is its section, `spot` its row or table and number.
 * @param {Words} words
 * @param {Venue} venue
 * @param {number} index
 */
export function seatName(words, venue, index) {
  const { rowLabel, seatNumber } = venue.seat(index);
  const section = venue.sections[venue.sectionOf[index]]?.name ?? "";
  const table = venue.tableOf(index);
  const seat = String(seatNumber);
  const place = section && section !== rowLabel ? sectionName(words, section) : "";
  if (table) return { place: section && sectionName(words, section), spot: words.t("map.named_seat", { place: tableName(words, table), seat }) };
  if (!rowLabel) return { place, spot: words.t("map.seat", { seat }) };
  if (rowLabel.length > ROW_LABEL_MAX) return { place, spot: words.t("map.named_seat", { place: rowLabel, seat }) };
  return { place, spot: words.t("map.row_seat", { row: rowLabel, seat }) };
}

/**
 * @param {Words} words
 * @param {Venue} venue
 * @param {number} index
 * @returns {string[]} what is special about the seat
 */
export function seatFlags(words, venue, index) {
  const { accessible, companion, restrictedView } = venue.seat(index);
  return [
    ...(accessible ? [words.t("map.accessible")] : []),
    ...(companion ? [words.t("map.companion")] : []),
    ...(restrictedView ? [words.t("map.restricted_view")] : []),
  ];
}

/**
 * Several seats in few words: those of one row together, `Row D, Seats 5–7`; other ones by their names.
 * @param {Words} words
 * @param {Venue} venue
 * @param {readonly number[]} seats
 */
export function seatsText(words, venue, seats) {
  /** @type {Map<string, number[]>} */
  const rows = new Map();
  for (const seat of seats) {
    const { sectionId = "", rowLabel, tableId = "" } = venue.seat(seat);
    const row = [sectionId, tableId, rowLabel].join("\n");
    rows.set(row, [...(rows.get(row) ?? []), seat]);
  }
  return words.list([...rows.values()].flatMap((members) => rowText(words, venue, members)));
}

/**
 * @param {Words} words
 * @param {Venue} venue
 * @param {readonly number[]} members of one row or table
 * @returns {string[]}
 */
function rowText(words, venue, members) {
  const [first] = members;
  const { rowLabel } = venue.seat(first);
  const table = venue.tableOf(first);
  const place = table ? tableName(words, table) : rowLabel && rowName(words, rowLabel);
  if (members.length === 1 || !place) return members.map((seat) => seatName(words, venue, seat).spot);
  return [words.t("map.named_seats", { place, seats: ranges(words, members.map((seat) => String(venue.seat(seat).seatNumber))) })];
}

/**
 * `3, 4, 5, 9` as `3–5 and 9`.
 * @param {Words} words
 * @param {readonly string[]} numbers
 */
function ranges(words, numbers) {
  const sorted = [...numbers].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  /** @type {string[][]} */
  const runs = [];
  for (const number of sorted) {
    const run = runs.at(-1);
    if (run && Number(number) === Number(run.at(-1)) + 1) run.push(number);
    else runs.push([number]);
  }
  return words.list(runs.flatMap((run) => (run.length > 2 ? [`${run[0]}–${run.at(-1)}`] : run)));
}
