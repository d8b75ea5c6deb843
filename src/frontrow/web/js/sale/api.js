/**
 * The API client: every call the map makes, with time-outs and retries.
 *
 * Every POST that creates carries an Idempotency-Key, chosen once per intention: a repeated request has one effect.
 * Reads and releases repeat safely by themselves. What fails for good is thrown as a Problem (problems.js).
 */

/** @import { Booking, ContactInfo, EventPage, EventSummary, Hold, Layout, SeatStates } from "../wire.js" */
/** @import { GetToken } from "./token-source.js" */

import { ApiProblem, NoAnswer, OriginNotAllowed, Problem, problemIn } from "./problems.js";
import { ServerClock } from "./server-clock.js";
import { TokenSource } from "./token-source.js";

const TIMEOUT_MS = 8_000;
/** A layout may be megabytes over a phone's connection. */
const LAYOUT_TIMEOUT_MS = 60_000;
const TRIES = 4;
const FIRST_PAUSE_MS = 300;
const PAUSE_MAX_MS = 8_000;
const BOOKING_PAGES_MAX = 5;
/** What a booking's status is while some of its seats are still booked. */
const STANDING = new Set(["booked", "partly_cancelled"]);

/**
 * @typedef {object} Call
 * @property {string} [method]
 * @property {unknown} [body]
 * @property {"none" | "present" | "needed"} [token] whose call it is
 * @property {string} [key] the Idempotency-Key
 * @property {string} [etag] answered with null when nothing changed
 * @property {number} [tries]
 * @property {number} [timeoutMs]
 * @property {boolean} [cached] the browser may answer from its cache
 */

export class ApiClient {
  /**
   * @param {object} options
   * @param {string} options.origin `https://tickets.example`; a path prefix may follow
   * @param {GetToken} [options.getToken]
   * @param {typeof fetch} [options.fetch]
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} [options.storage]
   * @param {(ms: number) => Promise<void>} [options.pause]
   */
  constructor({ origin, getToken = () => null, fetch: send = globalThis.fetch, storage = browserStorage(), pause = sleep }) {
    this.origin = origin.replace(/\/+$/, "");
    this.clock = new ServerClock();
    this._fetch = send.bind(globalThis);
    this._pause = pause;
    /** Whether the browser ever let us read an answer: then the server knows this site. */
    this._answered = false;
    this.tokens = new TokenSource({
      origin: this.origin,
      own: getToken,
      makeGuest: () => this._json("/guest-tokens", { method: "POST", body: {} }),
      storage,
      nowMs: () => this.clock.nowMs(),
    });
  }

