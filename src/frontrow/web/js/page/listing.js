/** The events on sale, as cards. */

/** @import { EventSummary } from "../wire.js" */
/** @import { ApiClient } from "../api.js" */

import { fill, h } from "../panels/markup.js";
import { formatCount, formatMoment, formatMoney } from "../sale/formatting.js";
import { Problem } from "../api.js";
import { noneFreeText, problemText } from "../sale/wording.js";
import { note } from "./note.js";
import { STATUS_TEXT } from "./status.js";

const TRY_AGAIN_MS = 5_000;
/** So many pages of the server's, which come in no order of time, are put in order together. */
const PAGES_TOGETHER = 10;
/** Below this share left it is worth saying that few are. */
const FEW_SHARE = 0.1;

/**
 * @param {HTMLElement} main
 * @param {ApiClient} api
 * @param {string} [locale]
 */
export async function showListing(main, api, locale) {
  const list = h("ul", { class: "event-list" }, ...Array.from({ length: 4 }, () => h("li", { class: "skeleton", "aria-hidden": "true" })));
  const section = h("div", { class: "events" }, h("h1", {}, "What's on"), h("p", { class: "events-lead" }, "Pick an event, choose your seats on the map."), list);
  fill(main, section);
  try {
    await addEvents(list, section, api, locale, null);
  } catch (caught) {
    if (!(caught instanceof Problem)) throw caught;
    const again = () => void showListing(main, api, locale);
    const waiting = setTimeout(again, TRY_AGAIN_MS);
    const retry = () => {
      clearTimeout(waiting);
      again();
    };
    fill(main, note("The box office does not answer", problemText(caught), h("button", { type: "button", class: "button", onclick: retry }, "Try again")));
  }
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} section
 * @param {ApiClient} api
 * @param {string | undefined} locale
 * @param {string | null} cursor null for the first page
 */
async function addEvents(list, section, api, locale, cursor) {
  /** @type {EventSummary[]} */
  const events = [];
  let nextCursor = cursor;
  for (let page = 0; page === 0 || (nextCursor && page < PAGES_TOGETHER); page++) {
    const answer = await api.events(nextCursor);
    events.push(...answer.items);
    nextCursor = answer.nextCursor ?? null;
  }
  const cards = soonestFirst(events).map((event) => h("li", {}, card(event, locale)));
  if (cursor === null) fill(list, ...cards);
  else list.append(...cards);
  if (list.childElementCount === 0) fill(section, note("Nothing is on sale yet", "Come back soon.", h("a", { class: "button", href: "/docs" }, "Read the API")));
  if (!nextCursor) return;
  const more = h("button", { type: "button", class: "button more", onclick: () => {
    more.disabled = true;
    addEvents(list, section, api, locale, nextCursor).then(() => more.remove(), () => (more.disabled = false));
  } }, "Show more");
  section.append(more);
}

/**
 * What can be had or will be, soonest first; then what is over, latest first.
 * @param {EventSummary[]} events
 */
function soonestFirst(events) {
  const startOf = (/** @type {EventSummary} */ { startsAt }) => Date.parse(startsAt);
  const isOver = (/** @type {EventSummary} */ { saleStatus }) => saleStatus === "closed";
  const soon = events.filter((event) => !isOver(event)).sort((one, other) => startOf(one) - startOf(other));
  const over = events.filter(isOver).sort((one, other) => startOf(other) - startOf(one));
  return [...soon, ...over];
}

/**
 * @param {EventSummary} event
 * @param {string} [locale]
 */
function card(event, locale) {
  const { day, month, full, time } = formatMoment(event.startsAt, locale);
  const { available = 0, total = 0 } = event.counts ?? {};
  const prices = Object.values(event.prices);
  const from = prices.length ? formatMoney({ amountMinor: Math.min(...prices), currency: event.currency }, locale, { short: true }) : "";
  const onSale = event.saleStatus === "on_sale";
  const left = available === 0 ? noneFreeText(event.counts ?? {}) : available <= total * FEW_SHARE ? `Only ${formatCount(available, locale)} left` : `${formatCount(available, locale)} seats available`;
  const filled = h("span");
  filled.style.width = `${total ? (100 * (total - available)) / total : 0}%`;
  return h("a", { class: "event-card", href: `/?event=${encodeURIComponent(event.eventId)}${locale ? `&locale=${encodeURIComponent(locale)}` : ""}` },
    h("div", { class: "date", "aria-hidden": "true" }, h("span", { class: "date-month" }, month), h("span", { class: "date-day" }, day), h("span", { class: "date-time" }, time)),
    h("h2", {}, event.name),
    h("p", { class: "when" }, full),
    h("div", { class: "event-facts" },
      onSale ? null : h("span", { class: "status", "data-status": event.saleStatus }, STATUS_TEXT[event.saleStatus] ?? event.saleStatus),
      from && h("strong", {}, `from ${from}`), total > 0 && h("span", { class: "soft" }, left),
      total > 0 && h("span", { class: "meter", "aria-hidden": "true" }, filled)));
}
