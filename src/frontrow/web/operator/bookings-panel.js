/** The event's bookings: found by name, e-mail or code, cancelled whole or in part, taken away as a table. */

/** @import { Booking } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Desk } from "./desk.js" */

import { standingSeatIds } from "../js/api/standing-seats.js";
import { fill, h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { ask } from "./dialog.js";
import { button, panel } from "./panel.js";
import { rowsOf, rowsText } from "./seat-names.js";
import { sign } from "./signs.js";

const TYPING_MS = 300;
const PAGE_ROWS = 12;
/** Shown at once at most; who looks for more asks more closely, or takes the whole table. */
const ROWS_MAX = 200;
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
    const { words } = desk;
    this._query = "";
    /** @type {string | null} */
    this._cursor = null;
    /** Counts the searches: an answer to an earlier one is dropped. */
    this._search = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._typing = undefined;
    const input = h("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: words.t("operator.search_example"), "aria-label": words.t("operator.search_bookings"), oninput: () => {
      clearTimeout(this._typing);
      this._typing = setTimeout(() => this._look(input.value.trim()), TYPING_MS);
    } });
    this._rows = h("tbody", {});
    this._said = h("p", { class: "soft none", role: "status" });
    this._more = button(words.t("operator.show_more"), () => void this._load(), {});
    this._csv = button(words.t("operator.csv"), () => void this._download(), { sign: sign("download") });
    const head = [words.t("operator.booked_at"), words.t("operator.customer"), words.t("operator.seats"), words.t("operator.total"), words.t("operator.status")];
    this.element = panel(words.t("operator.bookings"), { class: "bookings", actions: [h("span", { class: "search" }, sign("search"), input), this._csv] },
      h("div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": words.t("operator.bookings") }, h("table", { class: "plain" },
        h("thead", {}, h("tr", {}, ...head.map((text, at) => h("th", { scope: "col", class: at === TOTAL_AT ? "number" : null }, text)), h("td", {}))), this._rows)),
      this._said, h("div", { class: "panel-foot" }, this._more));
    this._look("");
  }

  end() {
    clearTimeout(this._typing);
    this._search += 1;
  }

  /** Something was booked or cancelled: look again, where nobody has asked for more than the first page. */
  refresh() {
    if (this._rows.children.length <= PAGE_ROWS) this._look(this._query, true);
  }

  /**
   * @param {string} query
   * @param {boolean} [quietly] keep what is shown until the answer is there
   */
  _look(query, quietly = false) {
    this._query = query;
    if (!quietly) {
      this._cursor = null;
      fill(this._rows);
    }
    void this._load(true);
  }

  /** @param {boolean} [anew] */
  async _load(anew = false) {
    const search = ++this._search;
    const { api, words } = this._desk;
    this._more.disabled = true;
    try {
      const { items, nextCursor } = await api.eventBookings(this._eventId, { query: this._query, cursor: anew ? null : this._cursor, limit: PAGE_ROWS });
      if (search !== this._search) return;
      this._cursor = nextCursor ?? null;
      const rows = items.map((booking) => this._row(booking));
      if (anew) fill(this._rows, ...rows);
      else this._rows.append(...rows);
      const shown = this._rows.children.length;
      this._more.hidden = !this._cursor || shown >= ROWS_MAX;
      this._said.textContent = shown === 0 ? words.t(this._query ? "operator.none_found" : "operator.no_bookings") : shown >= ROWS_MAX && this._cursor ? words.t("operator.narrow_search") : "";
    } catch (caught) {
      if (search === this._search) this._said.textContent = problemText(words, caught, "operator");
    } finally {
      this._more.disabled = false;
    }
  }

  /** @param {Booking} booking */
  _row(booking) {
    const { words } = this._desk;
    const standing = standingSeatIds(booking);
    const seats = booking.status === "cancelled" ? booking.seatIds : standing;
    const { text, more } = rowsText(this._venue, seats);
    const { name, email, phone } = booking.contactInfo;
    return h("tr", {},
      h("td", {}, words.date(Date.parse(booking.bookedAt), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }), h("br"), h("code", { class: "soft small", dir: "ltr" }, booking.bookingId)),
      h("th", { scope: "row" }, name, h("br"), h("span", { class: "soft" }, [email, phone].filter(Boolean).join(" · "))),
      h("td", {}, h("button", { type: "button", class: "act link", title: words.t("operator.show_on_map"), onclick: () => this._onSelect(seats) }, more ? words.t("operator.and_rows", { rows: text, count: more }) : text)),
      h("td", { class: "number" }, words.money(booking.total.amountMinor, booking.total.currency, { short: true })),
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
    this._look(this._query, true);
    this._onCancelled();
  }

  async _download() {
    const { api, toasts, words } = this._desk;
    this._csv.disabled = true;
    try {
      const address = URL.createObjectURL(await api.bookingsCsv(this._eventId, this._query));
      h("a", { href: address, download: `${this._eventId}-bookings.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (caught) {
      toasts.tell(problemText(words, caught, "operator"), "bad");
    } finally {
      this._csv.disabled = false;
    }
  }
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
