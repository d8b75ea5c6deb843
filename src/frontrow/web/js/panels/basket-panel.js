/**
 * The panel beside the map (a sheet below it on small screens): the buyer's seats, their time and total, then the
 * form, then the order until it is paid, then the ticket. It shows what it is given and says what was pressed.
 */

/** @import { ContactInfo } from "../wire.js" */
/** @import { Countdown } from "../sale/countdown.js" */
/** @import { Words } from "../words/words.js" */
/** @import { OrderChargeLine, OrderListener, OrderView } from "./order-body.js" */

import { isPayable } from "../sale/order-phases.js";
import { CheckoutForm } from "./checkout-form.js";
import { icon } from "./icons.js";
import { fill, h, swatch } from "./markup.js";
import { chargeLines, orderBody, payText } from "./order-body.js";
import { Timer } from "./timer.js";

/**
 * @typedef {object} BasketLine
 * @property {string} key
 * @property {number[]} seats layout indexes; several for a whole table
 * @property {string} color
 * @property {string} place
 * @property {string} spot
 * @property {string} price
 * @property {readonly string[]} flags
 * @property {boolean} pending
 */

/**
 * @typedef {object} PanelListener
 * @property {(seats: number[]) => void} onRemove
 * @property {(seats: number[]) => void} onLookAt
 * @property {() => Promise<void>} onExtend ends when the server has answered
 * @property {(() => void) | null} onBest let the engine choose; null where that is not offered
 * @property {() => void} onAgain take the lost seats again
 * @property {() => boolean} onContinue whether the form is next
 * @property {(contact: ContactInfo) => void} onConfirm
 * @property {OrderListener} order
 * @property {() => void} onDone the ticket was seen
 * @property {(bookingId: string) => void} onTicket show the ticket of a booking made earlier
 */

/** @typedef {{ bookingId: string, title: string, about: string, code: string }} TicketLine a booking of this event that the buyer has */

/** @typedef {{ lines: BasketLine[], seatCount: number, total: string, settled: boolean, booking: boolean, choosing: boolean, lostCount: number, closed: string, closedTitle: string, tickets: readonly TicketLine[], paysLater: boolean, charges: readonly OrderChargeLine[] }} PanelState
 * `paysLater`: the form makes an order, which is paid in a next step; `charges`: what that adds to the seats, part of `total` */

export class BasketPanel {
  /**
   * @param {Words} words
   * @param {PanelListener} listener
   */
  constructor(words, listener) {
    this._words = words;
    this._listener = listener;
    /** @type {"seats" | "details" | "order" | "done"} */
    this._step = "seats";
    /** @type {PanelState} */
    this._state = { lines: [], seatCount: 0, total: "", settled: true, booking: false, choosing: false, lostCount: 0, closed: "", closedTitle: "", tickets: [], paysLater: false, charges: [] };
    this._shown = "";
    this.form = new CheckoutForm(words, listener.onConfirm);
    /** Below the form, so that the whole total is no surprise. */
    this._charges = h("ul", { class: "lines form-charges" });
    this._timer = new Timer(words);
    this._smallTimer = new Timer(words);
    this._extend = h("button", { type: "button", class: "link", onclick: () => void this._more() }, words.t("map.more_time"));
    this._title = h("h2", { tabindex: -1 }, words.t("map.your_seats"));
    this._back = h("button", { type: "button", class: "icon-button flip", "aria-label": words.t("map.back_to_seats"), onclick: () => this._goBack() }, icon("back"));
    this._time = h("div", { class: "time" }, this._timer.element, this._extend);
    this._body = h("div", { class: "panel-body" });
    this._count = h("span", { class: "count" });
    this._total = h("strong", { class: "sum" });
    this._main = h("button", { type: "button", class: "primary main", onclick: (/** @type {Event} */ event) => this._press(event) });
    this._grip = h("button", { type: "button", class: "grip", "aria-expanded": "false", onclick: () => this.open(!this.isOpen) }, icon("up", 18));
    this._summary = h("div", { class: "summary", onclick: () => this._narrow && this.open(!this.isOpen) },
      h("div", { class: "summary-lines" }, this._count, this._total), this._smallTimer.element);
    this._foot = h("footer", {}, this._grip, this._summary, this._main);
    this.element = h("aside", { class: "panel", "aria-label": words.t("map.your_seats"), onkeydown: (/** @type {KeyboardEvent} */ event) => this._key(event) },
      h("header", { class: "panel-head" }, this._back, this._title, this._time), this._body, this._foot);
    this.go("seats");
  }

  get isOpen() {
    return this.element.dataset.open !== undefined;
  }

  /** Whether the panel is a sheet now. */
  get _narrow() {
    return getComputedStyle(this._grip).display !== "none";
  }

  get step() {
    return this._step;
  }

  /** @param {boolean} open only the sheet closes */
  open(open) {
    if (open) this.element.dataset.open = "";
    else delete this.element.dataset.open;
    this._grip.setAttribute("aria-expanded", String(open));
    this._grip.setAttribute("aria-label", this._words.t(open ? "map.show_less" : "map.show_seats"));
  }

