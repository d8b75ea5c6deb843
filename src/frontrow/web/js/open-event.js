/** One event, opened: its sale, its map and its checkout together, and what is said and announced of them. */

/** @import { Booking, EventSummary, Hold, Order, PaymentAction } from "./wire.js" */
/** @import { ApiClient, Problem } from "./api.js" */
/** @import { Way } from "./checkout.js" */
/** @import { Chooser } from "./map-pane.js" */
/** @import { Connection } from "./sale/live-feed.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Venue } from "./venue/venue.js" */
/** @import { Words } from "./words/words.js" */

import { Checkout } from "./checkout.js";
import { Choosing } from "./choosing.js";
import { MapPane } from "./map-pane.js";
import { h } from "./panels/markup.js";
import { Notices } from "./panels/notices.js";
import { LiveSale } from "./sale/live-sale.js";
import { Selecting } from "./selecting.js";
import { problemText } from "./words/problem-words.js";

/**
 * @typedef {object} OpenEventListener
 * @property {(hold: Hold, seatIds: string[]) => void} onHeld
 * @property {(event: EventSummary) => void} onSaleOpened
 * @property {(expiresAtMs: number) => void} onExpiring
 * @property {(seatIds: string[]) => void} onLost
 * @property {(holdIds: string[], seatIds: string[]) => boolean} onContinue false where somebody else takes the seats from here
 * @property {(order: Order) => void} onOrdered
 * @property {(order: Order, action: PaymentAction) => boolean} onPayment false where somebody else takes the buyer there
 * @property {(booking: Booking) => void} onBooked
 * @property {(seatIds: string[]) => void} onSelection
 * @property {(problem: Problem) => void} onProblem
 * @property {() => void} onNewLayout
 */

/**
 * @typedef {object} OpenEventOptions
 * @property {Theme} theme
 * @property {string} fontFamily
 * @property {Words} words
 * @property {number} seatsMax
 * @property {"buy" | "select"} mode
 * @property {boolean} keepsHolds what is held stays held when the page is left
 * @property {Way | null} way how held seats become a booking; null for what the event says
 * @property {OpenEventListener} listener
 */

export class OpenEvent {
  /**
   * @param {ApiClient} api
   * @param {EventSummary} event
   * @param {Venue} venue
   * @param {OpenEventOptions} options
   */
  constructor(api, event, venue, { theme, fontFamily, words, seatsMax, mode, keepsHolds, way, listener }) {
    this._venue = venue;
    this._listener = listener;
    this._words = words;
    /** @type {Connection} */
    this._connection = "connecting";
    const notices = new Notices(words);
    this._notices = notices;
    /** @param {number} minor */
    const price = (minor) => words.money(minor, event.currency, { short: true });
    const sells = way ?? event.checkout ?? "orders";
    this.sale = new LiveSale(api, event, venue, {
      seatsMax,
      keepsHolds,
      takesOrders: sells === "orders",
      listener: {
        onSeats: (changed, byOthers) => this.pane.reflect(changed, byOthers),
        onBasket: () => this._basketChanged(),
        onHeld: (hold, added) => listener.onHeld(hold, this._ids(added)),
        onRefused: (refused) => void this._choosing?.refused(refused),
        onBestRefused: (reason) => this._choosing?.bestRefused(reason),
        onLost: (lost) => this._lost(lost),
        onOrder: (before) => this._orderChanged(before),
        onAction: (order, action) => this._checkout?.order.goAndPay(order, action),
        onProblem: (problem, doing) => this._problem(problem, doing),
        onConnection: (connection) => this._connected(connection),
        onNewLayout: listener.onNewLayout,
      },
    });
    /** @type {() => MapPane} */
    const pane = () => this.pane;
    this._choosing = mode === "buy" ? new Choosing({ sale: this.sale, words, notices, price, pane }) : null;
    this._selecting = mode === "select" ? new Selecting({ venue, words, notices, pane, onChange: listener.onSelection }) : null;
    const choosing = this._choosing;
    this.pane = new MapPane({ sale: this.sale, theme, fontFamily, words, price, notices, chooser: this._chooser(), onBest: choosing && !this.sale.cancelled ? () => choosing.openBest() : null });
    this._checkout = choosing && new Checkout({
      way: sells, mayChange: way === null, apiOrigin: api.origin, sale: this.sale, clock: api.clock, pane: this.pane, notices, words, price: (minor) => words.money(minor, event.currency), ticketPage: (bookingId) => ticketPage(api.origin, bookingId), onBest: () => choosing.openBest(),
      onContinue: () => listener.onContinue(this.sale.basket.claims.holdIds, this._ids(this.sale.basket.seats)), onOrdered: listener.onOrdered, onPayment: listener.onPayment,
      onSaleOpened: () => listener.onSaleOpened({ ...event, saleStatus: "on_sale" }), onExpiring: listener.onExpiring, onBooked: listener.onBooked, onProblem: listener.onProblem,
    });
    this.element = h("div", { class: "opened", lang: words.language, dir: words.dir, "data-mode": mode },
      this.pane.element, this._checkout && this._checkout.panel.element, ...(choosing?.dialogs ?? []), this._checkout && this._checkout.order.dialog, notices.voice, notices.alarm);
    if (this._selecting) this.element.addEventListener("keydown", (event) => event.key === "Escape" && this._selecting?.clear());
  }

