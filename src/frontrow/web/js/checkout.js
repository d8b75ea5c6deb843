/**
 * The buyer's way from chosen seats to the ticket: what the panel lists, the time that is left, the order with its payment,
 * and the booking.
 */

/** @import { Booking, ContactInfo, Order, PaymentAction } from "./wire.js" */
/** @import { BasketLine } from "./panels/basket-panel.js" */
/** @import { MapPane } from "./map-pane.js" */
/** @import { Notices } from "./panels/notices.js" */
/** @import { LiveSale } from "./sale/live-sale.js" */
/** @import { ServerClock } from "./api.js" */
/** @import { Words } from "./words/words.js" */

import { codeOf } from "./api/booking-code.js";
import { standingSeatIds } from "./api/standing-seats.js";
import { basketLines, wholeTable } from "./basket-lines.js";
import { OrderCheckout } from "./order-checkout.js";
import { BasketPanel } from "./panels/basket-panel.js";
import { ticket } from "./panels/ticket.js";
import { charged } from "./sale/charges.js";
import { HoldClock } from "./sale/hold-clock.js";
import { ApiProblem, Problem } from "./api.js";
import { problemText, refusedText } from "./words/problem-words.js";
import { seatName, tableName } from "./words/seat-words.js";
import { spokenTime } from "./words/time-words.js";

const TICK_MS = 500;
const PLACES_SHOWN_MAX = 3;
/** After these the hold is not what it was: the seats are to be looked at again, not the form. */
const SEATS_CHANGED = new Set(["hold_not_found", "hold_not_complete", "seats_unavailable"]);

/**
 * @typedef {"orders" | "direct" | "none"} Way how held seats become a booking: by an order that is paid, at once, or not here
 */

/**
 * @typedef {object} CheckoutOptions
 * @property {Way} way
 * @property {boolean} mayChange whether another way is taken where the server has not the one
 * @property {() => boolean} onContinue the buyer goes on with the seats; false where somebody else takes them from here
 * @property {(order: Order) => void} onOrdered
 * @property {(order: Order, action: PaymentAction) => boolean} onPayment false where somebody else takes the buyer there
 * @property {LiveSale} sale
 * @property {ServerClock} clock
 * @property {string} apiOrigin where the server is
 * @property {MapPane} pane
 * @property {Notices} notices
 * @property {Words} words
 * @property {(minor: number) => string} price in full, as receipts write it
 * @property {(bookingId: string) => string | null} ticketPage the address of a booking's own page, where there is one
 * @property {() => void} onBest let the engine choose
 * @property {() => void} onSaleOpened the sale has begun
 * @property {(expiresAtMs: number) => void} onExpiring
 * @property {(booking: Booking) => void} onBooked
 * @property {(problem: Problem) => void} onProblem
 */

export class Checkout {
  /** @param {CheckoutOptions} options */
  constructor(options) {
    this._options = options;
    const { sale, pane, words } = options;
    /** @type {{ seats: number[], tableId: string | null }[]} what ran out, to be asked for again */
    this._lost = [];
    /** @type {Map<number, string | null>} the table each wanted seat was taken with */
    this._tables = new Map();
    this._holdClock = new HoldClock((leftMs, expiresAtMs) => this._warn(leftMs, expiresAtMs));
    /** @type {readonly Booking[]} the buyer's bookings of this event, newest first */
    this._bookings = [];
    this._way = options.way;
    this._onSale = sale.onSale;
    this.order = new OrderCheckout(options, { panel: () => this.panel, onBooked: (booking) => this._confirm(booking), onDone: () => this._done(), onTime: () => this._tick() });
    this.panel = new BasketPanel(words, {
      onRemove: (seats) => this._remove(seats),
      onLookAt: (seats) => pane.lookAt(seats),
      onExtend: () => sale.basket.extend(),
      get onBest() {
        return sale.onSale ? options.onBest : null;
      },
      onAgain: () => this._again(),
      onContinue: () => this._continue(),
      onConfirm: (contact) => void this._book(contact),
      order: this.order.listener,
      onDone: () => this._done(),
      onTicket: (bookingId) => this._showTicket(this._bookings.find((booking) => booking.bookingId === bookingId)),
    });
    this._ticking = setInterval(() => this._tick(), TICK_MS);
    this.reflect();
    void this._findBookings();
  }

