/** What is said of what went wrong: one voice for the problems the server or the way to it has. */

/** @import { Key } from "./message.js" */
/** @import { Venue } from "../venue/venue.js" */
/** @import { Words } from "./words.js" */

import { ApiProblem, Problem } from "../api.js";
import { map } from "./en/map.js";
import { seatsText } from "./seat-words.js";

const SEATS_NAMED_MAX = 3;

/**
 * @param {Words} words
 * @param {unknown} problem
 * @returns {string}
 */
export function problemText(words, problem) {
  if (!(problem instanceof ApiProblem)) return ofCode(words, problem instanceof Problem ? problem.code : "") ?? words.t("map.problem_no_answer");
  if (problem.code === "rate_limited" && problem.retryAfterMs > 1_000) {
    return words.t("map.problem_rate_limited_for", { count: Math.ceil(problem.retryAfterMs / 1_000) });
  }
  const text = ofCode(words, problem.code);
  if (text !== null) return text;
  if (problem.status >= 500) return words.t("map.problem_store_unavailable");
  // The server explains itself in English; elsewhere a plain sentence says more than a foreign one.
  return words.language === "en" ? problem.message : words.t("map.problem_other");
}

/**
 * @param {Words} words
 * @param {string} code
 */
function ofCode(words, code) {
  const name = `problem_${code}`;
  return name in map ? words.t(/** @type {"map.problem_other"} */ (`map.${name}`)) : null;
}

/**
 * Which seats could not be had, and why.
 * @param {Words} words
 * @param {Venue} venue
 * @param {readonly { seat: number, reason: string }[]} refused
 */
export function refusedText(words, venue, refused) {
  const count = refused.length;
  const seats = count > SEATS_NAMED_MAX ? words.t("map.some_of_those", { count }) : seatsText(words, venue, refused.map(({ seat }) => seat));
  const reasons = new Set(refused.map(({ reason }) => reason));
  /** @type {Key & ("map.race_booked" | "map.race_blocked" | "map.race_held")} */
  const key = reasons.has("booked") ? "map.race_booked" : reasons.has("blocked") ? "map.race_blocked" : "map.race_held";
  return words.t(key, { count, seats });
}
