/** Orders, payments and refunds in the operator's words. */

/** @import { OrderPayment, OrderStatus, Refund } from "../js/wire.js" */
/** @import { Words } from "../js/words/words.js" */

/**
 * The states that an operator looks for together; "" is all of them.
 * @type {readonly { key: "all" | "unpaid" | "sold" | "back" | "ended" | "attention", states: readonly OrderStatus[] }[]}
 */
export const ORDER_GROUPS = [
  { key: "all", states: [] },
  { key: "attention", states: ["needs_attention"] },
  { key: "unpaid", states: ["pending", "claimed", "paying", "cancelling"] },
  { key: "sold", states: ["paid", "booked"] },
  { key: "back", states: ["refunding", "refunded"] },
  { key: "ended", states: ["cancelled", "expired"] },
];

/**
 * @param {Words} words
 * @param {typeof ORDER_GROUPS[number]["key"]} key
 */
export function groupText(words, key) {
  switch (key) {
    case "attention":
      return words.t("operator.orders_attention");
    case "unpaid":
      return words.t("operator.orders_unpaid");
    case "sold":
      return words.t("operator.orders_sold");
    case "back":
      return words.t("operator.orders_back");
    case "ended":
      return words.t("operator.orders_ended");
    default:
      return words.t("operator.orders_all");
  }
}

/**
 * @param {Words} words
 * @param {OrderStatus} status
 */
export function orderStatus(words, status) {
  switch (status) {
    case "pending":
      return words.t("operator.order_pending");
    case "claimed":
      return words.t("operator.order_claimed");
    case "paying":
      return words.t("operator.order_paying");
    case "paid":
      return words.t("operator.order_paid");
    case "booked":
      return words.t("operator.order_booked");
    case "cancelling":
      return words.t("operator.order_cancelling");
    case "cancelled":
      return words.t("operator.order_cancelled");
    case "expired":
      return words.t("operator.order_expired");
    case "refunding":
      return words.t("operator.order_refunding");
    case "refunded":
      return words.t("operator.order_refunded");
    default:
      return words.t("operator.order_needs_attention");
  }
}

/**
 * @param {Words} words
 * @param {OrderPayment["status"]} status
 */
export function paymentStatus(words, status) {
  switch (status) {
    case "action_required":
      return words.t("operator.payment_action_required");
    case "authorised":
      return words.t("operator.payment_authorised");
    case "captured":
      return words.t("operator.payment_captured");
    case "declined":
      return words.t("operator.payment_declined");
    case "cancelled":
      return words.t("operator.payment_cancelled");
    default:
      return words.t("operator.payment_processing");
  }
}

/**
 * @param {Words} words
 * @param {Refund["status"]} status
 */
export function refundStatus(words, status) {
  switch (status) {
    case "done":
      return words.t("operator.refund_done");
    case "failed":
      return words.t("operator.refund_failed");
    default:
      return words.t("operator.refund_due");
  }
}

/**
 * @param {Words} words
 * @param {Refund["reason"]} reason
 */
export function refundReason(words, reason) {
  switch (reason) {
    case "seats_cancelled":
      return words.t("operator.refund_seats_cancelled");
    case "event_cancelled":
      return words.t("operator.refund_event_cancelled");
    case "paid_late":
      return words.t("operator.refund_paid_late");
    case "paid_twice":
      return words.t("operator.refund_paid_twice");
    case "wrong_amount":
      return words.t("operator.refund_wrong_amount");
    default:
      return words.t("operator.refund_given_up");
  }
}
