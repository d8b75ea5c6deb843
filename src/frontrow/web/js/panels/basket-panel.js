/**
 * The panel beside the map (a sheet below it on small screens): the buyer's seats, their time and total, then the
 * form, then the ticket. It shows what it is given and says what was pressed.
 */

/** @import { ContactInfo } from "../wire.js" */
/** @import { Countdown } from "../sale/countdown.js" */

import { plural } from "../sale/countdown.js";
import { CheckoutForm } from "./checkout-form.js";
import { icon } from "./icons.js";
import { fill, h } from "./markup.js";
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
 * @property {() => void} onExtend
 * @property {() => void} onAgain take the lost seats again
 * @property {(contact: ContactInfo) => void} onConfirm
 * @property {() => void} onDone the ticket was seen
 * @property {(bookingId: string) => void} onTicket show the ticket of a booking made earlier
 */

/** @typedef {{ bookingId: string, title: string, about: string }} TicketLine a booking of this event that the buyer has */

/** @typedef {{ lines: BasketLine[], seatCount: number, total: string, settled: boolean, booking: boolean, lostCount: number, closed: string, tickets: readonly TicketLine[] }} PanelState */

export class BasketPanel {
  /** @param {PanelListener} listener */
  constructor(listener) {
    this._listener = listener;
    /** @type {"seats" | "details" | "done"} */
    this._step = "seats";
    /** @type {PanelState} */
    this._state = { lines: [], seatCount: 0, total: "", settled: true, booking: false, lostCount: 0, closed: "", tickets: [] };
    this._shown = "";
    this.form = new CheckoutForm(listener.onConfirm);
    this._timer = new Timer();
    this._smallTimer = new Timer();
    this._extend = h("button", { type: "button", class: "link", onclick: listener.onExtend }, "More time");
    this._title = h("h2", { tabindex: -1 }, "Your seats");
    this._back = h("button", { type: "button", class: "icon-button", "aria-label": "Back to your seats", onclick: () => this.go("seats") }, icon("back"));
    this._time = h("div", { class: "time" }, this._timer.element, this._extend);
    this._body = h("div", { class: "panel-body" });
    this._count = h("span", { class: "count" });
    this._total = h("strong", { class: "sum" });
    this._main = h("button", { type: "button", class: "primary", onclick: () => this._press() });
    this._grip = h("button", { type: "button", class: "grip", "aria-expanded": "false", onclick: () => this.open(!this.isOpen) }, icon("up", 18));
    this._summary = h("div", { class: "summary", onclick: () => this._narrow && this.open(!this.isOpen) },
      h("div", { class: "summary-lines" }, this._count, this._total), this._smallTimer.element);
    this._foot = h("footer", {}, this._summary, this._grip, this._main);
    this.element = h("aside", { class: "panel", "aria-label": "Your seats" },
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
    this._grip.setAttribute("aria-label", open ? "Show less" : "Show your seats");
  }

  /** @param {"seats" | "details"} step */
  go(step) {
    this._step = step;
    this._shown = "";
    this.open(step === "details");
    this.show(this._state);
    if (step === "details") this.form.focus();
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
    if (this._step === "done") return;
    if (this._step === "details" && state.seatCount === 0) {
      this.go("seats");
      return;
    }
    const { lines, seatCount, total, settled, booking, lostCount, closed, tickets } = state;
    this.element.dataset.step = seatCount === 0 ? "empty" : this._step;
    this._title.textContent = this._step === "details" ? "Your details" : "Your seats";
    this._back.hidden = this._step !== "details";
    this._count.textContent = seatCount === 0 ? "No seats yet" : plural(seatCount, "seat");
    this._total.textContent = seatCount === 0 ? "" : total;
    this._main.disabled = seatCount === 0 || booking || (this._step === "seats" && !settled);
    this._main.toggleAttribute("data-busy", booking || (seatCount > 0 && !settled));
    fill(this._main, this._step === "details" ? (booking ? "Booking…" : `Book · ${total}`) : "Continue");
    if (this._step === "details") {
      if (this._shown !== "details") fill(this._body, this.form.element);
      this._shown = "details";
      return;
    }
    const signature = JSON.stringify([lines, lostCount, closed, tickets]);
    if (signature === this._shown) return;
    this._shown = signature;
    const focused = /** @type {HTMLElement | null} */ (this._body.querySelector("button:focus"))?.dataset.key;
    const own = tickets.length > 0 && this._tickets(tickets);
    if (seatCount === 0) fill(this._body, own, closed ? this._closed(closed) : lostCount ? this._lost(lostCount) : this._empty());
    else fill(this._body, h("ul", { class: "lines" }, ...lines.map((line) => this._line(line))), own);
    if (focused !== undefined) {
      const again = /** @type {HTMLElement | null} */ (this._body.querySelector(`button[data-key="${CSS.escape(focused)}"]`));
      (again ?? this._title).focus({ preventScroll: true });
    }
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
    const swatch = h("span", { class: "swatch" });
    swatch.style.background = color;
    return h(
      "li",
      { class: pending ? "line pending" : "line" },
      h("button", { type: "button", class: "line-main", "data-key": `look-${key}`, "aria-label": `${spot}, ${place}, ${price}. Show on the map`, onclick: () => this._listener.onLookAt(seats) },
        swatch,
        h("span", { class: "line-text" }, h("span", { class: "line-spot" }, spot), h("span", { class: "soft" }, [place, ...flags].filter(Boolean).join(" · ")))),
      h("span", { class: "line-price" }, price),
      h("button", { type: "button", class: "icon-button", "data-key": `drop-${key}`, "aria-label": `Give back ${spot}`, onclick: () => this._listener.onRemove(seats) }, icon("close", 18)),
    );
  }

  /** @param {readonly TicketLine[]} tickets */
  _tickets(tickets) {
    return h("section", { class: "own-tickets" }, h("h3", {}, tickets.length === 1 ? "Your ticket" : "Your tickets"),
      h("ul", { class: "lines" }, ...tickets.map(({ bookingId, title, about }) =>
        h("li", { class: "line" },
          h("button", { type: "button", class: "line-main", "data-key": `ticket-${bookingId}`, "aria-label": `${title}, ${about}. Show the ticket`, onclick: () => this._listener.onTicket(bookingId) },
            icon("ticket", 20), h("span", { class: "line-text" }, h("span", { class: "line-spot" }, title), h("span", { class: "soft" }, about)))))));
  }

  _empty() {
    return h("div", { class: "blank" }, h("span", { class: "blank-sign" }, icon("seat", 30)), h("h3", {}, "Pick your seats"),
      h("p", {}, "Choose a seat on the map and it is held for you while you decide."));
  }

  /** @param {number} count */
  _lost(count) {
    return h("div", { class: "blank" }, h("span", { class: "blank-sign warn" }, icon("clock", 30)), h("h3", {}, "Your time ran out"),
      h("p", {}, `${count === 1 ? "Your seat is" : `Your ${count} seats are`} open to everyone again. You may still be quick enough.`),
      h("button", { type: "button", class: "quiet", "data-key": "again", onclick: this._listener.onAgain }, icon("repeat", 18), count === 1 ? "Try the same seat" : "Try the same seats"));
  }

  /** @param {string} text */
  _closed(text) {
    return h("div", { class: "blank" }, h("span", { class: "blank-sign" }, icon("calendar", 30)), h("h3", {}, "Not on sale"), h("p", {}, text));
  }

  _press() {
    if (this._step === "details") this.form.element.requestSubmit();
    else this.go("details");
  }
}
