/**
 * What can go wrong between the page and the server.
 *
 *     Error
 *       └─ Problem            anything a caller may show
 *            ├─ ApiProblem        the server refused, and said why (application/problem+json)
 *            ├─ OriginNotAllowed  the server answers, but not to pages of this site
 *            └─ NoAnswer          no answer: offline, time-out, cut connection. The request may have had its effect.
 */

/** @import { ProblemBody, SeatRefusal } from "../wire.js" */

export class Problem extends Error {
  /** @param {string} message for people */
  constructor(message) {
    super(message);
    this.name = new.target.name;
    /** @type {number} milliseconds the server asks to wait before another try; 0 where it said nothing */
    this.retryAfterMs = 0;
  }

  /** The word to decide by: the server's error code, or `no_answer`. */
  get code() {
    return "no_answer";
  }

  /** Whether the same request may succeed a little later. */
  get passing() {
    return true;
  }
}

export class NoAnswer extends Problem {}

export class OriginNotAllowed extends Problem {
  /** @param {string} site this page's origin */
  constructor(site) {
    super(`The server does not answer to pages of ${site}: name it in FRONTROW_CORS_ORIGINS`);
  }

  /** @override */
  get code() {
    return "origin_not_allowed";
  }

  /** @override */
  get passing() {
    return false;
  }
}

const PASSING_STATUS = new Set([425, 429, 500, 502, 503, 504]);

export class ApiProblem extends Problem {
  /**
   * @param {number} status
   * @param {ProblemBody} body
   * @param {number} [retryAfterMs]
   */
  constructor(status, body, retryAfterMs = 0) {
    super(body.detail || body.title || `The server answered with status ${status}`);
    this.status = status;
    this.body = body;
    this.retryAfterMs = retryAfterMs;
  }

  /** @override */
  get code() {
    return this.body.code ?? `status_${this.status}`;
  }

  /** @override */
  get passing() {
    if (this.code === "payment_not_configured") return false;
    return PASSING_STATUS.has(this.status) || this.code === "request_in_progress";
  }

  /** @returns {readonly SeatRefusal[]} the seats that could not be had, and why */
  get refusals() {
    return this.body.seats ?? [];
  }

  /** @returns {readonly { field: string, message: string }[]} */
  get fieldErrors() {
    return this.body.errors ?? [];
  }
}

/**
 * The problem in an answer that is not a success; a body that is no problem document still makes one.
 * @param {Response} response
 * @returns {Promise<ApiProblem>}
 */
export async function problemIn(response) {
  /** @type {ProblemBody} */
  let body = {};
  try {
    const parsed = await response.json();
    if (parsed && typeof parsed === "object") body = parsed;
  } catch {
    body = { title: response.statusText };
  }
  return new ApiProblem(response.status, body, retryAfterMs(response.headers.get("Retry-After")));
}

/**
 * @param {string | null} header seconds, or an HTTP date
 * @param {number} [nowMs]
 */
export function retryAfterMs(header, nowMs = Date.now()) {
  if (!header) return 0;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs);
}
