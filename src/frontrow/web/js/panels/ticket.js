/** The confirmation, as a ticket: what was booked, by whom, under which code. */

/** @import { Booking, EventSummary } from "../wire.js" */

import { formatMoment, formatMoney } from "../sale/formatting.js";
import { plural } from "../sale/countdown.js";
import { icon } from "./icons.js";
import { h, svg } from "./markup.js";

const SEATS_SHOWN_MAX = 12;

/**
 * @param {Booking} booking
 * @param {EventSummary} event
 * @param {readonly { place: string, spot: string }[]} seats
 * @param {{ locale?: string, venue: string, onDone: () => void }} options
 */
export function ticket(booking, event, seats, { locale, venue, onDone }) {
  const moment = formatMoment(event.startsAt, locale);
  const rest = seats.length - SEATS_SHOWN_MAX;
  const places = seats.slice(0, SEATS_SHOWN_MAX).map(({ place, spot }) => h("li", {}, h("span", {}, spot), place ? h("span", { class: "soft" }, place) : null));
  /** @param {string} term @param {string} text */
  const fact = (term, text) => h("div", {}, h("dt", {}, term), h("dd", {}, text));
  return h(
    "div",
    { class: "confirmation" },
    h("div", { class: "confirmation-head" }, h("span", { class: "tick" }, icon("check", 26)), h("h2", { tabindex: -1 }, "You're going!"),
      h("p", {}, `${plural(standingSeats(booking).length, "seat")} booked for ${booking.contactInfo.name}.`)),
    h(
      "article",
      { class: "ticket", "aria-label": "Your ticket" },
      h("header", {}, h("div", { class: "ticket-kicker" }, venue), h("h3", {}, event.name), h("p", {}, moment.full)),
      h("ul", { class: "ticket-seats" }, ...places, rest > 0 ? h("li", { class: "soft" }, `and ${rest} more`) : null),
      h("div", { class: "perforation", role: "presentation" }),
      h("dl", {}, fact("Total", formatMoney(booking.total, locale)), fact("Name", booking.contactInfo.name), fact("E-mail", booking.contactInfo.email)),
      h("div", { class: "ticket-code" }, h("span", { class: "soft" }, "Booking code"), h("code", {}, booking.bookingId)),
      stripes(booking.bookingId),
    ),
    h("button", { type: "button", class: "quiet wide", onclick: onDone }, "Back to the map"),
  );
}

/**
 * The seats of a booking that were not cancelled since.
 * @param {Booking} booking
 */
export function standingSeats({ seatIds, cancelledSeatIds = [] }) {
  const cancelled = new Set(cancelledSeatIds);
  return seatIds.filter((id) => !cancelled.has(id));
}

/**
 * A pattern that differs from ticket to ticket. Decoration: the code above is what counts.
 * @param {string} text
 */
function stripes(text) {
  const bars = [];
  let x = 0;
  for (let i = 0; x < 240; i++) {
    const code = text.charCodeAt(i % text.length) + i * 7;
    const width = 1 + (code % 4);
    bars.push(svg("rect", { x, y: 0, width, height: 36 }));
    x += width + 1 + ((code >> 2) % 3);
  }
  return svg("svg", { viewBox: "0 0 240 36", preserveAspectRatio: "none", class: "stripes", "aria-hidden": "true" }, ...bars);
}
