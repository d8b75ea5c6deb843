/**
 * Asking again, politely: every so often while somebody looks, soon after something happened, never twice at once, and
 * not at all while the page is hidden.
 */

export class Refresher {
  /**
   * @param {() => Promise<void>} ask must not reject
   * @param {object} options
   * @param {number} [options.everyMs]
   * @param {number} [options.soonMs] how long a burst of changes is waited for
   * @param {Pick<Document, "hidden" | "addEventListener" | "removeEventListener">} [options.page]
   * @param {(run: () => void, ms: number) => unknown} [options.later]
   * @param {(timer: any) => void} [options.cancel]
   */
  constructor(ask, { everyMs = 10_000, soonMs = 1_200, page = document, later = (run, ms) => setTimeout(run, ms), cancel = (timer) => clearTimeout(timer) } = {}) {
    this._ask = ask;
    this._everyMs = everyMs;
    this._soonMs = soonMs;
    this._page = page;
    this._later = later;
    this._cancel = cancel;
    /** @type {unknown} */
    this._timer = null;
    this._asking = false;
    /** Whether something happened since the last question was asked. */
    this._due = false;
    this._ended = false;
    this._looked = () => (this._page.hidden ? this._clear() : this.now());
    page.addEventListener("visibilitychange", this._looked);
  }

  /** Ask now; once the question that is under way is answered, where there is one. */
  now() {
    if (this._ended || this._page.hidden) return;
    this._due = this._asking;
    if (this._asking) return;
    this._clear();
    this._asking = true;
    void this._ask().finally(() => {
      this._asking = false;
      if (!this._ended && !this._page.hidden) this._wait(this._due ? this._soonMs : this._everyMs);
    });
  }

  /** Something happened: ask a moment from now, together with what else happens until then. */
  soon() {
    if (this._due) return;
    this._due = true;
    if (!this._asking && !this._ended && !this._page.hidden) this._wait(this._soonMs);
  }

  end() {
    this._ended = true;
    this._clear();
    this._page.removeEventListener("visibilitychange", this._looked);
  }

  /** @param {number} ms */
  _wait(ms) {
    this._clear();
    this._timer = this._later(() => this.now(), ms);
  }

  _clear() {
    if (this._timer !== null) this._cancel(this._timer);
    this._timer = null;
  }
}
