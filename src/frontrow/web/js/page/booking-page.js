/** One booking: its ticket with the code for the door, a calendar file, a print, and the way to give seats back. */

/** @import { Booking, EventSummary, Layout } from "../wire.js" */
/** @import { Words } from "../words/words.js" */

import { ApiClient, ApiProblem, Problem } from "../api.js";
import { codeOf } from "../api/booking-code.js";
import { standingSeatIds } from "../api/standing-seats.js";
import { fill, h } from "../panels/markup.js";
import { showAway } from "./away.js";
import { groupOf } from "./booking-groups.js";
import { calendarFile } from "./calendar-file.js";
import { askToCancel } from "./cancel-dialog.js";
import { fact } from "./facts.js";
import { foundBooking } from "./found-bookings.js";
import { note } from "./note.js";
import { pass } from "./pass.js";
import { refundList } from "./refunds.js";
import { addressOf } from "./route.js";
import { cancelChoices, seatLines } from "./seat-lines.js";
import { announce, nameWindow } from "./shell.js";
import { sign } from "./signs.js";

/** How long an event takes is not known; the calendar entry says that this is a guess. */
const ASSUMED_DURATION_MS = 2 * 3_600_000;

/**
 * @param {HTMLElement} room
 * @param {ApiClient} api
 * @param {string} bookingId
 * @param {Words} words
 */
export async function showBooking(room, api, bookingId, words) {
  nameWindow(words.t("page.booking_yours"));
  fill(room, h("div", { class: "booking", "aria-busy": "true" }, h("h1", {}, words.t("page.booking_yours")), h("div", { class: "skeleton skeleton-pass" })));
  try {
    const found = foundBooking(bookingId, api.clock.nowMs());
    // Found by its code: its guest's token opens it, whoever else is at home in this browser.
    const own = found?.token ? new ApiClient({ origin: api.origin, getToken: () => found.token, storage: null }) : api;
    const booking = found && !found.token ? found.booking : await own.booking(bookingId);
    const event = await api.event(booking.eventId);
    new BookingPage(room, own, booking, event, await layoutOf(api, event), words, { mayCancel: !found || found.token !== undefined });
  } catch (caught) {
    if (!(caught instanceof Problem)) throw caught;
    if (caught instanceof ApiProblem && !caught.passing) return showUnknown(room, words);
    showAway(room, words, caught, () => void showBooking(room, api, bookingId, words));
  }
}

/**
 * @param {HTMLElement} room
 * @param {Words} words
 */
function showUnknown(room, words) {
  nameWindow(words.t("page.booking_unknown"));
  const link = h("a", { class: "button", href: addressOf({ page: "find" }) }, words.t("page.find_title"));
  fill(room, note("ticket", words.t("page.booking_unknown"), words.t("page.booking_unknown_hint"), link));
}

/**
 * The drawing gives seats their names. A ticket without them still opens the door.
 * @param {ApiClient} api
 * @param {EventSummary} event
 * @returns {Promise<Layout | null>}
 */
async function layoutOf(api, event) {
  try {
    return await api.layout(event.layoutId, event.layoutVersion);
  } catch (caught) {
    if (caught instanceof Problem) return null;
    throw caught;
  }
}

/** @type {Readonly<Record<string, "page.booking_booked" | "page.booking_partly_cancelled" | "page.booking_cancelled">>} */
const BOOKING_STATUS_KEY = {
  booked: "page.booking_booked", partly_cancelled: "page.booking_partly_cancelled", cancelled: "page.booking_cancelled",
};

class BookingPage {
  /**
   * @param {HTMLElement} room
   * @param {ApiClient} api
   * @param {Booking} booking
   * @param {EventSummary} event
   * @param {Layout | null} layout
   * @param {Words} words
   * @param {{ mayCancel: boolean }} options
   */
  constructor(room, api, booking, event, layout, words, { mayCancel }) {
    this._mayCancel = mayCancel;
    this._room = room;
    this._api = api;
    this._booking = booking;
    this._event = event;
    this._words = words;
    this._lines = seatLines(booking.seatIds, layout, words);
    nameWindow(`${event.name} · ${words.t("page.booking")}`);
    this._draw();
  }

