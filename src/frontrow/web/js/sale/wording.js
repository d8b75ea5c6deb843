/** What the map says to people: seats, states, problems. One place, so that it speaks with one voice. */

/** @import { Venue } from "../venue/venue.js" */

import { AVAILABLE, BLOCKED, BOOKED, HELD, MINE } from "../venue/seat-states.js";
import { ApiProblem, Problem } from "../api.js";

/** @type {Readonly<Record<number, string>>} */
export const STATE_TEXT = {
  [AVAILABLE]: "Available",
  [HELD]: "On hold by someone else",
  [BOOKED]: "Sold",
  [BLOCKED]: "Not for sale",
  [MINE]: "Your seat",
};

/**
 * What is said where no seat can be taken now: sold for good, or perhaps not.
 * @param {{ held?: number, booked?: number }} counts
 */
export function noneFreeText({ held = 0, booked = 0 }) {
  return held > 0 ? "None free now" : booked > 0 ? "Sold out" : "Not for sale";
}

/**
 * Where a seat is: `place` is its section, `spot` its row or table and number.
 * @param {Venue} venue
 * @param {number} index
 */
export function seatName(venue, index) {
  const seat = venue.seat(index);
  const section = venue.sections[venue.sectionOf[index]]?.name ?? "";
  const table = venue.tableOf(index);
  if (table) {
    const name = tableName(table.item.lbl || table.item.id);
    return { place: section && sectionName(section), spot: `${name}, seat ${seat.seatNumber}` };
  }
  const spot = [seat.rowLabel && rowName(seat.rowLabel), `Seat ${seat.seatNumber}`].filter(Boolean).join(", ");
  return { place: section && section !== seat.rowLabel ? sectionName(section) : "", spot };
}

/** @param {string} label a row that has a name of its own, as a box has, is called by it */
export function rowName(label) {
  return label.length > 3 ? label : `Row ${label}`;
}

/** @param {string} name a bare number or letter says nothing by itself */
export function sectionName(name) {
  return /^[\w-]{1,5}$/.test(name) && /\d|^.$/.test(name) ? `Section ${name}` : name;
}

/** @param {string} label */
export function tableName(label) {
  return /table/i.test(label) ? label : `Table ${label}`;
}

/**
 * @param {Venue} venue
 * @param {number} index
 * @returns {string[]} what is special about the seat
 */
export function seatFlags(venue, index) {
  const { accessible, companion, restrictedView } = venue.seat(index);
  return [accessible && "Wheelchair accessible", companion && "Companion seat", restrictedView && "Restricted view"].filter(
    (flag) => typeof flag === "string",
  );
}

/**
 * @param {readonly string[]} names
 * @param {string} [locale]
 */
export function listed(names, locale) {
  return new Intl.ListFormat(locale ? [locale] : [], { type: "conjunction" }).format(names);
}

/** @type {Readonly<Record<string, string>>} by error code */
const PROBLEM_TEXT = {
  origin_not_allowed: "The box office does not work with this site yet.",
  no_answer: "We can't reach the box office. Check your connection and try again.",
  store_unavailable: "The box office is taking a short break. Please try again in a moment.",
  rate_limited: "The box office is asked a lot from here. Please try again in a moment.",
  event_not_on_sale: "This event is not on sale.",
  seat_limit_reached: "You have reached the number of seats one person can hold.",
  request_in_progress: "Your booking is still being written. Please wait a moment.",
  hold_not_found: "Your hold has run out.",
  hold_not_complete: "Some of your seats moved to another hold. Please check your seats and try again.",
  direct_booking_not_allowed: "Booking without payment is switched off here.",
  token_invalid: "Your session is no longer valid. Reload the page to go on.",
  token_missing: "Sign in to choose seats.",
  table_only_whole: "This table is only sold as a whole.",
  orphan_seats: "That would leave a single seat on its own. Please choose another one.",
  not_found: "This event does not exist any more.",
};

/**
 * @param {unknown} problem
 * @returns {string}
 */
export function problemText(problem) {
  if (problem instanceof ApiProblem) {
    if (problem.code === "rate_limited" && problem.retryAfterMs > 1_000) {
      return PROBLEM_TEXT.rate_limited.replace("a moment", `${Math.ceil(problem.retryAfterMs / 1_000)} seconds`);
    }
    if (PROBLEM_TEXT[problem.code]) return PROBLEM_TEXT[problem.code];
    return problem.status >= 500 ? PROBLEM_TEXT.store_unavailable : problem.message;
  }
  return (problem instanceof Problem && PROBLEM_TEXT[problem.code]) || PROBLEM_TEXT.no_answer;
}

/**
 * @param {Venue} venue
 * @param {readonly { seat: number, reason: string }[]} refused
 * @param {string} [locale]
 */
export function refusedText(venue, refused, locale) {
  const names = refused.map(({ seat }) => seatName(venue, seat));
  const some = names.length > 3 ? `${names.length} of those seats` : listed(names.map(({ spot }) => spot.replace(",", "")), locale);
  const reasons = new Set(refused.map(({ reason }) => reason));
  const went = reasons.has("booked") ? "sold" : reasons.has("blocked") ? "taken off sale" : "taken by someone else";
  return `${some} ${names.length === 1 ? "was" : "were"} just ${went}. Please choose another.`;
}
