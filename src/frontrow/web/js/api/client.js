/** The API client: one method per call of `/api/v1` that a buyer's page makes. What each answers is in `wire.d.ts`. */

/**
 * @import {
 *   Booking, BookingOrder, BookingPage, EventPage, EventSummary, FoundBooking, Hold, HoldWish, Layout, Order, OrderWish,
 *   PaymentWish, SeatStates,
 * } from "../wire.js"
 */

import { ApiProblem } from "./problems.js";
import { Transport, bodyOf, freshKey } from "./transport.js";

/** A layout may be megabytes over a phone's connection. */
const LAYOUT_TIMEOUT_MS = 60_000;
const BOOKING_TIMEOUT_MS = 15_000;
/** The gateway is asked meanwhile. */
const PAYMENT_TIMEOUT_MS = 30_000;
const BOOKING_PAGES_MAX = 5;
/** What a booking's status is while some of its seats are still booked. */
const STANDING = new Set(["booked", "partly_cancelled"]);

export class ApiClient extends Transport {
  /**
   * @param {string | null} [cursor]
   * @returns {Promise<EventPage>}
   */
  events(cursor) {
    return this.request(`/events?limit=50${cursor ? `&cursor=${part(cursor)}` : ""}`);
  }

  /**
   * @param {string} eventId
   * @returns {Promise<EventSummary>}
   */
  event(eventId) {
    return this.request(`/events/${part(eventId)}`);
  }

  /**
   * @param {string} layoutId
   * @param {number} version
   * @returns {Promise<Layout>}
   */
  layout(layoutId, version) {
    const path = `/layouts/${part(layoutId)}/versions/${version}`;
    return this.request(path, { cached: true, timeoutMs: LAYOUT_TIMEOUT_MS });
  }

  /**
   * One look, no repetition: whoever polls looks again anyway.
   * @param {string} eventId
   * @param {string} [etag]
   * @returns {Promise<{ etag: string, states: SeatStates | null }>} null when nothing changed since `etag`
   */
  async seatStates(eventId, etag) {
    const response = await this.answer(`/events/${part(eventId)}/seat-states`, { etag, tries: 1 });
    if (response.status === 304) return { etag: etag ?? "", states: null };
    return { etag: response.headers.get("ETag") ?? "", states: await bodyOf(response) };
  }

  /**
   * The stream of an event's changes (docs/live-protocol.md), from where the reader left off.
   * @param {string} eventId
   * @param {string | null} lastEventId of the last frame read; null for a snapshot first
   * @param {AbortSignal} signal
   * @returns {Promise<Response>}
   */
  changes(eventId, lastEventId, signal) {
    return this.open(`/events/${part(eventId)}/changes${lastEventId ? `?lastEventId=${part(lastEventId)}` : ""}`, signal);
  }

  /**
   * Free seats near the wanted ones, the best choice first; none of them is held yet.
   * @param {string} eventId
   * @param {readonly string[]} seatIds 1 to 50
   * @param {number} [count] seats in each choice; as many as are wanted unless said otherwise
   * @returns {Promise<string[][]>}
   */
  async suggestions(eventId, seatIds, count) {
    const names = seatIds.map(part).join(",");
    const answer = await this.request(`/events/${part(eventId)}/suggestions?seatIds=${names}${count ? `&count=${count}` : ""}`);
    return answer.suggestions;
  }

  /** My open holds in every event; none for somebody without a token. @returns {Promise<Hold[]>} */
  async holds() {
    if ((await this.tokens.present()) === null) return [];
    return (await this.request("/holds", { token: "present" })).items;
  }

  /**
   * Hold seats and tables, or the best available; all or none.
   * @param {string} eventId
   * @param {HoldWish} wish
   * @param {string} [key] the Idempotency-Key: the same for the same intention, however often it is tried
   * @returns {Promise<Hold>}
   */
  hold(eventId, wish, key = freshKey()) {
    return this.request(`/events/${part(eventId)}/holds`, { method: "POST", body: wish, token: "needed", key });
  }

  /**
   * Let a hold last its full time from now, or so many minutes.
   * @param {string} eventId
   * @param {string} holdId
   * @param {number} [durationMinutes]
   * @returns {Promise<Hold>}
   */
  extend(eventId, holdId, durationMinutes) {
    return this.request(`${holdPath(eventId, holdId)}/extend`, { method: "POST", body: { durationMinutes }, token: "needed" });
  }

  /**
   * Give back seats of a hold, or all of them. A hold that is gone has given them back already.
   * @param {string} eventId
   * @param {string} holdId
   * @param {readonly string[]} [seatIds]
   * @param {{ afterSeconds?: number }} [options] wait so long, up to 120 s; an extension meanwhile cancels it
   * @returns {Promise<void>}
   */
  async release(eventId, holdId, seatIds, { afterSeconds } = {}) {
    try {
      await this.answer(`${holdPath(eventId, holdId)}/release`, { method: "POST", body: { seatIds, afterSeconds }, token: "needed" });
    } catch (problem) {
      if (!(problem instanceof ApiProblem) || problem.code !== "hold_not_found") throw problem;
    }
  }

