/** One event's page: its name, date and status above the seat map. */

/** @import { EventSummary } from "../wire.js" */

import { fill, h } from "../panels/markup.js";
import { formatMoment } from "../sale/formatting.js";
import "../define.js";
import { note } from "./note.js";
import { STATUS_TEXT } from "./status.js";

/** What the server answers of an id that is no event. */
const ABSENT = new Set(["not_found", "validation_failed"]);

/**
 * @param {{ main: HTMLElement, about: HTMLElement }} place
 * @param {string} eventId
 * @param {string} [locale]
 */
export function showEvent({ main, about }, eventId, locale) {
  const map = document.createElement("seat-map");
  map.setAttribute("event", eventId);
  if (locale) map.setAttribute("locale", locale);
  let opened = false;
  map.addEventListener("opened", (happened) => {
    const { event } = /** @type {CustomEvent<{ event: EventSummary }>} */ (happened).detail;
    opened = true;
    document.title = `${event.name} · Frontrow`;
    fill(about,
      h("div", { class: "about-text" }, h("h1", {}, event.name), h("p", {}, formatMoment(event.startsAt, locale).full)),
      h("span", { class: "status", "data-status": event.saleStatus }, STATUS_TEXT[event.saleStatus] ?? event.saleStatus));
  });
  map.addEventListener("error", (happened) => {
    const { code } = /** @type {CustomEvent<{ code: string }>} */ (/** @type {Event} */ (happened)).detail;
    if (opened || !ABSENT.has(code)) return;
    document.body.classList.remove("open");
    document.title = "Not found · Frontrow";
    fill(main, note("We don't know this event", "It may be over, or the link may be incomplete.", h("a", { class: "button", href: "/" }, "See what is on")));
  });
  document.body.classList.add("open");
  fill(main, map);
}