  start() {
    this.sale.start(this._choosing ? this.element : undefined);
  }

  end() {
    this.sale.stop();
    this._checkout?.end();
    this._choosing?.end();
    this._notices.end();
    this.pane.end();
    this.element.remove();
  }

  /** Only seats of this category can be chosen; any with null, and with an id that the drawing has not. @param {string | null} categoryId */
  restrict(categoryId) {
    const category = this._venue.categories.findIndex(({ id }) => id === categoryId);
    this._choosing?.restrict(category);
    this.pane.restrict(category);
  }

  /** @param {boolean} draws whether any drag draws a rectangle, in the mode `select` */
  drawRectangles(draws) {
    if (this._selecting) this.pane.drawRectangles(draws);
  }

  /** @param {Readonly<Record<string, number>> | null} heat by seat id, 0 to 1 */
  setHeat(heat) {
    if (!heat) {
      this.pane.setHeat(null);
      return;
    }
    const values = new Float32Array(this._venue.seatCount).fill(Number.NaN);
    for (const [id, value] of Object.entries(heat)) {
      const seat = this._venue.indexOf.get(id);
      if (seat !== undefined) values[seat] = Math.min(1, Math.max(0, value));
    }
    this.pane.setHeat(values);
  }

  /** The ids of the seats selected in the mode `select`. */
  get selected() {
    return this._selecting?.seatIds ?? [];
  }

  set selected(seatIds) {
    if (this._selecting) this._selecting.seatIds = seatIds;
  }

  /** @returns {Chooser} */
  _chooser() {
    const { _choosing: choosing, _selecting: selecting } = this;
    if (selecting) {
      return {
        selects: true, chosen: (seat) => selecting.chosen(seat), choosable: () => true,
        onSeat: (seat) => selecting.toggle(seat), onTable: (table) => selecting.toggleTable(table), onRectangle: (seats) => selecting.rectangle(seats),
      };
    }
    const buying = /** @type {Choosing} */ (choosing);
    return {
      selects: false, chosen: (seat) => buying.chosen(seat), choosable: (seat) => buying.choosable(seat),
      onSeat: (seat) => buying.toggle(seat), onTable: (table) => buying.toggleTable(table),
    };
  }

  _basketChanged() {
    this.pane.reflect([], false);
    this._choosing?.reflect();
    this._checkout?.reflect();
  }

  /** @param {import("./sale/order-phases.js").OrderPhase | null} before */
  _orderChanged(before) {
    this.pane.reflect([], false);
    this._checkout?.order.changed(before);
  }

  /** @param {readonly number[]} seats */
  _ids(seats) {
    return seats.map((seat) => this._venue.seat(seat).id);
  }

  /** @param {number[]} lost */
  _lost(lost) {
    this._checkout?.lost(lost);
    this._notices.tell(this._words.t("map.lost_seats", { count: lost.length }), "bad");
    this._listener.onLost(this._ids(lost));
  }

  /**
   * @param {Problem} problem
   * @param {"hold" | "release" | "extend" | "look"} doing
   */
  _problem(problem, doing) {
    if (doing === "extend" && problem.code === "hold_not_found") return;
    const text = problemText(this._words, problem);
    if (doing !== "look" && !(doing === "hold" && this._choosing?.bestFailed(text))) this._notices.tell(text, "bad");
    this._listener.onProblem(problem);
  }

  /** @param {Connection} connection */
  _connected(connection) {
    const cut = this._connection === "offline" || this._connection === "polling";
    this._connection = connection;
    if (connection === "offline") this._notices.stay(this._words.t("map.offline"), "offline");
    else if (connection === "polling") this._notices.stay(this._words.t("map.polling"), "info");
    else if (connection === "live") {
      this._notices.stay("");
      if (cut) this._notices.say(this._words.t("map.live_again"));
    }
  }
}

/**
 * The booking's page at the server (js/page/), with its code for the door. A guest's token is kept per site, so on
 * another site's page there is none to open it with.
 * @param {string} origin of the API
 * @param {string} bookingId
 */
function ticketPage(origin, bookingId) {
  return new URL(origin).origin === location.origin ? `${origin}/?booking=${encodeURIComponent(bookingId)}` : null;
}
