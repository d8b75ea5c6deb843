/** The event's bookings: found by name, e-mail or code, cancelled whole or in part, printed, taken away as a table. */

/** @import { Booking } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Desk } from "./desk.js" */

import { codeOf } from "../js/api/booking-code.js";
import { standingSeatIds } from "../js/api/standing-seats.js";
import { h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { ask } from "./dialog.js";
import { button } from "./panel.js";
import { rowsOf, rowsText } from "./seat-names.js";
import { SearchedTable } from "./searched-table.js";

/** The column of amounts. */
const TOTAL_AT = 3;

export class BookingsPanel {
  /**
   * @param {Desk} desk
   * @param {object} options
   * @param {string} options.eventId
   * @param {Venue} options.venue
   * @param {() => void} options.onCancelled
   * @param {(seatIds: readonly string[]) => void} options.onSelect show these on the map
   */
  constructor(desk, { eventId, venue, onCancelled, onSelect }) {
    this._desk = desk;
    this._eventId = eventId;
    this._venue = venue;
    this._onCancelled = onCancelled;
    this._onSelect = onSelect;
    const { api, words } = desk;
    /** @type {SearchedTable<Booking>} */
    this._table = new SearchedTable(desk, {
      title: words.t("operator.bookings"), name: "bookings", searchLabel: words.t("operator.search_bookings"), numberAt: TOTAL_AT,
      head: [words.t("operator.booked_at"), words.t("operator.customer"), words.t("operator.seats"), words.t("operator.total"), words.t("operator.status")],
      load: (which) => api.eventBookings(eventId, which),
      row: (booking) => this._row(booking),
      emptyText: () => words.t("operator.no_bookings"), noneText: words.t("operator.none_found"),
      csv: (query) => api.bookingsCsv(eventId, query), fileName: `${eventId}-bookings.csv`,
    });
    this.element = this._table.element;
    this._table.look();
  }

  end() {
    this._table.end();
  }

  /** Something was booked or cancelled. */
  refresh() {
    this._table.refresh();
  }

  /** @param {Booking} booking */
  _row(booking) {
    const { words } = this._desk;
    const standing = standingSeatIds(booking);
    const seats = booking.status === "cancelled" ? booking.seatIds : standing;
    const { text, more } = rowsText(this._venue, seats);
    const { name, email, phone } = booking.contactInfo;
    const backMinor = (booking.refunds ?? []).reduce((sum, { amount }) => sum + amount.amountMinor, 0);
    return h("tr", {},
      h("td", {}, words.date(Date.parse(booking.bookedAt), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }), h("br"),
        h("a", { class: "code-link", href: ticketAddress(this._eventId, booking.bookingId), title: words.t("operator.show_ticket") }, h("code", { dir: "ltr" }, codeOf(booking)))),
      h("th", { scope: "row" }, name, h("br"), h("span", { class: "soft" }, [email, phone].filter(Boolean).join(" · "))),
      h("td", {}, h("button", { type: "button", class: "act link", title: words.t("operator.show_on_map"), onclick: () => this._onSelect(seats) }, more ? words.t("operator.and_rows", { rows: text, count: more }) : text)),
      h("td", { class: "number" }, words.money(booking.total.amountMinor, booking.total.currency, { short: true }),
        backMinor > 0 && h("span", { class: "soft small back" }, words.t("operator.refunded_of", { amount: words.money(backMinor, booking.total.currency, { short: true }) }))),
      h("td", {}, h("span", { class: "tag", "data-status": booking.status }, bookingStatus(words, booking.status))),
      h("td", { class: "end" }, booking.status === "cancelled" ? "" : button(words.t("operator.cancel_booking"), () => void this._cancel(booking, standing), { kind: "link", label: words.t("operator.cancel_booking_of", { name }) })));
  }

  /**
   * @param {Booking} booking
   * @param {readonly string[]} standing
   */
  async _cancel(booking, standing) {
    const { api, toasts, words } = this._desk;
    const boxes = standing.map((seatId) => h("input", { type: "checkbox", value: seatId, checked: true }));
    const fault = h("p", { class: "form-fault", role: "alert" });
    const done = await ask({
      title: words.t("operator.cancel_title", { name: booking.contactInfo.name }), yes: words.t("operator.cancel_yes"), no: words.t("operator.cancel_no"), kind: "danger",
      body: [h("p", { class: "soft" }, words.t("operator.cancel_lead")),
        h("fieldset", { class: "checks" }, h("legend", {}, words.t("operator.cancel_seats")), ...standing.map((seatId, at) => h("label", {}, boxes[at], rowsOf(this._venue, [seatId])[0] ?? seatId))), fault],
      onYes: async () => {
        const seatIds = boxes.filter(({ checked }) => checked).map(({ value }) => value);
        fault.textContent = seatIds.length === 0 ? words.t("operator.cancel_none") : "";
        if (seatIds.length === 0) return false;
        try {
          await api.cancel(booking.bookingId, seatIds);
          toasts.tell(words.t("operator.cancelled", { count: seatIds.length }), "good");
          return true;
        } catch (caught) {
          fault.textContent = problemText(words, caught, "operator");
          return false;
        }
      },
    });
    if (!done) return;
    this._table.look(undefined, true);
    this._onCancelled();
  }
}

/**
 * The page of a booking's ticket, for printing.
 * @param {string} eventId
 * @param {string} bookingId
 */
export function ticketAddress(eventId, bookingId) {
  return `#/ticket/${encodeURIComponent(eventId)}/${encodeURIComponent(bookingId)}`;
}

/**
 * @param {import("../js/words/words.js").Words} words
 * @param {Booking["status"]} status
 */
function bookingStatus(words, status) {
  switch (status) {
    case "booked":
      return words.t("operator.booking_booked");
    case "partly_cancelled":
      return words.t("operator.booking_partly");
    default:
      return words.t("operator.booking_cancelled");
  }
}
