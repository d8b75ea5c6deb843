/** Orders that are not paid yet, above the bookings: to be paid, or given up. */

/** @import { ApiClient } from "../api.js" */
/** @import { EventSummary, Order } from "../wire.js" */
/** @import { Words } from "../words/words.js" */

import { h } from "../panels/markup.js";
import { isPayable, isStanding, phaseOf } from "../sale/order-phases.js";
import { Ordering } from "../sale/ordering.js";
import { PageLife } from "../sale/page-life.js";
import { problemText } from "../words/problem-words.js";
import { confirmed } from "./confirm-dialog.js";
import { dateBlock } from "./event-card.js";
import { dotted } from "./facts.js";
import { toneOf } from "./poster.js";
import { addressOf } from "./route.js";

/**
 * The orders to be shown: those whose seats are still their buyer's.
 * @param {readonly Order[]} orders
 */
export function unpaid(orders) {
  return orders.filter((order) => isStanding(phaseOf(order)));
}

/**
 * @param {object} shown
 * @param {ApiClient} shown.api
 * @param {Words} shown.words
 * @param {Order} shown.order
 * @param {EventSummary | null} shown.event
 * @param {() => void} shown.onGivenUp
 */
export function orderCard({ api, words, order, event, onGivenUp }) {
  const name = event?.name ?? order.eventId;
  const map = addressOf({ page: "event", eventId: order.eventId });
  const fault = h("p", { class: "fault", role: "alert" });
  const said = h("p", { class: "soft" });
  const pay = h("button", { type: "button", class: "button", "aria-label": words.t("page.order_pay_of", { event: name }), onclick: () => void ordering.pay(new URL(map, location.origin).href) }, words.t("page.order_pay"));
  const giveUp = h("button", { type: "button", class: "link-button", "aria-label": words.t("page.order_give_up_of", { event: name }), onclick: () => void ask() }, words.t("map.order_give_up"));
  const ordering = new Ordering({
    api, eventId: order.eventId, page: new PageLife(),
    listener: {
      onOrder: () => reflect(),
      // Where it leads back to, the map tells how it went.
      onAction: (_, action) => {
        ordering.leave();
        location.assign(action.url === undefined ? map : new URL(action.url, api.origin));
      },
    },
  });
  const ask = async () => {
    if (await confirmed({ title: words.t("map.order_give_up_title"), text: words.t("map.order_give_up_text", { count: order.seatIds.length }), yes: words.t("map.order_give_up"), no: words.t("map.order_keep") })) await ordering.giveUp();
  };
  /** Show how it stands: what is not to be paid any more is told at the map. */
  const reflect = () => {
    const { phase, doing, fault: met } = ordering;
    const payable = phase !== null && isPayable(phase);
    if (phase === "given_up") {
      ordering.dismiss();
      return onGivenUp();
    }
    if (!payable && doing === null && ordering.order !== null && phase !== "processing" && phase !== "giving_up") return location.assign(map);
    pay.hidden = giveUp.hidden = !payable;
    pay.disabled = giveUp.disabled = doing !== null;
    pay.toggleAttribute("data-busy", doing === "paying" || doing === "leaving");
    fault.textContent = met ? problemText(words, met) : "";
    const untilMs = ordering.payUntilMs;
    said.textContent = !payable ? words.t(phase === "giving_up" ? "map.order_giving_up_title" : "map.order_processing_title")
      : untilMs === null ? "" : words.t("page.order_until", { time: words.time(untilMs) });
  };
  ordering.placed(order);
  reflect();
  return h("article", { class: "booking-card", "data-group": "unpaid" },
    h("div", { class: "poster", "data-tone": toneOf(order.eventId), "aria-hidden": "true" }, dateBlock(Date.parse(event?.startsAt ?? order.createdAt), words)),
    h("div", { class: "booking-card-text" }, h("h3", {}, h("a", { href: map }, name)),
      h("p", {}, ...dotted([words.t("page.booking_seats", { count: order.seatIds.length }), words.money(order.total.amountMinor, order.total.currency)])), said, fault),
    h("div", { class: "booking-card-actions" }, pay, giveUp));
}
