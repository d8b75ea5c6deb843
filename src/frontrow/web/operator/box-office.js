/** Selling at the box office: the selected seats to somebody at the counter, paid in cash or by card, the ticket printed. */

/** @import { EventSummary, Order } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Words } from "../js/words/words.js" */
/** @import { Desk } from "./desk.js" */

import { ApiProblem, freshKey } from "../js/api.js";
import { fill, h } from "../js/panels/markup.js";
import { charged } from "../js/sale/charges.js";
import { priceOf } from "../js/venue/prices.js";
import { problemText } from "../js/words/problem-words.js";
import { ticketAddress } from "./bookings-panel.js";
import { ask } from "./dialog.js";
import { choiceOf, field } from "./panel.js";
import { rowsOf } from "./seat-names.js";

/** The server's bound on one hold. */
export const SEATS_SOLD_MAX = 50;
const TEXT_MAX = 200;

/**
 * What to hold so that tables that are sold whole are held whole.
 * @param {Venue} venue
 * @param {readonly string[]} seatIds
 * @returns {{ seatIds?: string[], tableIds?: string[] }}
 */
export function wishOf(venue, seatIds) {
  /** @type {Set<string>} */
  const tables = new Set();
  /** @type {string[]} */
  const single = [];
  for (const seatId of seatIds) {
    const seat = venue.indexOf.get(seatId);
    const table = seat === undefined ? null : venue.tableOf(seat);
    if (table?.wholeOnly) tables.add(table.item.id);
    else single.push(seatId);
  }
  return { ...(single.length ? { seatIds: single } : {}), ...(tables.size ? { tableIds: [...tables] } : {}) };
}

