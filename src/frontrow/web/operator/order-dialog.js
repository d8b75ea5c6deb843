/** One order with its lines, payment and refunds; and another look at one that needs somebody. */

/** @import { Order } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Desk } from "./desk.js" */

import { h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { ticketAddress } from "./bookings-panel.js";
import { ask } from "./dialog.js";
import { orderStatus, paymentStatus, refundReason, refundStatus } from "./order-text.js";
import { rowsOf } from "./seat-names.js";

/**
 * @param {Desk} desk
 * @param {Venue} venue
 * @param {Order} order
 * @returns {Promise<boolean>} whether it was looked at again
 */
export async function showOrder({ api, toasts, words }, venue, order) {
  const { customer, payment, refunds = [], lines, total } = order;
  const fault = h("p", { class: "form-fault", role: "alert" });
  const given = new Set(refunds.flatMap(({ seatIds }) => seatIds));
  const needs = order.status === "needs_attention";
  const money = (/** @type {import("../js/wire.js").Money} */ { amountMinor, currency }) => words.money(amountMinor, currency);
  const lineText = (/** @type {Order["lines"][number]} */ { kind, label, seatId }) =>
    kind === "included" ? words.t("map.order_included", { name: label }) : seatId === undefined ? label : (rowsOf(venue, [seatId])[0] ?? seatId);
  return ask({
    title: words.t("operator.order_of", { name: customer.name }), wide: true,
    yes: words.t(needs ? "operator.look_again" : "operator.close"), no: needs ? words.t("operator.close") : "",
    body: [
      h("p", { class: "order-head" }, h("span", { class: "tag", "data-status": order.status }, orderStatus(words, order.status)), h("code", { dir: "ltr" }, order.orderId),
        order.bookingId && h("a", { class: "code-link", href: ticketAddress(order.eventId, order.bookingId) }, words.t("operator.show_ticket"))),
      needs && h("p", { class: "warn-line" }, order.attention ?? words.t("operator.attention_unknown")),
      h("p", { class: "soft" }, [customer.email, customer.phone, words.dateTime(Date.parse(order.createdAt))].filter(Boolean).join(" · ")),
      h("div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": words.t("operator.order_lines") }, h("table", { class: "plain order-lines" }, h("tbody", {},
        ...lines.map((line) => h("tr", { class: line.kind === "included" ? "soft" : null }, h("td", {}, lineText(line), line.seatId !== undefined && given.has(line.seatId) && h("span", { class: "soft" }, ` · ${words.t("page.booking_seat_cancelled")}`)), h("td", { class: "number" }, money(line.amount)))),
        h("tr", { class: "sum" }, h("th", { scope: "row" }, words.t("operator.total")), h("td", { class: "number" }, money(total)))))),
      section(words.t("operator.payment"), payment
        ? [h("p", {}, h("strong", {}, money(payment.amount)), " · ", paymentStatus(words, payment.status), " · ", payment.gateway, payment.reason ? ` · ${payment.reason}` : ""), h("p", {}, h("code", { class: "soft", dir: "ltr" }, payment.paymentId))]
        : [h("p", { class: "soft" }, order.payUntil ? words.t("operator.no_payment_until", { time: words.dateTime(Date.parse(order.payUntil)) }) : words.t("operator.no_payment"))]),
      refunds.length > 0 && section(words.t("operator.refunds"), refunds.map((refund) =>
        h("p", {}, h("strong", {}, money(refund.amount)), " · ", refundStatus(words, refund.status), " · ", refundReason(words, refund.reason), " · ", refund.seatIds.length > 0 && `${rowsOf(venue, refund.seatIds).join(" · ")} · `, h("span", { class: "soft" }, words.date(Date.parse(refund.createdAt), { dateStyle: "medium", timeStyle: "short" }))))),
      fault,
    ],
    onYes: async () => {
      if (!needs) return true;
      try {
        const now = await api.resolveOrder(order.orderId);
        toasts.tell(words.t(now.status === "needs_attention" ? "operator.still_needs_attention" : "operator.looked_again", { status: orderStatus(words, now.status) }), now.status === "needs_attention" ? "bad" : "good");
        return true;
      } catch (caught) {
        fault.textContent = problemText(words, caught, "operator");
        return false;
      }
    },
  }).then((done) => done && needs);
}

/**
 * @param {string} title
 * @param {readonly HTMLElement[]} lines
 */
function section(title, lines) {
  return h("div", { class: "order-part" }, h("h3", {}, title), ...lines);
}
