/** How long to wait before the next try: longer after each, and never in step with the others who wait. */

/** So much of what a server asks to wait is added at most: those it sent away together come back one by one. */
const SPREAD = 0.25;

export class GrowingPause {
  /**
   * @param {object} options
   * @param {number} options.firstMs on average, as `mostMs` is
   * @param {number} options.mostMs
   * @param {() => number} [options.random] 0 to 1
   */
  constructor({ firstMs, mostMs, random = Math.random }) {
    this._firstMs = firstMs;
    this._mostMs = mostMs;
    this._random = random;
    this._ms = firstMs;
  }

  /**
   * Another try has failed.
   * @param {number} [leastMs] what the server asks to wait; 0 where it said nothing
   * @returns {number} milliseconds to wait, a quarter more or less at random; no less than the server asks for
   */
  next(leastMs = 0) {
    const grown = this._ms * (0.75 + this._random() / 2);
    this._ms = Math.min(this._mostMs, 2 * this._ms);
    return Math.max(grown, leastMs * (1 + this._random() * SPREAD));
  }

  /** A try has succeeded: the next failure is the first again. */
  reset() {
    this._ms = this._firstMs;
  }
}