  /** @param {"seats" | "details"} step */
  go(step) {
    const hadFocus = this._hasFocus;
    this._step = step;
    this._extend.hidden = false;
    this._shown = "";
    this.open(step === "details");
    this.show(this._state);
    if (step === "details") this.form.focus();
    else if (hadFocus) this.focus();
  }

  /** The focus is on what the panel is about now. */
  focus() {
    const places = [this._title, this._body.querySelector("h3"), this._main, this._grip];
    /** @type {HTMLElement | undefined | null} */
    (places.find((place) => place instanceof HTMLElement && place.checkVisibility()))?.focus({ preventScroll: true });
  }

  _goBack() {
    this.go("seats");
    this._main.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    if (event.key !== "Escape" || this._step === "done" || this.element.dataset.step === "order-end") return;
    if (this._step === "details") this._goBack();
    else if (this._narrow && this.isOpen) {
      this.open(false);
      this._grip.focus({ preventScroll: true });
    } else return;
    event.stopPropagation();
  }

  async _more() {
    if (this._extend.ariaDisabled === "true") return;
    this._extend.ariaDisabled = "true";
    try {
      await this._listener.onExtend();
    } finally {
      this._extend.ariaDisabled = "false";
    }
  }

  /** The order is what the panel is about now. @param {OrderView} view */
  showOrder(view) {
    const words = this._words;
    const payable = isPayable(view.phase);
    const entered = this._step !== "order";
    const step = payable ? "order" : view.phase === "processing" ? "order-wait" : "order-end";
    const turned = entered || this.element.dataset.step !== step;
    const hadFocus = this._hasFocus;
    this._step = "order";
    this.element.dataset.step = step;
    this._title.textContent = words.t("map.your_order");
    this._back.hidden = true;
    this._extend.hidden = true;
    this._main.type = "button";
    this._main.hidden = !payable;
    this._main.removeAttribute("form");
    this._main.disabled = view.doing === "giving_up";
    this._main.toggleAttribute("data-busy", view.doing !== null);
    fill(this._main, payText(words, view));
    this._count.textContent = words.t("map.seats", { count: view.seatCount });
    this._total.textContent = view.total;
    const signature = JSON.stringify(view);
    if (signature !== this._shown) {
      const key = /** @type {HTMLElement | null} */ (this._body.querySelector(":focus"))?.dataset.key;
      this._shown = signature;
      fill(this._body, orderBody(words, view, this._listener.order));
      const again = key === undefined ? null : this._body.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (again instanceof HTMLElement) again.focus({ preventScroll: true });
    }
    if (!turned) return;
    this.open(true);
    this._body.scrollTop = 0;
    if (hadFocus) (payable ? this._title : (this._body.querySelector("h3") ?? this._title)).focus({ preventScroll: true });
  }

  get _hasFocus() {
    return this.element.contains(/** @type {ShadowRoot | Document} */ (this.element.getRootNode()).activeElement);
  }

  /** @param {HTMLElement} ticket */
  confirm(ticket) {
    this._step = "done";
    this.element.dataset.step = "done";
    this.open(true);
    fill(this._body, ticket);
    this._body.scrollTop = 0;
    ticket.querySelector("h2")?.focus({ preventScroll: true });
  }

  /** @param {PanelState} state */
  show(state) {
    this._state = state;
    if (this._step === "done" || this._step === "order") return;
    if (this._step === "details" && state.seatCount === 0) {
      this.go("seats");
      return;
    }
    const { lines, seatCount, total, settled, booking, choosing, lostCount, closed, tickets, paysLater, charges } = state;
    const words = this._words;
    const details = this._step === "details";
    this.element.dataset.step = seatCount === 0 ? "empty" : this._step;
    this._title.textContent = words.t(details ? "map.your_details" : "map.your_seats");
    this._back.hidden = !details;
    this._main.hidden = false;
    this._main.type = details ? "submit" : "button";
    if (details) this._main.setAttribute("form", this.form.element.id);
    else this._main.removeAttribute("form");
    this._count.textContent = seatCount === 0 ? words.t("map.no_seats") : words.t("map.seats", { count: seatCount });
    this._total.textContent = seatCount === 0 ? "" : total;
    const waiting = booking || (seatCount > 0 && !settled) || choosing;
    this._main.disabled = seatCount === 0 || booking || (!details && !settled);
    this._main.toggleAttribute("data-busy", waiting);
    const booked = paysLater ? words.t(booking ? "map.ordering" : "map.to_payment") : booking ? words.t("map.booking") : words.t("map.book", { total });
    fill(this._main, details ? booked : words.t("map.go_on"));
    if (details) {
      if (this._shown !== "details") fill(this._body, this.form.element, this._charges);
      this._shown = "details";
      fill(this._charges, ...chargeLines(words, charges));
      return;
    }
    const signature = JSON.stringify([lines, choosing, lostCount, closed, tickets, charges]);
    if (signature === this._shown) return;
    this._shown = signature;
    this._fillSeats(state);
  }

