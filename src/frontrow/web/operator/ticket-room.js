/** One booking's ticket, to be printed at the box office. */

/** @import { Booking, EventSummary, Layout } from "../js/wire.js" */
/** @import { Desk } from "./desk.js" */

import { Problem } from "../js/api.js";
import { pass } from "../js/page/pass.js";
import { refundList } from "../js/page/refunds.js";
import { seatLines } from "../js/page/seat-lines.js";
import { fill, h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { blank, button } from "./panel.js";
import { sign } from "./signs.js";

/** The tickets' own styles, which this page has only while one is shown. */
const STYLES = ["events", "booking"].map((name) => new URL(`../css/${name}.css`, import.meta.url).href);

export class TicketRoom {
  /**
   * @param {Desk} desk
   * @param {string} eventId
   * @param {string} bookingId
   */
  constructor(desk, eventId, bookingId) {
    this._desk = desk;
    this._eventId = eventId;
    this.title = desk.words.t("operator.ticket");
    this._links = STYLES.map((href) => h("link", { rel: "stylesheet", href }));
    document.head.append(...this._links);
    this.element = h("div", { class: "page" }, h("p", { class: "soft loading", role: "status" }, desk.words.t("operator.loading")));
    void this._open(bookingId);
  }

  end() {
    for (const link of this._links) link.remove();
  }

  /** @param {string} bookingId */
  async _open(bookingId) {
    const { api, words } = this._desk;
    try {
      const booking = await api.booking(bookingId);
      const event = await api.event(booking.eventId);
      const layout = await api.layout(event.layoutId, event.layoutVersion);
      this._show(booking, event, layout);
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      fill(this.element, blank(words.t("page.booking_unknown"), problemText(words, caught, "operator"), this._back()));
    }
  }

  _back() {
    return h("a", { class: "act quiet", href: `#/event/${encodeURIComponent(this._eventId)}` }, sign("undo"), h("span", {}, this._desk.words.t("operator.back_to_event")));
  }

  /**
   * @param {Booking} booking
   * @param {EventSummary} event
   * @param {Layout} layout
   */
  _show(booking, event, layout) {
    const { words } = this._desk;
    const print = button(words.t("page.booking_print"), () => globalThis.print(), { kind: "main", sign: sign("print") });
    fill(this.element, h("div", { class: "booking ticket-room" },
      h("div", { class: "page-head booking-actions" }, h("h1", {}, words.t("operator.ticket_of", { name: booking.contactInfo.name })), h("div", { class: "head-acts" }, this._back(), print)),
      pass(booking, event, seatLines(booking.seatIds, layout, words), words, false), refundList(booking, words)));
    print.focus();
  }
}
