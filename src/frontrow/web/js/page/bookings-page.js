/** All bookings of this browser's user: what is still to be paid, what is coming, what was, what was given up. */

/** @import { ApiClient } from "../api.js" */
/** @import { Booking, EventSummary, Order } from "../wire.js" */
/** @import { Words } from "../words/words.js" */
/** @import { BookingGroups, KnownBooking } from "./booking-groups.js" */

import { ApiProblem, Problem } from "../api.js";
import { standingSeatIds } from "../api/standing-seats.js";
import { fill, h } from "../panels/markup.js";
import { isPayable, phaseOf } from "../sale/order-phases.js";
import { showAway } from "./away.js";
import { groupsOf } from "./booking-groups.js";
import { askToCancel } from "./cancel-dialog.js";
import { dateBlock } from "./event-card.js";
import { dotted } from "./facts.js";
import { note } from "./note.js";
import { orderCard, unpaid } from "./open-orders.js";
import { toneOf } from "./poster.js";
import { addressOf } from "./route.js";
import { announce, nameWindow } from "./shell.js";

/** Events asked for at a time. */
const EVENTS_AT_ONCE = 6;

/**
 * @param {HTMLElement} room
 * @param {ApiClient} api
 * @param {Words} words
 */
export async function showBookings(room, api, words) {
  nameWindow(words.t("page.bookings_title"));
  const skeletons = Array.from({ length: 3 }, () => h("div", { class: "skeleton skeleton-row" }));
  fill(room, h("div", { class: "bookings", "aria-busy": "true" }, h("h1", {}, words.t("page.bookings_title")), ...skeletons));
  const page = new BookingsPage(room, api, words);
  try {
    await page.readMore();
  } catch (caught) {
    if (!(caught instanceof Problem)) throw caught;
    return showAway(room, words, caught, () => void showBookings(room, api, words));
  }
  page.draw();
}

class BookingsPage {
  /**
   * @param {HTMLElement} room
   * @param {ApiClient} api
   * @param {Words} words
   */
  constructor(room, api, words) {
    this._room = room;
    this._api = api;
    this._words = words;
    /** @type {Booking[]} */
    this._bookings = [];
    /** @type {Order[]} that are no bookings yet */
    this._orders = [];
    /** @type {{ end(): void }[]} */
    this._cards = [];
    /** @type {Map<string, EventSummary | null>} null where the event is gone */
    this._events = new Map();
    /** @type {string | null} */
    this._cursor = null;
    this._heading = h("h1", { tabindex: -1 }, words.t("page.bookings_title"));
  }

  /** @returns {Promise<void>} */
  async readMore() {
    const answer = await this._api.bookings(this._cursor);
    if (this._cursor === null) this._orders = unpaid(await this._api.openOrders());
    const unknown = [...new Set([...answer.items, ...this._orders].map(({ eventId }) => eventId))].filter((eventId) => !this._events.has(eventId));
    const next = async () => {
      for (let eventId = unknown.pop(); eventId !== undefined; eventId = unknown.pop()) this._events.set(eventId, await this._event(eventId));
    };
    await Promise.all(Array.from({ length: EVENTS_AT_ONCE }, next));
    this._bookings.push(...answer.items);
    this._cursor = answer.nextCursor ?? null;
  }

  /**
   * @param {string} eventId
   * @returns {Promise<EventSummary | null>}
   */
  async _event(eventId) {
    try {
      return await this._api.event(eventId);
    } catch (caught) {
      if (caught instanceof ApiProblem && caught.status === 404) return null;
      throw caught;
    }
  }

  draw() {
    const words = this._words;
    const events = h("a", { class: "button", href: addressOf({ page: "list" }) }, words.t("page.see_events"));
    const find = h("a", { class: "quiet-button", href: addressOf({ page: "find" }) }, words.t("page.find_title"));
    if (!this._bookings.length && !this._orders.length) {
      return fill(this._room, note("ticket", words.t("page.bookings_empty"), words.t("page.bookings_empty_hint"), h("div", { class: "note-buttons" }, events, find)));
    }
    const known = this._bookings.map((booking) => ({ booking, event: this._events.get(booking.eventId) ?? null }));
    const { upcoming, past, cancelled } = groupsOf(known, this._api.clock.nowMs());
    const older = this._cursor !== null && h("button", { type: "button", class: "quiet-button more", onclick: () => void this._showOlder() }, words.t("page.bookings_older"));
    fill(this._room, h("div", { class: "bookings" }, h("div", { class: "bookings-head" }, this._heading, find), ...this._open(),
      upcoming.length
        ? this._group("upcoming", words.t("page.bookings_upcoming"), upcoming)
        : h("p", { class: "nothing" }, h("span", {}, words.t("page.bookings_nothing_upcoming")), h("a", { class: "quiet-button", href: addressOf({ page: "list" }) }, words.t("page.see_events"))),
      this._group("past", words.t("page.bookings_past"), past),
      this._group("cancelled", words.t("page.bookings_cancelled"), cancelled),
      older));
  }