  /** @param {PanelState} state */
  _fillSeats({ lines, seatCount, choosing, lostCount, closed, closedTitle, tickets, charges }) {
    const focused = /** @type {HTMLElement | null} */ (this._body.querySelector(":focus"));
    const key = focused?.dataset.key;
    const place = [...this._body.querySelectorAll("[data-key]")].findIndex((one) => one === focused);
    const own = tickets.length > 0 && this._tickets(tickets);
    const looking = choosing && h("li", { class: "line choosing" }, h("span", { class: "spinner small", "aria-hidden": "true" }), this._words.t("map.best_going"));
    if (seatCount === 0 && !choosing) fill(this._body, own, closed ? this._closed(closedTitle, closed) : lostCount ? this._lost(lostCount) : this._empty());
    else fill(this._body, h("ul", { class: "lines" }, ...lines.map((line) => this._line(line)), looking, ...chargeLines(this._words, charges)), own);
    if (!focused) return;
    // What had the focus may be gone: then its neighbour has it, and with none left the words that say so.
    const again = key === undefined ? null : this._body.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const drops = this._body.querySelectorAll('[data-key^="drop-"]');
    const next = again ?? (key?.startsWith("drop-") ? drops[Math.min(Math.floor(place / 2), drops.length - 1)] : null);
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
    else if (seatCount === 0) this._body.querySelector("h3")?.focus({ preventScroll: true });
    else this.focus();
  }

  /** @param {Countdown | null} left @param {number} expiresAtMs */
  showTime(left, expiresAtMs) {
    const visible = left !== null && this._step !== "done";
    this._time.hidden = !visible;
    this._smallTimer.element.hidden = !visible;
    if (!left) return;
    this._timer.show(left, expiresAtMs);
    this._smallTimer.show(left, expiresAtMs);
  }

  /** @param {BasketLine} line */
  _line({ key, seats, color, place, spot, price, flags, pending }) {
    const words = this._words;
    const about = [place, ...flags].filter(Boolean).join(" · ");
    return h(
      "li",
      { class: pending ? "line pending" : "line" },
      h("button", { type: "button", class: "line-main", "data-key": `look-${key}`, "aria-label": words.t("map.line_label", { seat: spot, place: about, price }), onclick: () => this._listener.onLookAt(seats) },
        swatch(color),
        h("span", { class: "line-text" }, h("span", { class: "line-spot" }, spot), " ", h("span", { class: "soft" }, about))),
      pending && h("span", { class: "spinner small", role: "img", "aria-label": words.t("map.line_pending") }),
      h("span", { class: "line-price" }, price),
      h("button", { type: "button", class: "icon-button", "data-key": `drop-${key}`, "aria-label": words.t("map.give_back", { seat: spot }), onclick: () => this._listener.onRemove(seats) }, icon("close", 18)),
    );
  }

  /** @param {readonly TicketLine[]} tickets */
  _tickets(tickets) {
    const words = this._words;
    return h("section", { class: "own-tickets" }, h("h3", { tabindex: -1 }, words.t(tickets.length === 1 ? "map.your_ticket" : "map.your_tickets")),
      h("ul", { class: "lines" }, ...tickets.map(({ bookingId, title, about, code }) =>
        h("li", { class: "line" },
          h("button", { type: "button", class: "line-main", "data-key": `ticket-${bookingId}`, "aria-label": words.t("map.ticket_label", { title, about, code }), onclick: () => this._listener.onTicket(bookingId) },
            icon("ticket", 20), h("span", { class: "line-text" }, h("span", { class: "line-spot" }, title), " ", h("span", { class: "soft" }, about), h("code", { dir: "ltr" }, code), h("span", { class: "ticket-show" }, words.t("map.ticket_show"))))))));
  }

  _empty() {
    const { onBest } = this._listener;
    return h("div", { class: "blank" }, h("span", { class: "blank-sign" }, icon("seat", 30)), h("h3", { tabindex: -1 }, this._words.t("map.empty_title")),
      h("p", {}, this._words.t("map.empty_text")),
      onBest && h("button", { type: "button", class: "quiet", "data-key": "best", "aria-haspopup": "dialog", onclick: onBest }, icon("best", 18), this._words.t("map.best_title")));
  }

  /** @param {number} count */
  _lost(count) {
    const words = this._words;
    return h("div", { class: "blank" }, h("span", { class: "blank-sign warn" }, icon("clock", 30)), h("h3", { tabindex: -1 }, words.t("map.lost_title")),
      h("p", {}, words.t("map.lost_text", { count })),
      h("button", { type: "button", class: "quiet", "data-key": "again", onclick: this._listener.onAgain }, icon("repeat", 18), words.t("map.try_again_seats", { count })));
  }

  /** @param {string} title @param {string} text */
  _closed(title, text) {
    return h("div", { class: "blank" }, h("span", { class: "blank-sign" }, icon("calendar", 30)), h("h3", { tabindex: -1 }, title), h("p", {}, text));
  }

  /** @param {Event} event */
  _press(event) {
    // In the form it is the form's own button, which Enter in a field presses too; this press is not yet one.
    if (this._step === "details") return;
    event.preventDefault();
    if (this._step === "order") this._listener.order.onPay();
    else if (this._listener.onContinue()) this.go("details");
  }
}