  end() {
    clearInterval(this._ticking);
    this.order.end();
  }

  /** Show the basket as it is now. */
  reflect() {
    const { sale, price } = this._options;
    const { basket } = sale;
    const { seats } = basket;
    const { lines: charges, totalMinor } = charged(seats.map((seat) => basket.priceMinor(seat)), this._way === "orders" && seats.length ? (sale.event.charges ?? []) : []);
    if (seats.length) this._lost = [];
    for (const seat of seats) this._tables.set(seat, basket.claims.get(seat)?.tableId ?? null);
    this.panel.show({
      lines: this._lines(),
      seatCount: seats.length,
      total: price(totalMinor),
      settled: basket.settled,
      booking: basket.booking,
      choosing: basket.choosing,
      lostCount: this._lost.reduce((count, wish) => count + wish.seats.length, 0),
      closed: sale.onSale ? "" : this._closedText(),
      closedTitle: this._options.words.t(sale.cancelled ? "map.cancelled_title" : "map.closed_title"),
      tickets: this._bookings.map((booking) => this._ticketLine(booking)),
      paysLater: this._way === "orders",
      charges: charges.map(({ label, minor, included }) => ({ label, price: price(minor), included })),
    });
    this._tick();
  }

  /** @param {number[]} seats that the server holds for us no more */
  lost(seats) {
    /** @type {Map<string, number[]>} */
    const byTable = new Map();
    for (const seat of seats) {
      const table = this._tables.get(seat) ?? "";
      byTable.set(table, [...(byTable.get(table) ?? []), seat]);
    }
    this._lost = [...byTable].map(([tableId, wish]) => ({ seats: wish, tableId: tableId || null }));
    if (this.panel.step !== "order") this.panel.go("seats");
    this.reflect();
  }

  /** @param {readonly number[]} seats of one line */
  _remove(seats) {
    const { sale, words, notices } = this._options;
    const table = sale.venue.tableById.get(sale.basket.claims.get(seats[0])?.tableId ?? "");
    const seat = table ? tableName(words, table) : seatName(words, sale.venue, seats[0]).spot;
    if (sale.basket.giveBack(seats) === "done") notices.say(words.t("map.removed", { seat }));
  }

  _again() {
    const { basket } = this._options.sale;
    for (const { seats, tableId } of this._lost) basket.take(seats, tableId);
  }

  /** @returns {BasketLine[]} */
  _lines() {
    const { basket } = this._options.sale;
    return basketLines(this._options, basket.seats.map((seat) => {
      const claim = basket.claims.get(seat);
      return { seat, tableId: claim?.tableId ?? null, minor: basket.priceMinor(seat), pending: claim?.holdId === null };
    }));
  }

  _tick() {
    const { sale, clock, onSaleOpened } = this._options;
    if (sale.onSale !== this._onSale) {
      this._onSale = sale.onSale;
      this.reflect();
      onSaleOpened();
      return;
    }
    const ordered = this.panel.step === "order";
    const expiresAtMs = ordered ? sale.ordering.windowEndMs : sale.basket.expiresAtMs;
    const processed = ordered && sale.ordering.phase === "processing";
    const left = processed ? this._holdClock.shown(expiresAtMs, clock.nowMs()) : this._holdClock.look(expiresAtMs, clock.nowMs(), !ordered && sale.keeping);
    this.panel.showTime(left, expiresAtMs ?? 0);
    if (!ordered && left?.phase === "over" && sale.basket.lookPauseMs === 0) void sale.basket.look();
  }

  /** @returns {boolean} whether the form is next */
  _continue() {
    const { notices, words, mayChange, onContinue } = this._options;
    if (!onContinue()) return false;
    if (this._way === "none" && mayChange) notices.tell(words.t("map.problem_direct_booking_not_allowed"), "bad");
    return this._way !== "none";
  }

  /**
   * @param {number} leftMs
   * @param {number} expiresAtMs
   */
  _warn(leftMs, expiresAtMs) {
    const { notices, words, onExpiring } = this._options;
    const withdraw = notices.tell(words.t("map.held_for_another", { time: spokenTime(words, leftMs) }));
    onExpiring(expiresAtMs);
    return withdraw;
  }

