/** Orders that are no bookings yet, above the bookings: to be paid, being processed, or given up. */

/** @import { ApiClient } from "../api.js" */
/** @import { EventSummary, Order } from "../wire.js" */
/** @import { OrderPhase } from "../sale/order-phases.js" */
/** @import { Words } from "../words/words.js" */

import { giveUpText } from "../panels/give-up-dialog.js";
import { fill, h } from "../panels/markup.js";
import { isEnded, isPayable, isStanding, mayGiveUp, phaseOf } from "../sale/order-phases.js";
import { Ordering } from "../sale/ordering.js";
import { keepPayUntil } from "../sale/pay-window.js";
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
 * @param {() => void} shown.onBooked
 */
export function orderCard({ api, words, order, event, onGivenUp, onBooked }) {
  const name = event?.name ?? order.eventId;
  const map = addressOf({ page: "event", eventId: order.eventId });
  const fault = h("p", { class: "fault", role: "alert" });
  const said = h("p", { class: "soft" });
  /** Whether it is asked for how it goes on. */
  let watched = false;
  const pay = h("button", { type: "button", class: "button", "aria-label": words.t("page.order_pay_of", { event: name }), onclick: () => void ordering.pay(new URL(map, location.origin).href) }, words.t("page.order_pay"));
  const giveUp = h("button", { type: "button", class: "link-button", "aria-label": words.t("page.order_give_up_of", { event: name }), onclick: () => void ask() }, words.t("map.order_give_up"));
  const ordering = new Ordering({
    api, eventId: order.eventId, page: new PageLife(),
    listener: {
      onOrder: () => reflect(),
      // Where it leads back to, the map tells how it went.
      onAction: (paid, action) => {
        keepPayUntil(paid);
        ordering.leave();
        location.assign(action.url === undefined ? map : new URL(action.url, api.origin));
      },
    },
  });
  const ask = async () => {
    if (await confirmed({ title: words.t("map.order_give_up_title"), text: giveUpText(words, order.seatIds.length, ordering.phase === "processing"), yes: words.t("map.order_give_up"), no: words.t("map.order_keep") })) await ordering.giveUp();
  };
  /** Show how it stands: how a payment ends that was begun here, the map tells. */
  const reflect = () => {
    const { phase, doing, fault: met } = ordering;
    if (phase === null || ordering.order === null) return;
    const payable = isPayable(phase);
    if (watched && isOver(phase) && !card.isConnected) return ordering.stop();
    if (card.isConnected && isOver(phase)) {
      ordering.stop();
      if (phase === "given_up") ordering.dismiss();
      if (phase === "given_up") return onGivenUp();
      if (phase === "booked" && watched) return onBooked();
      if (!watched && doing === null) return location.assign(map);
    } else if (!payable && !watched) {
      watched = true;
      void ordering.start();
    }
    pay.hidden = !payable;
    giveUp.hidden = !mayGiveUp(ordering.order);
    pay.disabled = giveUp.disabled = doing !== null;
    pay.toggleAttribute("data-busy", doing === "paying" || doing === "leaving");
    fault.textContent = met ? problemText(words, met) : "";
    const untilMs = ordering.windowEndMs;
    fill(said, ...dotted([!payable && words.t(titleOf(phase)), untilMs !== null && words.t("page.order_until", { time: words.time(untilMs) })]));
  };
  const card = h("article", { class: "booking-card", "data-group": "unpaid" },
    h("div", { class: "poster", "data-tone": toneOf(order.eventId), "aria-hidden": "true" }, dateBlock(Date.parse(event?.startsAt ?? order.createdAt), words)),
    h("div", { class: "booking-card-text" }, h("h3", {}, h("a", { href: map }, name)),
      h("p", {}, ...dotted([words.t("page.booking_seats", { count: order.seatIds.length }), words.money(order.total.amountMinor, order.total.currency)])), said, fault),
    h("div", { class: "booking-card-actions" }, pay, giveUp));
  ordering.placed(order);
  reflect();
  return { element: card, end: () => ordering.stop() };
}

/** @param {OrderPhase} phase */
function isOver(phase) {
  return isEnded(phase) || phase === "refunding";
}

/** @param {OrderPhase} phase of an order that is not to be paid now */
function titleOf(phase) {
  switch (phase) {
    case "giving_up":
      return "map.order_giving_up_title";
    case "expired":
      return "map.order_expired_title";
    case "refunding":
    case "refunded":
      return "map.order_refund_title";
    case "attention":
      return "map.order_attention_title";
    default:
      return "map.order_processing_title";
  }
}
