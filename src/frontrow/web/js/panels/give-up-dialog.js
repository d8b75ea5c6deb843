/** Asks whether an order is really to be given up. */

/** @import { Words } from "../words/words.js" */

import { Dialog } from "./dialog.js";
import { h } from "./markup.js";

export class GiveUpDialog {
  /**
   * @param {Words} words
   * @param {() => void} onYes
   */
  constructor(words, onYes) {
    this._words = words;
    this._dialog = new Dialog(words);
    this.element = this._dialog.element;
    this._keep = h("button", { type: "button", class: "primary wide", onclick: () => this._dialog.close() }, words.t("map.order_keep"));
    this._yes = h("button", { type: "button", class: "quiet wide danger", onclick: () => {
      this._dialog.close();
      onYes();
    } }, words.t("map.order_give_up"));
  }

  end() {
    this._dialog.end();
  }

  /**
   * @param {number} seatCount
   * @param {boolean} paying whether money may be taken just now
   */
  open(seatCount, paying) {
    this._dialog.open(this._words.t("map.order_give_up_title"), h("p", { class: "dialog-lead" }, giveUpText(this._words, seatCount, paying)),
      h("footer", { class: "dialog-foot two-acts" }, this._keep, this._yes));
  }

  /** What was asked about is not there any more. */
  close() {
    this._dialog.close();
  }
}

/**
 * What giving up does.
 * @param {Words} words
 * @param {number} count seats
 * @param {boolean} paying whether money may be taken just now
 */
export function giveUpText(words, count, paying) {
  return words.t(paying ? "map.order_give_up_paying" : "map.order_give_up_text", { count });
}
