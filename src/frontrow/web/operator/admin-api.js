/** The operator's calls: the API client with the operator's token on every request that needs the role. */

/** @import { BookingPage, EventStats, EventSummary, Order, OrderPage, OrderStatus } from "../js/wire.js" */
/** @import { Cancellation, Demand, Interval, Notice, NoticePage, PublishedLayout, ReadLayout, RecentChange, SeatHold } from "./answers.js" */
/** @import { KeptToken } from "./kept-token.js" */

import { ApiClient, ApiProblem } from "../js/api.js";

/** What the server takes in one block. */
export const SEATS_PER_BLOCK_MAX = 5_000;
/** The server writes so many seats at once in steps, and waits its turn behind buyers. */
const BLOCK_TIMEOUT_MS = 30_000;
/** A drawing of 50,000 seats is read, judged and written in this time on slow machines too. */
const LAYOUT_TIMEOUT_MS = 120_000;
const CSV_TIMEOUT_MS = 60_000;
/** The gateway is asked meanwhile. */
const GATEWAY_TIMEOUT_MS = 30_000;

export class AdminApi extends ApiClient {
  /**
   * @param {object} options
   * @param {string} options.origin
   * @param {KeptToken} options.kept
   * @param {(why: "token_invalid" | "role_missing") => void} options.onRefused the server takes this token no more
   */
  constructor({ origin, kept, onRefused }) {
    super({ origin, getToken: () => kept.token ?? "", storage: null });
    this._onRefused = onRefused;
  }

  /**
   * @param {string} eventId
   * @param {Interval} interval
   * @returns {Promise<EventStats>}
   */
  stats(eventId, interval) {
    return this.request(`/events/${id(eventId)}/stats?interval=${interval}`, { token: "present" });
  }

  /**
   * @param {string} eventId
   * @param {number} limit 1 to 200
   * @returns {Promise<RecentChange[]>} newest first
   */
  async recentChanges(eventId, limit) {
    return (await this.request(`/events/${id(eventId)}/recent-changes?limit=${limit}`, { token: "present" })).items;
  }

  /**
   * @param {string} eventId
   * @returns {Promise<Demand>} most wanted first
   */
  demand(eventId) {
    return this.request(`/events/${id(eventId)}/demand`, { token: "present" });
  }

  /**
   * @param {string} eventId
   * @param {readonly string[]} seatIds 1 to SEATS_PER_BLOCK_MAX, all of them free
   * @param {string} reason "" for none
   */
  async block(eventId, seatIds, reason) {
    await this.request(`/events/${id(eventId)}/blocks`, { method: "POST", body: { seatIds, ...(reason && { reason }) }, token: "present", timeoutMs: BLOCK_TIMEOUT_MS, tries: 1 });
  }

  /**
   * @param {string} eventId
   * @param {readonly string[]} seatIds 1 to SEATS_PER_BLOCK_MAX
   * @returns {Promise<string[]>} those that were withheld and are on sale again
   */
  async unblock(eventId, seatIds) {
    return (await this.request(`/events/${id(eventId)}/blocks`, { method: "DELETE", body: { seatIds }, token: "present", timeoutMs: BLOCK_TIMEOUT_MS })).seatIds;
  }

  /**
   * @param {string} eventId
   * @param {string} seatId
   * @returns {Promise<SeatHold | null>} null where no hold has the seat
   */
  async holdOfSeat(eventId, seatId) {
    try {
      return await this.request(`/events/${id(eventId)}/seats/${id(seatId)}/hold`, { token: "present" });
    } catch (caught) {
      if (caught instanceof ApiProblem && caught.code === "hold_not_found") return null;
      throw caught;
    }
  }

  /**
   * @param {string} eventId
   * @param {string} holdId
   * @returns {Promise<boolean>} false where the hold had ended already
   */
  async endHold(eventId, holdId) {
    try {
      await this.answer(`/events/${id(eventId)}/holds/${id(holdId)}`, { method: "DELETE", token: "present" });
      return true;
    } catch (caught) {
      if (caught instanceof ApiProblem && caught.code === "hold_not_found") return false;
      throw caught;
    }
  }

  /**
   * @param {string} eventId
   * @param {{ query?: string, cursor?: string | null, limit?: number }} [which]
   * @returns {Promise<BookingPage>}
   */
  eventBookings(eventId, { query = "", cursor = null, limit = 50 } = {}) {
    const asked = new URLSearchParams({ limit: String(limit), ...(query && { query }), ...(cursor && { cursor }) });
    return this.request(`/events/${id(eventId)}/bookings?${asked}`, { token: "present" });
  }

