/**
 * Where the seats' states come from. This feed asks for a snapshot again and again; any other with the same few
 * methods can take its place.
 *
 * It rests while the page is hidden, asks less often while the server does not answer, not at all while the server
 * has asked it to wait, and says what it sees.
 */

/** @import { SeatStates } from "../wire.js" */

import { Problem } from "../api.js";

const INTERVAL_MS = 1_500;
const PAUSE_MAX_MS = 20_000;
/** However long a server asks to wait: its limits are per minute, so that two of them are always enough. */
const ASKED_PAUSE_MAX_MS = 120_000;

/**
 * @typedef {object} FeedListener
 * @property {(states: SeatStates, askedAtMs: number) => void} onStates a snapshot asked for at that local time
 * @property {(askedAtMs: number) => void} onUnchanged the last snapshot still stands
 * @property {(problem: unknown) => void} onTrouble no snapshot this time
 */

export class PollingFeed {
  /**
   * @param {(etag?: string) => Promise<{ etag: string, states: SeatStates | null }>} read
   * @param {FeedListener} listener
   * @param {{ intervalMs?: number, nowMs?: () => number }} [options]
   */
  constructor(read, listener, { intervalMs = INTERVAL_MS, nowMs = Date.now } = {}) {
    this._read = read;
    this._listener = listener;
    this._intervalMs = intervalMs;
    this._nowMs = nowMs;
    this._etag = "";
    this._failures = 0;
    this._notBeforeMs = 0;
    this._reading = false;
    this._running = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
    this._wake = () => this.soon();
  }

  start() {
    if (this._running) return;
    this._running = true;
    document.addEventListener("visibilitychange", this._wake);
    addEventListener("online", this._wake);
    this.soon();
  }

  stop() {
    this._running = false;
    clearTimeout(this._timer);
    document.removeEventListener("visibilitychange", this._wake);
    removeEventListener("online", this._wake);
  }

  /** Ask now instead of when the next look is due, or as soon as the server allows. */
  soon() {
    clearTimeout(this._timer);
    if (!this._running || document.hidden || this._reading) return;
    const waitMs = Math.min(this._notBeforeMs - this._nowMs(), ASKED_PAUSE_MAX_MS);
    if (waitMs > 0) this._timer = setTimeout(() => this.soon(), waitMs);
    else void this._look();
  }

  async _look() {
    this._reading = true;
    const askedAtMs = this._nowMs();
    try {
      const { etag, states } = await this._read(this._etag || undefined);
      this._failures = 0;
      if (!this._running) return;
      if (states) {
        this._listener.onStates(states, askedAtMs);
        this._etag = etag;
      } else {
        this._listener.onUnchanged(askedAtMs);
      }
    } catch (problem) {
      this._failures += 1;
      if (problem instanceof Problem) this._notBeforeMs = this._nowMs() + problem.retryAfterMs;
      if (this._running) this._listener.onTrouble(problem);
    } finally {
      this._reading = false;
      if (this._running && !document.hidden) {
        const pauseMs = Math.min(PAUSE_MAX_MS, this._intervalMs * 1.6 ** this._failures);
        this._timer = setTimeout(() => this.soon(), pauseMs);
      }
    }
  }
}
