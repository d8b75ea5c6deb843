/**
 * The server's time, learnt from `Date` headers.
 *
 * A header says the second in which the answer was made, and that moment lies between sending and receiving. Each
 * answer therefore bounds the difference of the clocks from both sides; the bounds of several answers together come
 * closer than a second. When they contradict each other a clock has been set, and learning starts again.
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
    const high = dateMs + 1000 - sentMs;
    const together = Math.max(low, this._low) <= Math.min(high, this._high);
    this._low = together ? Math.max(low, this._low) : low;
    this._high = together ? Math.min(high, this._high) : high;
  }

  /** Milliseconds to add to the local clock; 0 before anything was learnt. */
  get aheadMs() {
    return this._low === -Infinity ? 0 : (this._low + this._high) / 2;
  }

  /** The server's time now, milliseconds since 1970. */
  nowMs() {
    return this._localNowMs() + this.aheadMs;
  }
}
