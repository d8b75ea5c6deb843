/**
 * The buyer's order in the panel: paid at the gateway's page, tried again with another card, waited for, given up, and told of
 * when the page comes back.
 */

/** @import { Booking, ContactInfo, Order, PaymentAction } from "./wire.js" */
/** @import { CheckoutOptions } from "./checkout.js" */
/** @import { BasketPanel } from "./panels/basket-panel.js" */
/** @import { OrderListener, OrderView } from "./panels/order-body.js" */
/** @import { OrderPhase } from "./sale/order-phases.js" */

import { basketLines } from "./basket-lines.js";
import { GrowingPause } from "./api/growing-pause.js";
import { Problem } from "./api.js";
import { GiveUpDialog } from "./panels/give-up-dialog.js";
import { keepPayUntil } from "./sale/pay-window.js";
import { mayGiveUp, refundReason } from "./sale/order-phases.js";
import { problemText } from "./words/problem-words.js";

/** The server's bound on the address that the gateway's page leads back to. */
const RETURN_URL_CHARS_MAX = 2_000;
const BOOKING_PAUSE_MS = { firstMs: 1_000, mostMs: 15_000 };

/**
 * @typedef {object} OrderRoom what is around it
 * @property {() => BasketPanel} panel
 * @property {(booking: Booking) => void} onBooked show its ticket
 * @property {() => void} onDone back to the seats
 * @property {() => void} onTime another time counts now
 */

export class OrderCheckout {
  /**
   * @param {CheckoutOptions} options
   * @param {OrderRoom} room
   */
  constructor(options, room) {
    this._options = options;
    this._room = room;
    /** @type {string | null} the order that was given up here */
    this._givenUp = null;
    /** @type {string | null} the order whose booking is being read */
    this._reading = null;
    this._ended = false;
    const { ordering } = options.sale;
    this._asking = new GiveUpDialog(options.words, () => void this._giveUp());
    /** What belongs beside the map. */
    this.dialog = this._asking.element;
    /** @type {OrderListener} */
    this.listener = {
      onPay: () => void ordering.pay(returnUrl()),
      onGiveUp: () => ordering.order && this._asking.open(ordering.order.seatIds.length, ordering.phase === "processing"),
      onLookAt: (seats) => options.pane.lookAt(seats),
      onAgain: () => this._again(),
      onSeen: () => ordering.dismiss(),
    };
  }

  end() {
    this._ended = true;
    this._asking.end();
  }

  /**
   * @param {ContactInfo} contact
   * @throws {Problem}
   */
  async place(contact) {
    const { sale, onOrdered } = this._options;
    const order = await sale.order(contact);
    onOrdered(order);
    // There is no sum to agree to: the form was the last step.
    if (order.total.amountMinor === 0) await sale.ordering.pay(returnUrl());
  }

  /** How the order stands has changed, or what is being done with it. @param {OrderPhase | null} before */
  changed(before) {
    const { sale: { ordering }, notices, words } = this._options;
    const { order, phase } = ordering;
    const panel = this._room.panel();
    if (order === null || phase === null) {
      this._asking.close();
      if (panel.step === "order") this._room.onDone();
      return;
    }
    if (!mayGiveUp(order)) this._asking.close();
    if (phase === "booked") void this._showBooked(order);
    if (phase === "given_up" && this._givenUp === order.orderId) {
      notices.tell(words.t("map.order_given_up_title"), "good");
      ordering.dismiss();
      return;
    }
    const view = this._view(order, phase);
    panel.showOrder(view);
    this._room.onTime();
    if (phase !== before) this._announce(view);
  }

  /** What a voice says of news that nobody has asked for. @param {OrderView} view */
  _announce({ phase, reason }) {
    const { notices, words } = this._options;
    if (phase === "declined") notices.cry([words.t("map.order_declined"), reason].filter(Boolean).join(" "));
    else if (phase === "processing") notices.say(words.t("map.order_processing_title"));
    else if (phase === "expired") notices.cry(words.t("map.order_expired_title"));
    else if (phase === "refunding" || phase === "refunded") notices.say(words.t("map.order_refund_title"));
    else if (phase === "attention") notices.cry(words.t("map.order_attention_title"));
  }

