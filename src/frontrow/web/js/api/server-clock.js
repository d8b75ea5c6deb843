/** How much later than its header says an answer may have been made: the second itself, and one that the line is old. */
const LATE_MS_MAX = 2_000;

/** By how much the clock may be ahead of the server's. */
export const AHEAD_MS_MAX = LATE_MS_MAX;

/**
 * The server's time, learnt from `Date` headers.
 *
 * A header says the second in which the answer was made, or the one before: servers write the line once a second and use
 * it for all answers until the next. That moment lies between sending and receiving. Each answer therefore bounds the
 * difference of the clocks from both sides; the bounds of several answers together come closer. When they contradict each
 * other a clock has been set, and learning starts again.
 */
export class ServerClock {
  /** @param {() => number} [localNowMs] */
  constructor(localNowMs = Date.now) {
    this._localNowMs = localNowMs;
    this._low = -Infinity;
    this._high = Infinity;
  }

  /**
   * @param {string | null} dateHeader
   * @param {number} sentMs local time
   * @param {number} receivedMs local time
   */
  learn(dateHeader, sentMs, receivedMs) {
    const dateMs = dateHeader ? Date.parse(dateHeader) : NaN;
    if (Number.isNaN(dateMs)) return;
    const low = dateMs - receivedMs;
    const high = dateMs + LATE_MS_MAX - sentMs;
    const together = Math.max(low, this._low) <= Math.min(high, this._high);
    this._low = together ? Math.max(low, this._low) : low;
    this._high = together ? Math.min(high, this._high) : high;
  }

  /**
   * Milliseconds to add to the local clock; 0 before anything was learnt. The upper bound: a countdown by this clock
   * may end a little before the server's, and never promises time that is not there.
   */
  get aheadMs() {
    return this._high === Infinity ? 0 : this._high;
  }

  /** The server's time now, milliseconds since 1970; never behind it, and less than two seconds ahead. */
  nowMs() {
    return this._localNowMs() + this.aheadMs;
  }
}
