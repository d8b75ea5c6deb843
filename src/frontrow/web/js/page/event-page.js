/** One event's page: its name, date, house and status above the seat map. */

/** @import { EventSummary } from "../wire.js" */
/** @import { Words } from "../words/words.js" */

import { fill, h } from "../panels/markup.js";
import "../define.js";
import { STATUS_KEY, shortMoment } from "./event-card.js";
import { dotted } from "./facts.js";
import { note } from "./note.js";
import { dress } from "./preferences.js";
import { addressOf } from "./route.js";
import { nameWindow } from "./shell.js";

/** What the server answers of an id that is no event. */
const ABSENT = new Set(["not_found", "validation_failed"]);

/**
 * @param {{ room: HTMLElement, about: HTMLElement }} place
 * @param {string} eventId
 * @param {Words} words
 */
export function showEvent({ room, about }, eventId, words) {
  const map = document.createElement("seat-map");
  map.setAttribute("event", eventId);
  dress(map);
  let opened = false;
  map.addEventListener("opened", (happened) => {
    const { event } = /** @type {CustomEvent<{ event: EventSummary }>} */ (happened).detail;
    if (!map.isConnected) return;
    opened = true;
    nameWindow(event.name);
    fill(about, ...facts(event, words));
  });
  map.addEventListener("sale-opened", (happened) => {
    const { event } = /** @type {CustomEvent<{ event: EventSummary }>} */ (happened).detail;
    if (map.isConnected) fill(about, ...facts(event, words));
  });
  map.addEventListener("error", (happened) => {
    const { code } = /** @type {CustomEvent<{ code: string }>} */ (/** @type {Event} */ (happened)).detail;
    if (opened || !ABSENT.has(code) || !map.isConnected) return;
    document.body.dataset.page = "missing";
    nameWindow(words.t("page.event_unknown"));
    fill(room, note("search", words.t("page.event_unknown"), words.t("page.event_unknown_hint"),
      h("a", { class: "button", href: addressOf({ page: "list" }) }, words.t("page.see_events"))));
  });
  fill(room, map);
}

/**
 * @param {EventSummary} event
 * @param {Words} words
 */
function facts(event, words) {
  const when = shortMoment(Date.parse(event.startsAt), words);
  return [
    h("div", { class: "about-text" }, h("h1", { dir: "auto" }, event.name), h("p", {}, ...dotted([when, event.layoutName]))),
    h("span", { class: "status", "data-status": event.saleStatus }, words.t(STATUS_KEY[event.saleStatus])),
  ];
}