  /**
   * Give a whole hold back while the page goes away: outlives the page, and tells nobody how it went.
   * @param {string} eventId
   * @param {string} holdId
   * @param {number} afterSeconds
   */
  releaseLeaving(eventId, holdId, afterSeconds) {
    this.sendLast(`${holdPath(eventId, holdId)}/release`, { afterSeconds });
  }

  /**
   * Turn held seats into a booking, without paying through an order.
   * @param {BookingOrder} order
   * @param {string} [key] the Idempotency-Key: the same for the same intention, however often it is tried
   * @returns {Promise<Booking>}
   */
  book(order, key = freshKey()) {
    return this.request("/bookings", { method: "POST", body: order, token: "needed", key, timeoutMs: BOOKING_TIMEOUT_MS });
  }

  /**
   * Order what a hold holds: its seats are claimed until the order's payment window ends.
   * @param {OrderWish} wish
   * @param {string} [key] the Idempotency-Key: the same for the same intention, however often it is tried
   * @returns {Promise<Order>}
   */
  placeOrder(wish, key = freshKey()) {
    return this.request("/orders", { method: "POST", body: wish, token: "needed", key, timeoutMs: BOOKING_TIMEOUT_MS });
  }

  /**
   * @param {string} orderId
   * @returns {Promise<Order>}
   */
  order(orderId) {
    return this.request(`/orders/${part(orderId)}`, { token: "present" });
  }

  /**
   * My orders that somebody still has to carry on, newest first; none for somebody without a token.
   * @returns {Promise<Order[]>}
   */
  async openOrders() {
    if ((await this.tokens.present()) === null) return [];
    return (await this.request("/orders?open=true&limit=50", { token: "present" })).items;
  }

  /**
   * Start a payment of an order, or one more after a declined one. What the buyer has to do next is in the answer's
   * `payment.action`.
   * @param {string} orderId
   * @param {PaymentWish} wish
   * @param {string} [key] the Idempotency-Key: the same for the same attempt, however often it is tried
   * @returns {Promise<Order>}
   * @throws {ApiProblem} `payment_declined` among others
   */
  payOrder(orderId, wish, key = freshKey()) {
    return this.request(`/orders/${part(orderId)}/payment`, { method: "POST", body: wish, token: "present", key, timeoutMs: PAYMENT_TIMEOUT_MS });
  }

  /**
   * Give an order up: its seats are free again, and what was taken for it goes back.
   * @param {string} orderId
   * @returns {Promise<Order>} as it is now
   */
  cancelOrder(orderId) {
    return this.request(`/orders/${part(orderId)}/cancel`, { method: "POST", body: {}, token: "present", timeoutMs: PAYMENT_TIMEOUT_MS });
  }

  /**
   * A booking by what stands on its ticket, from any browser.
   * @param {string} code
   * @param {string} email
   * @returns {Promise<FoundBooking>}
   */
  findBooking(code, email) {
    return this.request("/bookings/find", { method: "POST", body: { code, email }, tries: 1 });
  }

  /**
   * My bookings, newest first, a page at a time; none for somebody without a token.
   * @param {string | null} [cursor]
   * @returns {Promise<BookingPage>}
   */
  async bookings(cursor) {
    if ((await this.tokens.present()) === null) return { items: [], nextCursor: null };
    return this.request(`/bookings?limit=100${cursor ? `&cursor=${part(cursor)}` : ""}`, { token: "present" });
  }

  /**
   * My bookings of an event, newest first, but for those cancelled whole; none for somebody without a token.
   * @param {string} eventId
   * @returns {Promise<Booking[]>}
   */
  async bookingsOf(eventId) {
    /** @type {Booking[]} */
    const found = [];
    /** @type {string | null | undefined} */
    let cursor = null;
    for (let page = 0; page === 0 || (cursor && page < BOOKING_PAGES_MAX); page++) {
      const answer = await this.bookings(cursor);
      found.push(...answer.items);
      cursor = answer.nextCursor;
    }
    return found.filter((booking) => booking.eventId === eventId && STANDING.has(booking.status));
  }

  /**
   * @param {string} bookingId
   * @returns {Promise<Booking>}
   */
  booking(bookingId) {
    return this.request(`/bookings/${part(bookingId)}`, { token: "present" });
  }

  /**
   * Cancel a booking, or some of its seats. What is cancelled already stays so: it may be asked again.
   * @param {string} bookingId
   * @param {readonly string[]} [seatIds]
   * @returns {Promise<Booking>} as it is now
   */
  cancel(bookingId, seatIds) {
    return this.request(`/bookings/${part(bookingId)}/cancel`, { method: "POST", body: { seatIds }, token: "present" });
  }
}

/** @param {string} id */
function part(id) {
  return encodeURIComponent(id);
}

/**
 * @param {string} eventId
 * @param {string} holdId
 */
function holdPath(eventId, holdId) {
  return `/events/${part(eventId)}/holds/${part(holdId)}`;
}
