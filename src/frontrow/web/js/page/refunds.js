/** What goes back of a booking's price, or has gone back: a line for each refund. */

/** @import { Booking, Refund } from "../wire.js" */
/** @import { Words } from "../words/words.js" */

import { h } from "../panels/markup.js";

/**
 * @param {Pick<Booking, "refunds">} booking
 * @returns {number} minor units, on their way or given back
 */
export function refundedMinor({ refunds = [] }) {
  return refunds.reduce((sum, { amount }) => sum + amount.amountMinor, 0);
}

/**
 * @param {Pick<Booking, "refunds">} booking
 * @param {Words} words
 * @returns {HTMLElement | null} null where nothing goes back
 */
export function refundList({ refunds = [] }, words) {
  if (refunds.length === 0) return null;
  return h("section", { class: "refunds", "aria-labelledby": "refunds-title" }, h("h2", { id: "refunds-title" }, words.t("page.refunds")),
    h("ul", {}, ...refunds.map((refund) => h("li", {},
      h("strong", {}, words.money(refund.amount.amountMinor, refund.amount.currency)),
      h("span", { class: "refund-why" }, reasonText(words, refund.reason), h("span", { class: "soft" }, " · ", words.date(Date.parse(refund.createdAt), { dateStyle: "medium" }))),
      h("span", { class: "status", "data-status": `refund_${refund.status}` }, refundStatusText(words, refund.status))))));
}

/**
 * @param {Words} words
 * @param {Refund["status"]} status
 */
export function refundStatusText(words, status) {
  switch (status) {
    case "done":
      return words.t("page.refund_done");
    case "failed":
      return words.t("page.refund_failed");
    default:
      return words.t("page.refund_due");
  }
}

/**
 * @param {Words} words
 * @param {Refund["reason"]} reason
 */
function reasonText(words, reason) {
  switch (reason) {
    case "seats_cancelled":
      return words.t("page.refund_seats_cancelled");
    case "event_cancelled":
      return words.t("page.refund_event_cancelled");
    case "paid_late":
      return words.t("page.refund_paid_late");
    case "paid_twice":
      return words.t("page.refund_paid_twice");
    case "wrong_amount":
      return words.t("page.refund_wrong_amount");
    default:
      return words.t("page.refund_given_up");
  }
}
