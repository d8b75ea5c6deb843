/** The confirmation, as a ticket: what was booked, by whom, under which code. */

/** @import { Booking, EventSummary } from "../wire.js" */
/** @import { Words } from "../words/words.js" */

import { codeOf } from "../api/booking-code.js";
import { standingSeatIds } from "../api/standing-seats.js";
import { icon } from "./icons.js";
import { h } from "./markup.js";

const SEATS_SHOWN_MAX = 12;

/**
 * @param {Words} words
 * @param {Booking} booking
 * @param {EventSummary} event
 * @param {readonly { place: string, spot: string }[]} seats
 * @param {{ venue: string, page: string | null, onDone: () => void }} options page: the address of its own page, where there is one
 */
export function ticket(words, booking, event, seats, { venue, page, onDone }) {
  const rest = seats.length - SEATS_SHOWN_MAX;
  const places = seats.slice(0, SEATS_SHOWN_MAX).map(({ place, spot }) => h("li", {}, h("span", {}, spot), place ? h("span", { class: "soft" }, place) : null));
  /** @param {string} term @param {string} text */
  const fact = (term, text) => h("div", {}, h("dt", {}, term), h("dd", {}, text));
  return h(
    "div",
    { class: "confirmation" },
    h("div", { class: "confirmation-head" }, h("span", { class: "tick" }, icon("check", 26)), h("h2", { tabindex: -1 }, words.t("map.booked_title")),
      h("p", {}, words.t("map.booked_for", { count: standingSeatIds(booking).length, name: booking.contactInfo.name }))),
    h(
      "article",
      { class: "ticket", "aria-label": words.t("map.your_ticket") },
      h("header", {}, h("div", { class: "ticket-kicker" }, venue), h("h3", {}, event.name), h("p", {}, words.dateTime(Date.parse(event.startsAt)))),
      h("ul", { class: "ticket-seats" }, ...places, rest > 0 ? h("li", { class: "soft" }, words.t("map.and_more", { count: rest })) : null),
      h("div", { class: "perforation", role: "presentation" }),
      h("dl", {}, fact(words.t(booking.cancelledSeatIds?.length ? "page.booking_total_at_first" : "map.total"), words.money(booking.total.amountMinor, booking.total.currency)), fact(words.t("map.name"), booking.contactInfo.name), fact(words.t("map.email"), booking.contactInfo.email)),
      h("div", { class: "ticket-code" }, doorCode(words, codeOf(booking)), h("span", { class: "soft" }, words.t("map.booking_code")), h("code", { dir: "ltr" }, codeOf(booking))),
    ),
    page && h("a", { class: "primary wide", href: page }, words.t("map.ticket_page")),
    h("button", { type: "button", class: "quiet wide", onclick: onDone }, words.t("map.back_to_map")),
  );
}

/**
 * What a scanner at the door reads. Its drawing is loaded with the first ticket; where that fails, the code in letters is
 * there to be typed.
 * @param {Words} words
 * @param {string} code
 */
function doorCode(words, code) {
  const place = h("div", { class: "ticket-qr", hidden: true });
  import("./qr.js").then(
    ({ qrPicture }) => {
      place.append(qrPicture(code, words.t("page.booking_qr", { code })), h("p", { class: "soft" }, words.t("page.booking_at_the_door")));
      place.hidden = false;
    },
    () => place.remove(),
  );
  return place;
}