/** A user of their own for each customer: with the code of the ticket and the e-mail address they find their booking themselves. */
export function customerId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `guest-${btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/**
 * Sell seats: first who buys them, then what they cost and how it was paid. Whatever is broken off gives the seats back.
 * @param {Desk} desk
 * @param {object} sold
 * @param {EventSummary} sold.event
 * @param {Venue} sold.venue
 * @param {readonly string[]} sold.seatIds 1 to SEATS_SOLD_MAX, all of them available
 * @returns {Promise<boolean>} whether they are sold
 */
export async function sell(desk, { event, venue, seatIds }) {
  const order = await orderFor(desk, { event, venue, seatIds });
  if (!order) return false;
  const paid = await takePayment(desk, venue, order);
  if (!paid?.bookingId) {
    await desk.api.cancelOrder(order.orderId).catch((caught) => desk.toasts.tell(problemText(desk.words, caught, "operator"), "bad"));
    return false;
  }
  desk.toasts.tell(desk.words.t("operator.sold_to", { name: paid.customer.name }), "good");
  location.hash = ticketAddress(event.eventId, paid.bookingId);
  return true;
}

/**
 * @param {Desk} desk
 * @param {{ event: EventSummary, venue: Venue, seatIds: readonly string[] }} sold
 * @returns {Promise<Order | null>} with its seats claimed; null where it was broken off
 */
async function orderFor({ api, words }, { event, venue, seatIds }) {
  const name = h("input", { name: "name", required: true, maxlength: TEXT_MAX, autocomplete: "off" });
  const email = h("input", { name: "email", type: "email", required: true, maxlength: 254, autocomplete: "off", dir: "ltr" });
  const phone = h("input", { name: "phone", type: "tel", maxlength: 40, autocomplete: "off", dir: "ltr" });
  const fault = h("p", { class: "form-fault", role: "alert" });
  const userId = customerId();
  const holdKey = freshKey();
  /** @type {Order | null} */
  let placed = null;
  await ask({
    title: words.t("operator.sell_title", { count: seatIds.length }), yes: words.t("operator.sell_on"), no: words.t("operator.no"),
    body: [h("p", {}, rowsOf(venue, seatIds).join(" · ")), priceTable(words, event, venue, seatIds), field(words.t("operator.customer_name"), name), field(words.t("operator.customer_email"), email, words.t("operator.customer_email_hint")),
      field(words.t("operator.customer_phone"), phone), fault],
    onYes: async () => {
      fault.textContent = "";
      try {
        const hold = await api.hold(event.eventId, wishOf(venue, seatIds), holdKey);
        try {
          const customer = { name: name.value.trim(), email: email.value.trim(), ...(phone.value.trim() && { phone: phone.value.trim() }) };
          placed = await api.placeOrder({ eventId: event.eventId, holdId: hold.holdId, customer, userId });
          return true;
        } catch (caught) {
          if (caught instanceof ApiProblem && caught.fieldErrors.length === 0) await api.release(event.eventId, hold.holdId);
          throw caught;
        }
      } catch (caught) {
        fault.textContent = problemText(words, caught, "operator");
        return false;
      }
    },
  });
  return placed;
}

/**
 * What the seats come to, before anybody is asked for a name.
 * @param {Words} words
 * @param {EventSummary} event
 * @param {Venue} venue
 * @param {readonly string[]} seatIds
 */
function priceTable(words, event, venue, seatIds) {
  const seats = seatIds.flatMap((seatId) => venue.indexOf.get(seatId) ?? []).map((seat) => priceOf(event.prices, venue.categories[venue.categoryOf[seat]].id));
  const { lines, totalMinor } = charged(seats, event.charges ?? []);
  const money = (/** @type {number} */ minor) => h("td", { class: "number" }, words.money(minor, event.currency));
  return h("table", { class: "plain order-lines" }, h("tbody", {},
    lines.length > 0 && h("tr", {}, h("td", {}, words.t("map.seats", { count: seats.length })), money(seats.reduce((sum, minor) => sum + minor, 0))),
    ...lines.map(({ label, minor, included }) => h("tr", { class: included ? "soft" : null }, h("td", {}, included ? words.t("map.order_included", { name: label }) : label), money(minor))),
    h("tr", { class: "sum" }, h("th", { scope: "row" }, words.t("operator.total")), money(totalMinor))));
}

/**
 * @param {Desk} desk
 * @param {Venue} venue
 * @param {Order} order
 * @returns {Promise<Order | null>} paid and booked; null where it was broken off
 */
async function takePayment({ api, words }, venue, order) {
  const total = words.money(order.total.amountMinor, order.total.currency);
  let method = "cash";
  const reference = h("input", { name: "reference", maxlength: TEXT_MAX, autocomplete: "off", dir: "ltr" });
  const receipt = field(words.t("operator.pay_reference"), reference, words.t("operator.pay_reference_hint"));
  receipt.hidden = true;
  const fault = h("p", { class: "form-fault", role: "alert" });
  const key = freshKey();
  /** @type {Order | null} */
  let paid = null;
  const sum = h("tbody", {});
  fill(sum, ...order.lines.map(({ kind, label, seatId, amount }) =>
    h("tr", { class: kind === "included" ? "soft" : null }, h("td", {}, kind === "included" ? words.t("map.order_included", { name: label }) : seatId === undefined ? label : (rowsOf(venue, [seatId])[0] ?? seatId)),
      h("td", { class: "number" }, words.money(amount.amountMinor, amount.currency)))),
    h("tr", { class: "sum" }, h("th", { scope: "row" }, words.t("operator.total")), h("td", { class: "number" }, total)));
  await ask({
    title: words.t("operator.take_payment", { total }), yes: words.t("operator.paid_now", { total }), no: words.t("operator.give_up_sale"), wide: true,
    body: [
      h("p", { class: "soft" }, words.t("operator.sold_for", { name: order.customer.name })),
      h("div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": words.t("operator.order_lines") }, h("table", { class: "plain order-lines" }, sum)),
      choiceOf(words.t("operator.pay_method"), [{ value: "cash", text: words.t("operator.pay_cash") }, { value: "card", text: words.t("operator.pay_card") }], method, (chosen) => {
        method = chosen;
        receipt.hidden = chosen === "cash";
      }), receipt, fault,
    ],
    onYes: async () => {
      fault.textContent = "";
      const transactionId = method === "card" ? reference.value.trim() : "";
      try {
        const answer = await api.payOrder(order.orderId, { paymentInfo: { method, ...(transactionId && { transactionId }) } }, key);
        paid = answer.bookingId === undefined ? await api.order(order.orderId) : answer;
        return true;
      } catch (caught) {
        fault.textContent = problemText(words, caught, "operator");
        return false;
      }
    },
  });
  return paid;
}
