/** Somebody else was quicker: which seats went, why, and others that can be had instead, each one press away. */

/** @import { Words } from "../words/words.js" */

import { Dialog } from "./dialog.js";
import { icon } from "./icons.js";
import { fill, h, swatch } from "./markup.js";

/**
 * @typedef {object} Alternative
 * @property {readonly number[]} seats layout indexes
 * @property {string} spot row and seats
 * @property {string} place section and category
 * @property {string} price of all together
 * @property {string} color of the category
 * @property {readonly string[]} flags
 */

/**
 * @typedef {object} RaceListener
 * @property {(seats: readonly number[]) => void} onShow these are looked at: highlight them; none any more when empty
 * @property {(seats: readonly number[]) => void} onTake
 */

export class RaceDialog {
  /**
   * @param {Words} words
   * @param {RaceListener} listener
   */
  constructor(words, listener) {
    this._words = words;
    this._listener = listener;
    this._dialog = new Dialog(words, { onClose: () => listener.onShow([]) });
    this.element = this._dialog.element;
    this._lead = h("p", { class: "offer-lead", role: "status" });
    this._offers = h("ul", { class: "offer-list" });
    this._own = h("button", { type: "button", class: "quiet wide", onclick: () => this._dialog.close() }, words.t("map.race_back"));
  }

  end() {
    this._dialog.end();
  }

  /**
   * @param {string} about which seats, and why
   * @param {number} seatCount how many were lost
   */
  open(about, seatCount) {
    const words = this._words;
    fill(this._lead, h("span", { class: "spinner small", "aria-hidden": "true" }), words.t("map.race_looking"));
    fill(this._offers);
    this._dialog.open(words.t("map.race_title", { count: seatCount }),
      h("p", { class: "dialog-lead" }, about), this._lead, this._offers, h("footer", { class: "dialog-foot" }, this._own));
  }

  /** @param {readonly Alternative[]} alternatives what can be had instead, best first */
  offer(alternatives) {
    if (!this._dialog.isOpen) return;
    const count = alternatives.length;
    this._lead.textContent = count ? this._words.t("map.race_offer", { count }) : this._words.t("map.race_none");
    fill(this._offers, ...alternatives.map((alternative) => h("li", {}, this._offer(alternative))));
    this._listener.onShow(alternatives.flatMap(({ seats }) => seats));
  }

  /** @param {Alternative} alternative */
  _offer({ seats, spot, place, price, color, flags }) {
    const show = () => this._listener.onShow(seats);
    const take = () => {
      this._dialog.close();
      this._listener.onTake(seats);
    };
    return h("button", { type: "button", class: "offer", onclick: take, onfocus: show, onpointerenter: show },
      swatch(color),
      h("span", { class: "line-text" }, h("span", { class: "line-spot" }, spot), " ", h("span", { class: "soft" }, [place, ...flags].filter(Boolean).join(" · "))),
      h("span", { class: "line-price" }, price), h("span", { class: "offer-sign" }, icon("plus", 18)));
  }
}