  /**
   * @param {Order} order
   * @param {OrderPhase} phase
   * @returns {OrderView}
   */
  _view(order, phase) {
    const { sale: { venue, ordering }, price, words } = this._options;
    const tables = new Set(order.tableIds);
    const chosen = order.lines.flatMap(({ seatId, amount }) => {
      const seat = seatId === undefined ? undefined : venue.indexOf.get(seatId);
      if (seat === undefined) return [];
      const { tableId } = venue.seat(seat);
      return [{ seat, tableId: tableId !== undefined && tables.has(tableId) ? tableId : null, minor: amount.amountMinor, pending: false }];
    });
    const refundedMinor = (order.refunds ?? []).reduce((sum, { amount }) => sum + amount.amountMinor, 0);
    return {
      phase,
      orderId: order.orderId,
      lines: basketLines(this._options, chosen),
      charges: order.lines.filter(({ kind }) => kind !== "seat").map(({ kind, label, amount }) => ({ label, price: price(amount.amountMinor), included: kind === "included" })),
      seatCount: order.seatIds.length,
      total: price(order.total.amountMinor),
      free: order.total.amountMinor === 0,
      customer: [order.customer.name, order.customer.email].filter(Boolean).join(words.t("map.comma")),
      // The gateway explains itself in English; elsewhere a plain sentence says more than a foreign one.
      reason: phase === "declined" && words.language === "en" ? sentence(order.payment?.reason ?? "") : "",
      fault: ordering.fault ? problemText(words, ordering.fault) : "",
      refundReason: refundReason(order),
      refunded: refundedMinor ? price(refundedMinor) : "",
      doing: ordering.doing,
      mayGiveUp: mayGiveUp(order),
    };
  }

  /**
   * The buyer has to go somewhere to pay.
   * @param {Order} order
   * @param {PaymentAction} action
   */
  goAndPay(order, action) {
    const { sale, apiOrigin, notices, words, onPayment } = this._options;
    if (!onPayment(order, action)) return;
    const to = action.url === undefined ? null : new URL(action.url, apiOrigin);
    if (to === null || !/^https?:$/.test(to.protocol)) {
      notices.tell(words.t("map.order_elsewhere"), "bad");
      return;
    }
    keepPayUntil(order);
    sale.ordering.leave();
    location.assign(to);
  }

  async _giveUp() {
    const { sale, onProblem } = this._options;
    const { ordering } = sale;
    this._givenUp = ordering.order?.orderId ?? null;
    await ordering.giveUp();
    sale.orderTold();
    if (ordering.fault) onProblem(ordering.fault);
  }

  /** The same seats once more. */
  _again() {
    const { sale } = this._options;
    const { order } = sale.ordering;
    if (!order) return;
    sale.ordering.dismiss();
    const tables = new Map(order.tableIds.map((tableId) => [tableId, /** @type {number[]} */ ([])]));
    /** @type {number[]} */
    const single = [];
    for (const seat of sale.indexesOf(order.seatIds)) (tables.get(sale.venue.seat(seat).tableId ?? "") ?? single).push(seat);
    if (single.length) sale.basket.take(single);
    for (const [tableId, seats] of tables) if (seats.length) sale.basket.take(seats, tableId);
  }

  /** Paid and booked: the ticket, as soon as it can be read. @param {Order} order */
  async _showBooked({ orderId, bookingId }) {
    const { sale, onBooked } = this._options;
    if (this._reading === orderId || bookingId === undefined) return;
    this._reading = orderId;
    const pause = new GrowingPause(BOOKING_PAUSE_MS);
    while (!this._ended && sale.ordering.order?.orderId === orderId) {
      try {
        const booking = await sale.booking(bookingId);
        this._room.onBooked(booking);
        onBooked(booking);
        sale.ordering.dismiss();
        sale.orderTold();
      } catch (caught) {
        if (!(caught instanceof Problem)) throw caught;
        if (!caught.passing) return sale.ordering.dismiss();
        await new Promise((resolve) => setTimeout(resolve, pause.next(caught.retryAfterMs)));
      }
    }
  }
}

/** What a gateway gives as its reason, as a sentence among others. @param {string} text */
function sentence(text) {
  const said = text.trim();
  return said && `${said[0].toLocaleUpperCase("en")}${said.slice(1)}${/[.!?…]$/.test(said) ? "" : "."}`;
}

/** This page, which finds the order again by itself: of a longer address its beginning is enough. */
function returnUrl() {
  const [here] = location.href.split("#");
  return here.length <= RETURN_URL_CHARS_MAX ? here : `${location.origin}${location.pathname}`;
}