  /** Orders that are no bookings yet, those to be paid apart from those that somebody is at. */
  _open() {
    for (const card of this._cards) card.end();
    this._cards = [];
    const payable = this._orders.filter((order) => isPayable(phaseOf(order)));
    const others = this._orders.filter((order) => !payable.includes(order));
    return [this._openGroup("unpaid", this._words.t("page.orders_unpaid"), payable), this._openGroup("processing", this._words.t("page.orders_processing"), others)];
  }

  /**
   * @param {string} group
   * @param {string} title
   * @param {readonly Order[]} orders
   */
  _openGroup(group, title, orders) {
    if (!orders.length) return null;
    const id = `bookings-${group}`;
    return h("section", { class: "booking-group", "aria-labelledby": id }, h("h2", { id }, title),
      h("ul", {}, ...orders.map((order) => h("li", {}, this._orderCard(order)))));
  }

  /** @param {Order} order */
  _orderCard(order) {
    const card = orderCard({
      api: this._api, words: this._words, order, event: this._events.get(order.eventId) ?? null,
      onGivenUp: () => {
        this._orders = this._orders.filter(({ orderId }) => orderId !== order.orderId);
        this.draw();
        (this._heading.isConnected ? this._heading : null)?.focus();
        announce(this._words.t("map.order_given_up_title"));
      },
      onBooked: () => void showBookings(this._room, this._api, this._words),
    });
    this._cards.push(card);
    return card.element;
  }

  /**
   * @param {keyof BookingGroups} group
   * @param {string} title
   * @param {readonly KnownBooking[]} bookings
   */
  _group(group, title, bookings) {
    if (!bookings.length) return null;
    const id = `bookings-${group}`;
    return h("section", { class: "booking-group", "aria-labelledby": id }, h("h2", { id }, title),
      h("ul", {}, ...bookings.map((known) => h("li", {}, this._card(known, group)))));
  }

  /**
   * @param {KnownBooking} known
   * @param {keyof BookingGroups} group
   */
  _card({ booking, event }, group) {
    const words = this._words;
    const startsMs = Date.parse(event?.startsAt ?? booking.bookedAt);
    const seats = group === "cancelled" ? booking.seatIds.length : standingSeatIds(booking).length;
    const name = event?.name ?? booking.eventId;
    const partly = booking.status === "partly_cancelled" && words.t("page.booking_partly_cancelled");
    return h("article", { class: "booking-card", "data-group": group },
      h("div", { class: "poster", "data-tone": toneOf(booking.eventId), "aria-hidden": "true" }, dateBlock(startsMs, words)),
      h("div", { class: "booking-card-text" },
        h("h3", {}, h("a", { href: addressOf({ page: "booking", bookingId: booking.bookingId }) }, name)),
        h("p", {}, words.dateTime(startsMs)),
        h("p", { class: "soft" }, ...dotted([event?.layoutName, words.t("page.booking_seats", { count: seats }), partly]))),
      group === "upcoming" && h("div", { class: "booking-card-actions" },
        h("span", { class: "quiet-button", "aria-hidden": "true" }, words.t("page.bookings_open")),
        h("button", { type: "button", class: "link-button", "aria-label": words.t("page.bookings_cancel_of", { event: name }), onclick: () => void this._cancel(booking, name) },
          words.t("page.cancel_booking"))));
  }

  /**
   * @param {Booking} booking
   * @param {string} eventName
   */
  async _cancel(booking, eventName) {
    const answer = await askToCancel({ api: this._api, words: this._words, booking, eventName, event: this._events.get(booking.eventId) ?? null });
    if (!answer) return;
    this._bookings = this._bookings.map((one) => (one.bookingId === answer.bookingId ? answer : one));
    this.draw();
    this._heading.focus();
    announce(this._words.t("page.cancel_done", { count: standingSeatIds(booking).length }));
  }

  async _showOlder() {
    try {
      await this.readMore();
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      return announce(this._words.t("page.away"));
    }
    this.draw();
    this._heading.focus();
  }
}
