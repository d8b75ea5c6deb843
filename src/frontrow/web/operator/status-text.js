/** Whether an event's seats can be had, in the reader's words. */

/** @import { Words } from "../js/words/words.js" */
/** @import { SaleStatus } from "../js/wire.js" */

/**
 * @param {Words} words
 * @param {SaleStatus} status
 */
export function statusText(words, status) {
  switch (status) {
    case "on_sale":
      return words.t("operator.status_on_sale");
    case "scheduled":
      return words.t("operator.status_scheduled");
    case "cancelled":
      return words.t("operator.status_cancelled");
    default:
      return words.t("operator.status_closed");
  }
}
