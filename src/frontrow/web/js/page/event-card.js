/** An event in a list: when, what, where, from how much, and how much of it is left. */

/** @import { EventSummary, SaleStatus } from "../wire.js" */
/** @import { Words } from "../words/words.js" */

import { h } from "../panels/markup.js";
import { standingOf } from "./event-list.js";
import { poster, toneOf } from "./poster.js";
import { addressOf } from "./route.js";

/** @type {Readonly<Record<SaleStatus, "page.status_on_sale" | "page.status_scheduled" | "page.status_closed" | "page.status_cancelled">>} */
export const STATUS_KEY = { on_sale: "page.status_on_sale", scheduled: "page.status_scheduled", closed: "page.status_closed", cancelled: "page.status_cancelled" };

/**
 * @param {EventSummary} event
 * @param {Words} words
 */
export function eventCard(event, words) {
  const startsMs = Date.parse(event.startsAt);
  const standing = standingOf(event);
  const prices = Object.values(event.prices);
  const from = prices.length ? words.t("page.price_from", { price: words.money(Math.min(...prices), event.currency, { short: true }) }) : "";
  return h("article", { class: "event-card", "data-standing": standing },
    h("div", { class: "poster", "data-tone": toneOf(event.eventId), "aria-hidden": "true" }, poster(event.eventId, freeShare(event)), dateBlock(startsMs, words)),
    h("div", { class: "event-text" },
      h("h2", {}, h("a", { href: addressOf({ page: "event", eventId: event.eventId }) }, event.name)),
      h("p", { class: "when" }, shortMoment(startsMs, words)),
      event.layoutName && h("p", { class: "where" }, event.layoutName),
      h("p", { class: "event-facts" }, from && standing !== "closed" && standing !== "cancelled" && h("strong", {}, from), h("span", { class: "status", "data-status": standing }, standingText(event, words)))));
}

/**
 * @param {number} ms
 * @param {Words} words
 */
export function shortMoment(ms, words) {
  return words.date(ms, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" });
}

/**
 * @param {number} ms
 * @param {Words} words
 */
export function dateBlock(ms, words) {
  return h("div", { class: "date" }, h("span", { class: "date-month" }, words.date(ms, { month: "short" })), h("span", { class: "date-day" }, words.date(ms, { day: "numeric" })));
}

/**
 * @param {EventSummary} event
 * @param {Words} words
 */
function standingText(event, words) {
  const { available = 0, booked = 0, total = 0 } = event.counts ?? {};
  switch (standingOf(event)) {
    case "scheduled":
      return event.salesStart ? words.t("page.sale_from", { when: words.date(Date.parse(event.salesStart), { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }) }) : words.t("page.status_scheduled");
    case "cancelled":
      return words.t("page.status_cancelled");
    case "closed":
      return words.t("page.status_closed");
    case "none_free":
      return words.t("map.none_free");
    case "sold_out":
      return words.t(booked > 0 ? "map.sold_out" : "map.not_for_sale");
    case "few":
      return words.t("page.seats_few", { count: available });
    case "on_sale":
      return total ? words.t("page.seats_left", { count: available }) : words.t("page.status_on_sale");
  }
}

/** @param {EventSummary} event */
function freeShare({ counts, saleStatus }) {
  if (saleStatus === "closed" || saleStatus === "cancelled") return 0;
  return counts?.total ? (counts.available ?? 0) / counts.total : 1;
}
