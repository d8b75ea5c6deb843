/** What went wrong, in the reader's words where the code says enough, else in the server's. */

/** @import { Words } from "../js/words/words.js" */

import { ApiProblem, Problem } from "../js/api.js";

/**
 * @param {Words} words
 * @param {unknown} caught
 * @returns {string}
 * @throws what is no Problem: a fault of the page itself
 */
export function problemText(words, caught) {
  if (!(caught instanceof Problem)) throw caught;
  if (!(caught instanceof ApiProblem)) return words.t("operator.problem_no_answer");
  switch (caught.code) {
    case "token_invalid":
    case "token_missing":
      return words.t("operator.token_refused");
    case "role_missing":
      return words.t("operator.token_no_role");
    case "rate_limited":
      return words.t("operator.problem_rate");
    case "store_unavailable":
      return words.t("operator.problem_store");
    default: {
      const fields = caught.fieldErrors.map(({ field, message }) => `${field}: ${message}`);
      return fields.length ? fields.slice(0, 3).join(" · ") : caught.message;
    }
  }
}