  _draw() {
    const words = this._words;
    const { status, contactInfo, bookedAt, notes } = this._booking;
    const group = groupOf({ booking: this._booking, event: this._event }, this._api.clock.nowMs());
    const details = [
      fact(words.t("page.booking_booked_at"), words.date(Date.parse(bookedAt), { dateStyle: "long", timeStyle: "short" })),
      ...(contactInfo.email ? [fact(words.t("page.booking_email"), contactInfo.email)] : []),
      ...(contactInfo.phone ? [fact(words.t("page.booking_phone"), contactInfo.phone)] : []),
      ...(notes ? [fact(words.t("page.booking_notes"), notes)] : []),
    ];
    this._heading = h("h1", { tabindex: -1 }, words.t("page.booking_yours"));
    const shown = group === "past" ? words.t("page.booking_over") : words.t(BOOKING_STATUS_KEY[status] ?? "page.booking_booked");
    fill(this._room, h("div", { class: "booking" },
      h("div", { class: "booking-head" }, this._heading, h("span", { class: "status", "data-status": group === "past" ? "over" : status }, shown)),
      pass(this._booking, this._event, this._lines, words, group !== "cancelled" && this._copyButton()),
      this._actions(group),
      refundList(this._booking, words),
      h("dl", { class: "booking-details" }, ...details)));
  }

  /** @param {"upcoming" | "past" | "cancelled"} group */
  _actions(group) {
    const words = this._words;
    const upcoming = group === "upcoming";
    return h("div", { class: "booking-actions" },
      upcoming && h("button", { type: "button", class: "button", onclick: () => this._saveCalendar() }, sign("calendar"), words.t("page.booking_calendar")),
      group !== "cancelled" && h("button", { type: "button", class: "quiet-button", onclick: () => print() }, sign("print"), words.t("page.booking_print")),
      h("a", { class: "quiet-button", href: addressOf({ page: "event", eventId: this._event.eventId }) }, sign("map"), words.t("page.booking_to_map")),
      upcoming && this._mayCancel && h("button", { type: "button", class: "quiet-button cancel", onclick: () => void this._cancel() }, sign("cancel"), words.t("page.booking_cancel")),
      upcoming && h("p", { class: "soft hint" }, words.t("page.booking_calendar_hint")));
  }

  /** Browsers let only pages that came by a safe way write to the clipboard. */
  _copyButton() {
    const words = this._words;
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(codeOf(this._booking));
      } catch {
        // Its owner may have forbidden it, or the window lost the focus: the code is there to be copied by hand.
        const code = this._room.querySelector(".pass-code code");
        if (code) getSelection()?.selectAllChildren(code);
        announce(words.t("page.booking_not_copied"));
        button.replaceChildren(sign("copy", 16), words.t("page.booking_not_copied"));
        return;
      }
      announce(words.t("page.booking_copied"));
      button.replaceChildren(sign("done", 16), words.t("page.booking_copied"));
    };
    const button = h("button", { type: "button", class: "link-button copy", onclick: () => void copy() }, sign("copy", 16), words.t("page.booking_copy"));
    return "clipboard" in navigator && button;
  }

  _saveCalendar() {
    const words = this._words;
    const { bookingId, bookedAt } = this._booking;
    const startMs = Date.parse(this._event.startsAt);
    const standing = new Set(standingSeatIds(this._booking));
    const seats = this._lines.filter(({ seatId }) => standing.has(seatId)).map(({ spot, place }) => [spot, place].filter(Boolean).join(" · "));
    const page = new URL(addressOf({ page: "booking", bookingId }, { search: "" }), location.origin).href;
    const text = calendarFile({
      uid: `${bookingId}@${location.hostname}`,
      startMs,
      endMs: startMs + ASSUMED_DURATION_MS,
      writtenMs: Date.parse(bookedAt),
      summary: this._event.name,
      location: this._event.layoutName,
      description: [...seats, `${words.t("page.booking_code")}: ${codeOf(this._booking)}`, words.t("page.booking_calendar_hint")].join("\n"),
      url: page,
    });
    const file = URL.createObjectURL(new Blob([text], { type: "text/calendar;charset=utf-8" }));
    h("a", { href: file, download: `${this._event.eventId}.ics` }).click();
    setTimeout(() => URL.revokeObjectURL(file), 60_000);
  }

  async _cancel() {
    const words = this._words;
    const before = new Set(standingSeatIds(this._booking));
    const choices = cancelChoices(this._lines.filter(({ seatId }) => before.has(seatId)), words);
    const answer = await askToCancel({ api: this._api, words, booking: this._booking, eventName: this._event.name, event: this._event, choices });
    if (!answer) return;
    this._booking = answer;
    this._draw();
    this._heading?.focus();
    announce(words.t("page.cancel_done", { count: before.size - standingSeatIds(answer).length }));
  }
}
