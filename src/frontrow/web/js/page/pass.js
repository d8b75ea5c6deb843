/** A booking as a ticket: what to see and when, the seats, and the code to show at the door. On paper, this is all. */

/** @import { Booking, EventSummary } from "../wire.js" */
/** @import { Words } from "../words/words.js" */
/** @import { SeatLine } from "./seat-lines.js" */

import { codeOf } from "../api/booking-code.js";
import { h } from "../panels/markup.js";
import { qrPicture } from "../panels/qr.js";
import { dotted, fact } from "./facts.js";
import { poster, toneOf } from "./poster.js";
import { refundedMinor } from "./refunds.js";

/**
 * @param {Booking} booking
 * @param {EventSummary} event
 * @param {readonly SeatLine[]} lines every seat the booking ever had
 * @param {Words} words
 * @param {HTMLElement | false} copy the way to copy its code, where there is one
 */
export function pass(booking, event, lines, words, copy) {
  const cancelled = new Set(booking.cancelledSeatIds ?? []);
  const isVoid = booking.status === "cancelled";
  const startsMs = Date.parse(event.startsAt);
  const code = codeOf(booking);
  const backMinor = refundedMinor(booking);
  const seats = lines.map((line) => {
    const gone = cancelled.has(line.seatId);
    return h("li", { "data-cancelled": gone }, h(gone ? "s" : "span", { class: "pass-spot" }, line.spot),
      h("span", { class: "soft" }, ...dotted([line.place, gone && words.t("page.booking_seat_cancelled")])));
  });
  return h("article", { class: "pass", "data-void": isVoid, "aria-label": words.t("page.booking_yours") },
    h("div", { class: "pass-main" },
      h("header", { class: "pass-head poster", "data-tone": toneOf(booking.eventId) }, poster(booking.eventId, isVoid ? 0 : 1),
        event.layoutName && h("p", { class: "pass-venue" }, event.layoutName), h("h2", {}, event.name)),
      h("div", { class: "pass-body" },
        h("dl", { class: "pass-facts" },
          fact(words.t("page.booking_date"), words.date(startsMs, { weekday: "long", day: "numeric", month: "long", year: "numeric" })),
          fact(words.t("page.booking_starts"), words.date(startsMs, { hour: "numeric", minute: "2-digit", timeZoneName: "short" })),
          fact(words.t("page.booking_name"), booking.contactInfo.name),
          fact(words.t(cancelled.size ? "page.booking_total_at_first" : "page.booking_total"), words.money(booking.total.amountMinor, booking.total.currency)),
          ...(backMinor ? [fact(words.t("page.booking_refunded"), words.money(backMinor, booking.total.currency))] : [])),
        h("h3", {}, words.t("page.booking_seats", { count: isVoid ? lines.length : lines.length - cancelled.size })),
        h("ul", { class: "pass-seats" }, ...seats))),
    h("div", { class: "pass-stub" },
      ...(isVoid
        ? [h("p", { class: "pass-void" }, words.t("page.booking_void"))]
        : [qrPicture(code, words.t("page.booking_qr", { code })), h("p", { class: "soft" }, words.t("page.booking_at_the_door"))]),
      h("p", { class: "pass-code" }, h("span", { class: "soft" }, words.t("page.booking_code")), h("code", { dir: "ltr" }, code)),
      copy));
}