  /**
   * @param {ContactInfo} contact
   * @returns {Promise<void>}
   */
  async _book(contact) {
    const { sale, mayChange, onProblem } = this._options;
    if (sale.basket.booking) return;
    try {
      if (this._way === "orders") await this.order.place(contact);
      else await this._bookNow(contact);
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      if (caught.code === "payment_not_configured" && mayChange && this._way === "orders") {
        this._way = "direct";
        return this._book(contact);
      }
      this._refused(caught);
      onProblem(caught);
    }
  }

  /** @param {ContactInfo} contact */
  async _bookNow(contact) {
    const booking = await this._options.sale.book(contact);
    this._confirm(booking);
    this._options.onBooked(booking);
  }

  /** @param {Booking} booking */
  _confirm(booking) {
    this._bookings = [booking, ...this._bookings.filter(({ bookingId }) => bookingId !== booking.bookingId)];
    this._showTicket(booking);
    const { notices, words } = this._options;
    notices.say(words.t("map.booked_for", { count: booking.seatIds.length, name: booking.contactInfo.name }));
  }

  /** What was booked before this page was opened; the map does without when nobody can say. */
  async _findBookings() {
    const { sale } = this._options;
    try {
      const found = await sale.bookings();
      const made = new Set(this._bookings.map(({ bookingId }) => bookingId));
      this._bookings = [...this._bookings, ...found.filter(({ bookingId }) => !made.has(bookingId))];
      this.reflect();
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
    }
  }

  /** @param {Booking | undefined} booking */
  _showTicket(booking) {
    if (!booking) return;
    const { sale, words, ticketPage } = this._options;
    const options = { venue: sale.venue.name, page: ticketPage(booking.bookingId), onDone: () => this._done() };
    this.panel.confirm(ticket(words, booking, sale.event, this._placesOf(booking), options));
  }

  /**
   * @param {Booking} booking
   * @returns {import("./panels/basket-panel.js").TicketLine}
   */
  _ticketLine(booking) {
    const { words } = this._options;
    const places = this._placesOf(booking).map(({ spot }) => spot);
    const rest = places.length - PLACES_SHOWN_MAX;
    const about = [...places.slice(0, PLACES_SHOWN_MAX), ...(rest > 0 ? [words.t("map.and_more", { count: rest })] : [])].join(" · ");
    return { bookingId: booking.bookingId, title: words.t("map.seats", { count: standingSeatIds(booking).length }), about, code: codeOf(booking) };
  }

  /** @param {Booking} booking */
  _placesOf(booking) {
    const { words, sale: { venue } } = this._options;
    const standing = standingSeatIds(booking);
    const left = new Set(standing);
    const tables = booking.tableIds.flatMap((id) => {
      const table = venue.tableById.get(id);
      return table?.seats.every((seat) => left.has(venue.seat(seat).id)) ? [table] : [];
    });
    const whole = new Set(tables.map(({ item }) => item.id));
    const seats = standing.flatMap((id) => {
      const index = venue.indexOf.get(id);
      return index === undefined || whole.has(venue.seat(index).tableId ?? "") ? [] : [seatName(words, venue, index)];
    });
    return [...seats, ...tables.map((table) => wholeTable(words, table, table.seats.length))];
  }

  /** @param {Problem} problem */
  _refused(problem) {
    const { sale, notices, words } = this._options;
    if (!SEATS_CHANGED.has(problem.code)) {
      this.panel.form.refuse(problem);
      return;
    }
    this.panel.go("seats");
    const refused = problem instanceof ApiProblem ? problem.refusals : [];
    const known = refused.flatMap(({ seatId, reason }) => {
      const seat = sale.venue.indexOf.get(seatId);
      return seat === undefined ? [] : [{ seat, reason }];
    });
    notices.tell(known.length ? refusedText(words, sale.venue, known) : problemText(words, problem), "bad");
    void sale.basket.look();
  }

  _done() {
    this.panel.go("seats");
    this.reflect();
    this._options.pane.focus();
  }

  _closedText() {
    const { sale, words } = this._options;
    const { saleStatus, salesStart } = sale.event;
    if (saleStatus === "scheduled" && salesStart) return words.t("map.opens_on", { when: words.dateTime(Date.parse(salesStart)) });
    if (saleStatus === "cancelled") return words.t("map.cancelled_text");
    return words.t(saleStatus === "scheduled" ? "map.not_open_yet" : "map.sales_ended");
  }
}
