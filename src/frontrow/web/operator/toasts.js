/** Short messages at the page's edge, spoken as they come. */

import { icon } from "../js/panels/icons.js";
import { h } from "../js/panels/markup.js";

const SHOWN_MS = 8_000;
const TOASTS_MAX = 3;

export class Toasts {
  /** @param {HTMLElement} place */
  constructor(place) {
    /** What the button that ends one is called, in the page's language. */
    this.dismissText = "";
    this._shown = h("div", { class: "toasts-shown" });
    this._voice = h("div", { class: "unseen", role: "status" });
    this._alarm = h("div", { class: "unseen", role: "alert" });
    place.replaceChildren(this._shown, this._voice, this._alarm);
  }

  /**
   * @param {string} text
   * @param {"good" | "bad" | "plain"} [tone]
   */
  tell(text, tone = "plain") {
    const toast = h("div", { class: `toast ${tone}` }, icon(tone === "bad" ? "alert" : tone === "good" ? "check" : "info", 18), h("span", {}, text),
      h("button", { type: "button", class: "toast-end", "aria-label": this.dismissText, onclick: () => toast.remove() }, icon("close", 16)));
    this._shown.append(toast);
    while (this._shown.children.length > TOASTS_MAX) this._shown.firstElementChild?.remove();
    setTimeout(() => toast.remove(), SHOWN_MS);
    (tone === "bad" ? this._alarm : this._voice).textContent = text;
  }
}
