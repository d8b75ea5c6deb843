/** The time that is left to pay, where it is known. */

/** @import { ServerClock } from "../js/api.js" */
/** @import { Words } from "../js/words/words.js" */

import { fill, h } from "../js/panels/markup.js";
import { countdown } from "../js/sale/countdown.js";
import { payUntilMs } from "../js/sale/pay-window.js";
import { paySign } from "./pay-shell.js";

const TICK_MS = 500;

export class TimeLeft {
  /**
   * @param {string} paymentId
   * @param {ServerClock} clock
   * @param {() => void} onOver
   */
  constructor(paymentId, clock, onOver) {
    this._untilMs = payUntilMs(paymentId);
    this._clock = clock;
    this._shown = "";
    this._text = h("span", {});
    this.element = h("p", { class: "bought-note bought-time", role: "timer", "aria-live": "off", hidden: true }, paySign("clock", 18), this._text);
    /** @type {Words | null} */
    this._words = null;
    if (this._untilMs === null) return;
    const ticking = setInterval(() => {
      this._draw();
      if (!this.over) return;
      clearInterval(ticking);
      onOver();
    }, TICK_MS);
  }

  /** Whether the window is known to have ended. */
  get over() {
    return this._untilMs !== null && this._clock.nowMs() >= this._untilMs;
  }

  /**
   * @param {Words} words
   * @param {boolean} counts whether the time matters: something is still to be done
   */
  show(words, counts) {
    this._words = words;
    this._shown = "";
    this.element.hidden = this._untilMs === null || !counts;
    this._draw();
    return this.element;
  }

  _draw() {
    if (this._words === null || this._untilMs === null) return;
    const { text } = countdown(this._untilMs, this._clock.nowMs());
    if (text === this._shown) return;
    this._shown = text;
    fill(this._text, this.over ? this._words.t("pay.window_over") : this._words.t("pay.time_left", { time: this._words.digits(text) }));
  }
}
