/** Until when an order may be paid, told by the shop's page to the gateway's page of the same tab. */

/** @import { Order } from "../wire.js" */

const KEPT = "frontrow.pay-until:";

/** @param {Order} order whose buyer goes to pay */
export function keepPayUntil({ payment, payUntil }) {
  if (!payment || payUntil === undefined) return;
  try {
    sessionStorage.setItem(KEPT + payment.paymentId, payUntil);
  } catch {
    // Then the gateway's page shows no time.
  }
}

/**
 * @param {string} paymentId
 * @returns {number | null} milliseconds by the server's clock; null where nobody told
 */
export function payUntilMs(paymentId) {
  try {
    const kept = Date.parse(sessionStorage.getItem(KEPT + paymentId) ?? "");
    return Number.isNaN(kept) ? null : kept;
  } catch {
    return null;
  }
}