  /**
   * @param {string | null} [cursor]
   * @returns {Promise<EventPage>}
   */
  events(cursor) {
    return this._json(`/events?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
  }

  /**
   * @param {string} eventId
   * @returns {Promise<EventSummary>}
   */
  event(eventId) {
    return this._json(`/events/${part(eventId)}`);
  }

  /**
   * @param {string} layoutId
   * @param {number} version
   * @returns {Promise<Layout>}
   */
  layout(layoutId, version) {
    const path = `/layouts/${part(layoutId)}/versions/${version}`;
    return this._json(path, { cached: true, timeoutMs: LAYOUT_TIMEOUT_MS });
  }

  /**
   * One look, no retry: the feed looks again anyway.
   * @param {string} eventId
   * @param {string} [etag]
   * @returns {Promise<{ etag: string, states: SeatStates | null }>} null when nothing changed since `etag`
   */
  async seatStates(eventId, etag) {
    const response = await this._answer(`/events/${part(eventId)}/seat-states`, { etag, tries: 1 });
    if (response.status === 304) return { etag: etag ?? "", states: null };
    return { etag: response.headers.get("ETag") ?? "", states: await bodyOf(response) };
  }

  /** My open holds; none for somebody without a token. @returns {Promise<Hold[]>} */
  async holds() {
    if ((await this.tokens.present()) === null) return [];
    const answer = await this._json("/holds", { token: "present" });
    return Array.isArray(answer) ? answer : (answer.items ?? answer.holds ?? []);
  }

  /**
   * @param {string} eventId
   * @param {{ seatIds?: string[], tableIds?: string[], holdId?: string }} wanted
   * @param {string} key
   * @returns {Promise<Hold>}
   */
  hold(eventId, wanted, key) {
    return this._json(`/events/${part(eventId)}/holds`, { method: "POST", body: wanted, token: "needed", key });
  }

  /**
   * @param {string} eventId
   * @param {string} holdId
   * @returns {Promise<{ expiresAt: string }>}
   */
  extend(eventId, holdId) {
    const path = `/events/${part(eventId)}/holds/${part(holdId)}/extend`;
    return this._json(path, { method: "POST", body: {}, token: "needed" });
  }

  /**
   * Give seats back. A hold that is gone has given them back already.
   * @param {string} eventId
   * @param {string} holdId
   * @param {string[]} seatIds
   */
  async release(eventId, holdId, seatIds) {
    const path = `/events/${part(eventId)}/holds/${part(holdId)}/release`;
    try {
      await this._answer(path, { method: "POST", body: { seatIds }, token: "needed" });
    } catch (problem) {
      if (!(problem instanceof ApiProblem) || problem.code !== "hold_not_found") throw problem;
    }
  }

  /**
   * @param {{ eventId: string, holdId?: string, seatIds?: string[], tableIds?: string[], contactInfo: ContactInfo }} order
   * @param {string} key
   * @returns {Promise<Booking>}
   */
  book(order, key) {
    return this._json("/bookings", { method: "POST", body: order, token: "needed", key, timeoutMs: 15_000 });
  }

  /**
   * My bookings of an event, newest first, but for those cancelled whole; none for somebody without a token.
   * @param {string} eventId
   * @returns {Promise<Booking[]>}
   */
  async bookingsOf(eventId) {
    if ((await this.tokens.present()) === null) return [];
    /** @type {Booking[]} */
    const found = [];
    let cursor = "";
    for (let page = 0; page === 0 || (cursor && page < BOOKING_PAGES_MAX); page++) {
      const answer = await this._json(`/bookings?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, { token: "present" });
      found.push(...answer.items);
      cursor = answer.nextCursor ?? "";
    }
    return found.filter((booking) => booking.eventId === eventId && STANDING.has(booking.status));
  }

  /**
   * @param {string} path
   * @param {Call} [call]
   * @returns {Promise<any>} the shape is the caller's promise, by docs/http-api.md
   */
  async _json(path, call) {
    return bodyOf(await this._answer(path, call));
  }

  /**
   * The first final answer: a success or 304.
   * @param {string} path below /api/v1
   * @param {Call} [call]
   * @returns {Promise<Response>}
   * @throws {Problem}
   */
  async _answer(path, call = {}) {
    const tries = call.tries ?? TRIES;
    let token = call.token === "needed" ? await this.tokens.needed() : call.token === "present" ? await this.tokens.present() : null;
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this._once(path, call, token);
      } catch (caught) {
        if (!(caught instanceof Problem)) throw caught;
        if (caught instanceof ApiProblem && caught.status === 401 && token && !renewed) {
          renewed = true;
          const other = await this.tokens.instead(token);
          if (other === null) throw caught;
          token = other;
          continue;
        }
        const pauseMs = Math.max(caught.retryAfterMs, FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.75 + Math.random() / 2));
        if (!caught.passing || attempt >= tries || pauseMs > PAUSE_MAX_MS) throw caught;
        await this._pause(pauseMs);
      }
    }
  }

  /**
   * A browser does not say why an answer cannot be read. Where the server answers a question whose answer nobody
   * wants to read, it is there, and it is this site that it does not know.
   */
  async _refusesThisSite() {
    const here = globalThis.location?.origin;
    if (this._answered || !here || new URL(this.origin).origin === here) return false;
    try {
      await this._fetch(`${this.origin}/health/live`, { mode: "no-cors", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS) });
      return true;
    } catch {
      return false;
    }
  }

  /**
   * @param {string} path
   * @param {Call} call
   * @param {string | null} token
   */
  async _once(path, { method = "GET", body, key, etag, cached = false, timeoutMs = TIMEOUT_MS }, token) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    if (etag) headers["If-None-Match"] = etag;
    const sentMs = Date.now();
    /** @type {Response} */
    let response;
    try {
      response = await this._fetch(`${this.origin}/api/v1${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: cached ? "default" : "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      const late = cause instanceof DOMException && cause.name === "TimeoutError";
      if (!late && (await this._refusesThisSite())) throw new OriginNotAllowed(globalThis.location.origin);
      throw new NoAnswer(late ? "The server did not answer in time" : "The server cannot be reached");
    }
    this._answered = true;
    // A cached answer's Date is of another day; an answer through a cache says so by its Age.
    if (!cached && !response.headers.has("Age")) this.clock.learn(response.headers.get("Date"), sentMs, Date.now());
    if (response.ok || (response.status === 304 && etag)) return response;
    throw await problemIn(response);
  }
}

/** A fresh Idempotency-Key: one per intention, kept over its retries. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} id */
function part(id) {
  return encodeURIComponent(id);
}

/** @param {Response} response */
async function bodyOf(response) {
  try {
    return await response.json();
  } catch {
    throw new NoAnswer("The server's answer was cut off");
  }
}

/** @param {number} ms @returns {Promise<void>} */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