  /**
   * All of an event's bookings as a table.
   * @param {string} eventId
   * @param {string} query "" for all
   * @returns {Promise<Blob>}
   */
  async bookingsCsv(eventId, query) {
    const asked = new URLSearchParams({ format: "csv", ...(query && { query }) });
    return (await this.answer(`/events/${id(eventId)}/bookings?${asked}`, { token: "present", timeoutMs: CSV_TIMEOUT_MS })).blob();
  }

  /**
   * @param {string} eventId
   * @param {{ query?: string, states?: readonly OrderStatus[], cursor?: string | null, limit?: number }} [which] any state where
   *   none is named
   * @returns {Promise<OrderPage>} newest first
   */
  eventOrders(eventId, { query = "", states = [], cursor = null, limit = 50 } = {}) {
    const asked = new URLSearchParams({ limit: String(limit), ...(states.length && { state: states.join(",") }), ...(query && { query }), ...(cursor && { cursor }) });
    return this.request(`/events/${id(eventId)}/orders?${asked}`, { token: "present" });
  }

  /**
   * An event's orders as a table.
   * @param {string} eventId
   * @param {string} query "" for all
   * @param {readonly OrderStatus[]} states none for any
   * @returns {Promise<Blob>}
   */
  async ordersCsv(eventId, query, states) {
    const asked = new URLSearchParams({ format: "csv", ...(states.length && { state: states.join(",") }), ...(query && { query }) });
    return (await this.answer(`/events/${id(eventId)}/orders?${asked}`, { token: "present", timeoutMs: CSV_TIMEOUT_MS })).blob();
  }

  /**
   * Look again at an order that needs somebody: what the gateway says now is carried out.
   * @param {string} orderId
   * @returns {Promise<Order>} as it is then
   */
  resolveOrder(orderId) {
    return this.request(`/orders/${id(orderId)}/resolve`, { method: "POST", body: {}, token: "present", timeoutMs: GATEWAY_TIMEOUT_MS });
  }

  /**
   * Cancel an event for good; everything is given back in the background.
   * @param {string} eventId
   * @returns {Promise<Cancellation>}
   */
  cancelEvent(eventId) {
    return this.request(`/events/${id(eventId)}/cancel`, { method: "POST", token: "present" });
  }

  /**
   * @param {string} eventId
   * @returns {Promise<Cancellation>} how far it has come
   */
  cancellation(eventId) {
    return this.request(`/events/${id(eventId)}/cancellation`, { token: "present" });
  }

  /**
   * @param {{ state: Notice["state"], cursor?: string | null, limit?: number }} which
   * @returns {Promise<NoticePage>} newest first
   */
  notices({ state, cursor = null, limit = 50 }) {
    const asked = new URLSearchParams({ state, limit: String(limit), ...(cursor && { cursor }) });
    return this.request(`/notices?${asked}`, { token: "present" });
  }

  /**
   * Have a notice sent (again).
   * @param {string} noticeId
   * @returns {Promise<Notice>}
   */
  sendNotice(noticeId) {
    return this.request(`/notices/${id(noticeId)}/send`, { method: "POST", token: "present" });
  }

  /**
   * Have a drawing judged; nothing is kept.
   * @param {unknown} document
   * @param {"frontrow" | "seatsio"} format
   * @returns {Promise<ReadLayout>}
   */
  readLayout(document, format) {
    return this.request(`/layouts?dryRun=true&format=${format}`, { method: "POST", body: document, token: "present", timeoutMs: LAYOUT_TIMEOUT_MS, tries: 1 });
  }

  /**
   * @param {unknown} document
   * @param {"frontrow" | "seatsio"} format
   * @returns {Promise<PublishedLayout>}
   */
  publishLayout(document, format) {
    return this.request(`/layouts?format=${format}`, { method: "POST", body: document, token: "present", timeoutMs: LAYOUT_TIMEOUT_MS, tries: 1 });
  }

  /**
   * @param {unknown} event
   * @param {string} key
   * @returns {Promise<EventSummary>}
   */
  createEvent(event, key) {
    return this.request("/events", { method: "POST", body: event, token: "present", key });
  }

  /**
   * @param {string} eventId
   * @param {unknown} patch
   * @returns {Promise<EventSummary>}
   */
  changeEvent(eventId, patch) {
    return this.request(`/events/${id(eventId)}`, { method: "PATCH", body: patch, token: "present" });
  }

  /**
   * @override
   * @param {string} path
   * @param {import("../js/api.js").Call} [call]
   */
  async answer(path, call) {
    try {
      return await super.answer(path, call);
    } catch (caught) {
      if (caught instanceof ApiProblem && caught.status === 401) this._onRefused("token_invalid");
      else if (caught instanceof ApiProblem && caught.code === "role_missing") this._onRefused("role_missing");
      throw caught;
    }
  }
}

/** @param {string} text */
function id(text) {
  return encodeURIComponent(text);
}
