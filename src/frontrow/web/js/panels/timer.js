/** The time a hold has left, as a ring and as figures. */

/** @import { Countdown } from "../sale/countdown.js" */
/** @import { Words } from "../words/words.js" */

import { spokenTime } from "../words/time-words.js";
import { h, svg } from "./markup.js";

const RADIUS = 8;
const LENGTH = 2 * Math.PI * RADIUS;

export class Timer {
  /** @param {Words} words */
  constructor(words) {
    this._words = words;
    this._full = 0;
    this._for = 0;
    this._shown = "";
    this._arc = svg("circle", { cx: 10, cy: 10, r: RADIUS, class: "timer-arc", "stroke-dasharray": LENGTH, transform: "rotate(-90 10 10)" });
    this._text = h("span", { class: "timer-text", dir: "ltr" });
    const ring = svg("svg", { width: 20, height: 20, viewBox: "0 0 20 20", fill: "none", "stroke-width": 2.5, "aria-hidden": "true" },
      svg("circle", { cx: 10, cy: 10, r: RADIUS, class: "timer-track" }), this._arc);
    this.element = h("div", { class: "timer", role: "timer", "aria-live": "off" }, ring, this._text);
  }

  /**
   * @param {Countdown} left
   * @param {number} expiresAtMs tells one hold's time from the next's: the ring starts full
   */
  show(left, expiresAtMs) {
    if (this._for !== expiresAtMs) {
      this._for = expiresAtMs;
      this._full = left.leftMs;
    }
    this.element.dataset.phase = left.phase;
    if (this._shown !== left.text) {
      this._shown = left.text;
      this._text.textContent = this._words.digits(left.text);
      this.element.setAttribute("aria-label", this._words.t("map.held_for", { time: spokenTime(this._words, left.leftMs) }));
    }
    this._arc.setAttribute("stroke-dashoffset", String(LENGTH * (1 - left.leftMs / Math.max(1, this._full))));
  }
}
