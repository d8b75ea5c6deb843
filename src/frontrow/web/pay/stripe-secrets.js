/**
 * What Stripe's form needs for one payment: its client secret and the account's publishable key.
 *
 * They come in the fragment of the address, which no server is sent, and leave it at once; this tab keeps them, for a bank's
 * second step may lead away and back. Where they are lost, the buyer's own token reads them from the order.
 */

/** @import { ApiClient } from "../js/api.js" */

import { ApiProblem } from "../js/api.js";

const KEPT = "frontrow.payment:";

/** @typedef {{ secret: string, key: string, amountMinor: number, currency: string, description: string }} PaymentSecrets */

/**
 * @param {string} paymentId
 * @param {string | null} orderId
 * @param {ApiClient} api
 * @returns {Promise<PaymentSecrets | null>} null where there is no such payment for this browser
 */
export async function secretsOf(paymentId, orderId, api) {
  const brought = fromFragment();
  if (brought) {
    keep(paymentId, brought);
    return brought;
  }
  return kept(paymentId) ?? (orderId === null ? null : ofOrder(paymentId, orderId, api));
}

/** @returns {PaymentSecrets | null} */
function fromFragment() {
  const brought = new URLSearchParams(location.hash.slice(1));
  const secret = brought.get("secret");
  const key = brought.get("key");
  if (!secret || !key) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return {
    secret, key, amountMinor: Number(brought.get("amount")), currency: brought.get("currency") ?? "", description: brought.get("what") ?? "",
  };
}

/**
 * @param {string} paymentId
 * @param {string} orderId
 * @param {ApiClient} api
 * @returns {Promise<PaymentSecrets | null>}
 */
async function ofOrder(paymentId, orderId, api) {
  try {
    const { payment } = await api.request(`/orders/${encodeURIComponent(orderId)}`, { token: "present" });
    const { clientSecret, publicKey } = payment?.action ?? {};
    if (payment?.paymentId !== paymentId || !clientSecret || !publicKey) return null;
    return { secret: clientSecret, key: publicKey, amountMinor: payment.amount.amountMinor, currency: payment.amount.currency, description: "" };
  } catch (caught) {
    if (caught instanceof ApiProblem && !caught.passing) return null;
    throw caught;
  }
}

/**
 * @param {string} paymentId
 * @param {PaymentSecrets} secrets
 */
function keep(paymentId, secrets) {
  try {
    sessionStorage.setItem(KEPT + paymentId, JSON.stringify(secrets));
  } catch {
    // A second step that leads away will read them from the order.
  }
}

/**
 * @param {string} paymentId
 * @returns {PaymentSecrets | null}
 */
function kept(paymentId) {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT + paymentId) ?? "null");
  } catch {
    return null;
  }
}
