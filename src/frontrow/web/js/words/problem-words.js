/** What is said of what went wrong: one voice for the problems the server or the way to it has. */

/** @import { Key } from "./message.js" */
/** @import { Venue } from "../venue/venue.js" */
/** @import { Words } from "./words.js" */

import { ApiProblem, Problem } from "../api.js";
import { map } from "./en/map.js";
import { seatsText } from "./seat-words.js";

const SEATS_NAMED_MAX = 3;

/** @typedef {"map" | "operator"} Reader a buyer, or who runs the sale */

/**
 * @param {Words} words
 * @param {unknown} problem
 * @param {Reader} [reader]
 * @returns {string}
 * @throws what is no Problem: a fault of the page itself
 */
export function problemText(words, problem, reader = "map") {
  if (!(problem instanceof Problem)) throw problem;
  if (reader === "operator") return operatorsText(words, problem);
  if (problem.code === "rate_limited" && problem.retryAfterMs > 1_000) {
    return words.t("map.problem_rate_limited_for", { count: Math.ceil(problem.retryAfterMs / 1_000) });
  }
  const text = ofCode(words, problem.code);
  if (text !== null) return text;
  if (!(problem instanceof ApiProblem)) return words.t("map.problem_no_answer");
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
  return Object.hasOwn(map, name) ? words.t(/** @type {"map.problem_other"} */ (`map.${name}`)) : null;
}

/** What an operator is told, by code; of the other codes, in English, what the server says. */
const OPERATOR_KEY = /** @type {const} */ ({
  token_invalid: "operator.token_refused",
  token_missing: "operator.token_refused",
  role_missing: "operator.token_no_role",
  rate_limited: "operator.problem_rate_limited",
  store_unavailable: "operator.problem_store_unavailable",
});
/** What the server says of these in English is closer, for it names what is meant. */
const OPERATOR_KEY_ELSEWHERE = /** @type {const} */ ({
  not_found: "operator.problem_not_found",
  hold_not_found: "operator.problem_not_found",
  layout_in_use: "operator.problem_layout_in_use",
  event_id_taken: "operator.problem_event_id_taken",
  order_state: "operator.problem_order_state",
  body_too_large: "operator.file_too_large",
});
const FIELDS_NAMED_MAX = 3;

/**
 * @param {Words} words
 * @param {Problem} problem
 */
function operatorsText(words, problem) {
  if (!(problem instanceof ApiProblem)) return words.t("operator.problem_no_answer");
  const { code, fieldErrors } = problem;
  if (isIn(OPERATOR_KEY, code)) return words.t(OPERATOR_KEY[code]);
  const faults = fieldErrors.slice(0, FIELDS_NAMED_MAX);
  if (words.language === "en") return faults.map(({ field, message }) => `${field}: ${message}`).join(" · ") || problem.message;
  if (faults.length) return words.t("operator.problem_validation_failed", { fields: words.list(faults.map(({ field }) => field)) });
  return words.t(isIn(OPERATOR_KEY_ELSEWHERE, code) ? OPERATOR_KEY_ELSEWHERE[code] : "operator.problem_other");
}

/**
 * @template {object} T
 * @param {T} table
 * @param {string} code
 * @returns {code is keyof T & string}
 */
function isIn(table, code) {
  return Object.hasOwn(table, code);
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
