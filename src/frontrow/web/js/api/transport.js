/**
 * How a request gets to the server and back: tokens, time-outs, repetitions, and a typed error where it fails for good.
 *
 * Only what may be repeated is: reads, calls that end in the same state, and calls under an Idempotency-Key, which stays
 * the same over all tries. Every answer also teaches the server's time.
 */

/** @import { GetToken } from "./token-source.js" */

import { ApiProblem, NoAnswer, OriginNotAllowed, Problem, problemIn } from "./problems.js";
import { ServerClock } from "./server-clock.js";
import { TokenSource } from "./token-source.js";

const TIMEOUT_MS = 8_000;
const TRIES = 4;
const FIRST_PAUSE_MS = 300;
const PAUSE_MAX_MS = 8_000;

/**
 * @typedef {object} Call
 * @property {string} [method]
 * @property {unknown} [body]
 * @property {"none" | "present" | "needed"} [token] whose call it is: nobody's; of whoever has a token; of somebody,
 *   who becomes a guest where there is no token yet
 * @property {string} [key] the Idempotency-Key
 * @property {string} [etag] a 304 is an answer too
 * @property {number} [tries] 4 unless said otherwise
 * @property {number} [timeoutMs] of one try; 8 s unless said otherwise
 * @property {boolean} [cached] the browser may answer from its cache
 */

export class Transport {
  /**
   * @param {object} options
   * @param {string} options.origin `https://tickets.example`; a path prefix may follow
   * @param {GetToken} [options.getToken]
   * @param {typeof fetch} [options.fetch]
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} [options.storage] where a guest's token is kept
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
      makeGuest: () => this.request("/guest-tokens", { method: "POST", body: {} }),
      storage,
      nowMs: () => this.clock.nowMs(),
    });
  }

  /**
   * The JSON of the first final answer.
   * @param {string} path below /api/v1
   * @param {Call} [call]
   * @returns {Promise<any>} the shape is the caller's promise, by docs/http-api.md; undefined where there is no body
   * @throws {Problem}
   */
  async request(path, call) {
    const response = await this.answer(path, call);
    return response.status === 204 ? undefined : bodyOf(response);
  }

  /**
   * The first final answer: a success, or 304 where an `etag` was sent.
   * @param {string} path below /api/v1
   * @param {Call} [call]
   * @returns {Promise<Response>}
   * @throws {Problem}
   */
  async answer(path, call = {}) {
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
   * A public answer that goes on arriving, once, until `signal` ends it. No time-out of its own: whoever reads it
   * knows how long silence may last.
   * @param {string} path below /api/v1
   * @param {AbortSignal} signal
   * @returns {Promise<Response>}
   * @throws {Problem} an aborted one is NoAnswer too
   */
  open(path, signal) {
    return this._once(path, { accept: "text/event-stream", signal }, null);
  }

  /**
   * Send what still has to be said while the page goes away: at once, with the token used last, and without waiting
   * for an answer. Nothing is sent for somebody who has had no token yet.
   * @param {string} path below /api/v1
   * @param {unknown} body
   */
  sendLast(path, body) {
    const token = this.tokens.last;
    if (token === null) return;
    const headers = { Accept: "application/json", Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const sent = this._fetch(`${this.origin}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit", keepalive: true });
    // Nobody is left to hear of a failure, and a hold that is not given back runs out by itself.
    sent.catch(() => undefined);
  }

  /**
   * @param {string} path
   * @param {Call & { accept?: string, signal?: AbortSignal }} call
   * @param {string | null} token
   */
  async _once(path, { method = "GET", body, key, etag, cached = false, accept = "application/json", timeoutMs = TIMEOUT_MS, signal = AbortSignal.timeout(timeoutMs) }, token) {
    /** @type {Record<string, string>} */
    const headers = { Accept: accept };
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
        signal,
      });
    } catch {
      if (!signal.aborted && (await this._refusesThisSite())) throw new OriginNotAllowed(globalThis.location.origin);
      throw new NoAnswer(signal.aborted ? "The server did not answer in time" : "The server cannot be reached");
    }
    this._answered = true;
    // A cached answer's Date is of another day; an answer through a cache says so by its Age.
    if (!cached && !response.headers.has("Age")) this.clock.learn(response.headers.get("Date"), sentMs, Date.now());
    if (response.ok || (response.status === 304 && etag)) return response;
    throw await problemIn(response);
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
}

/** A fresh Idempotency-Key: one per intention, kept over its repetitions. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {Response} response
 * @returns {Promise<any>} its JSON
 * @throws {NoAnswer} when it broke off on the way
 */
export async function bodyOf(response) {
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
