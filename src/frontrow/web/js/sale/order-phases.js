/** What an order is to its buyer now: what they can do, what they wait for, or how it ended. Pure. */

/** @import { Order, OrderPayment, Refund } from "../wire.js" */

/**
 * @typedef {"payable" | "declined" | "waiting" | "processing" | "giving_up" | "booked" | "expired" | "given_up" | "refunding" | "refunded" | "attention"} OrderPhase
 * `declined`: payable, after an attempt that was declined; `waiting`: the gateway waits for the buyer
 */

/** The gateway waits for the buyer. @type {ReadonlySet<OrderPayment["status"]>} */
const AT_THE_BUYER = new Set(["action_required"]);
/** In these the order's seats are its buyer's, as far as anybody knows. @type {ReadonlySet<OrderPhase>} */
const STANDING = new Set(["payable", "declined", "waiting", "processing", "giving_up"]);
/** @type {ReadonlySet<OrderPhase>} */
const PAYABLE = new Set(["payable", "declined", "waiting"]);
/** @type {ReadonlySet<Order["status"]>} */
const GIVEN_UP_FROM = new Set(["pending", "claimed", "paying"]);
/** Nothing changes any more, or not soon. @type {ReadonlySet<OrderPhase>} */
const ENDED = new Set(["booked", "expired", "given_up", "refunded", "attention"]);

/**
 * @param {Pick<Order, "status" | "payment">} order
 * @returns {OrderPhase}
 */
export function phaseOf({ status, payment }) {
  switch (status) {
    case "pending":
    case "claimed":
      return payment?.status === "declined" ? "declined" : "payable";
    case "paying":
      return payment && AT_THE_BUYER.has(payment.status) ? "waiting" : "processing";
    case "paid":
      return "processing";
    case "cancelling":
      return "giving_up";
    case "cancelled":
      return "given_up";
    case "needs_attention":
      return "attention";
    default:
      return status;
  }
}

/** @param {OrderPhase} phase */
export function isStanding(phase) {
  return STANDING.has(phase);
}

/** @param {OrderPhase} phase */
export function isPayable(phase) {
  return PAYABLE.has(phase);
}

/**
 * Whether its buyer may give an order up: as long as its money is not known to be taken.
 * @param {Pick<Order, "status">} order
 */
export function mayGiveUp({ status }) {
  return GIVEN_UP_FROM.has(status);
}

/** @param {OrderPhase} phase */
export function isEnded(phase) {
  return ENDED.has(phase);
}

/**
 * Why an order's money goes back, where it does.
 * @param {Pick<Order, "refunds">} order
 * @returns {Refund["reason"] | null} of the last refund
 */
export function refundReason({ refunds = [] }) {
  return refunds.at(-1)?.reason ?? null;
}
