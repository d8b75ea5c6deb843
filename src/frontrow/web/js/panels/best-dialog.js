/** "Best seats": how many, of which category, accessible or not; then the engine chooses and holds them. */

/** @import { Words } from "../words/words.js" */

import { Dialog } from "./dialog.js";
import { icon } from "./icons.js";
import { fill, h } from "./markup.js";

/**
 * @typedef {object} BestWish
 * @property {number} count
 * @property {string} [categoryId]
 * @property {boolean} [accessible]
 */

const COUNT_USUAL = 2;

export class BestDialog {
  /**
   * @param {Words} words
   * @param {{ categories: readonly { id: string, name: string, price: string }[], accessible: boolean, onWish: (wish: BestWish) => void }} options
   *   `accessible`: whether the house has seats for wheelchairs at all
   */
  constructor(words, { categories, accessible, onWish }) {
    this._words = words;
    this._onWish = onWish;
    this._count = COUNT_USUAL;
    this._max = COUNT_USUAL;
    this._busy = false;
    this._dialog = new Dialog(words);
    this.element = this._dialog.element;
    this._fewer = h("button", { type: "button", class: "step", "aria-label": words.t("map.best_fewer"), onclick: () => this._step(-1) }, icon("minus", 18));
    this._more = h("button", { type: "button", class: "step", "aria-label": words.t("map.best_more"), onclick: () => this._step(1) }, icon("plus", 18));
    this._number = h("output", { class: "count-now", "aria-live": "polite", for: "best-fewer best-more" });
    this._category = h("select", { id: "best-category" }, h("option", { value: "" }, words.t("map.best_any")),
      ...categories.map(({ id, name, price }) => h("option", { value: id }, `${name} · ${price}`)));
    this._accessible = h("input", { type: "checkbox", id: "best-accessible" });
    this._fault = h("div", { class: "form-fault", role: "alert", hidden: true });
    this._go = h("button", { type: "submit", class: "primary wide" });
    this._form = h("form", { class: "best", onsubmit: (/** @type {Event} */ event) => this._submit(event) },
      h("p", { class: "dialog-lead" }, words.t("map.best_lead")),
      h("div", { class: "field row-field", role: "group", "aria-labelledby": "best-count" },
        h("span", { id: "best-count", class: "label" }, words.t("map.best_count")), h("div", { class: "stepper" }, this._fewer, this._number, this._more)),
      categories.length > 1 && h("div", { class: "field" }, h("label", { for: "best-category" }, words.t("map.list_category")), h("div", { class: "select" }, this._category)),
      accessible && h("label", { class: "check", for: "best-accessible" }, this._accessible, icon("wheelchair", 20), words.t("map.best_accessible")),
      this._fault, h("footer", { class: "dialog-foot" }, this._go));
  }

  end() {
    this._dialog.end();
  }

  /** Only this category is asked for; any when undefined. @param {string | undefined} categoryId */
  restrict(categoryId) {
    this._category.value = categoryId ?? "";
    this._category.disabled = categoryId !== undefined;
  }

  /** @param {number} seatsMax how many more the buyer may have, at least 1 */
  open(seatsMax) {
    this._max = seatsMax;
    this._count = Math.min(this._count, seatsMax);
    this._say("");
    this._reflect();
    this._dialog.open(this._words.t("map.best_title"), this._form);
  }

  /** @param {boolean} busy the engine is choosing */
  wait(busy) {
    this._busy = busy;
    this._reflect();
  }

  /** The seats are held. */
  found() {
    this.wait(false);
    this._dialog.close();
  }

  /**
   * @param {string} text why there are none, and what helps
   * @returns {boolean} whether somebody saw it: the dialog is open
   */
  refuse(text) {
    this.wait(false);
    this._say(text);
    return this._dialog.isOpen;
  }

  /** Whether seats for wheelchairs were asked for. */
  get accessible() {
    return this._accessible.checked;
  }

  /** @param {1 | -1} by */
  _step(by) {
    this._count = Math.min(this._max, Math.max(1, this._count + by));
    this._say("");
    this._reflect();
  }

  _reflect() {
    const { _words: words, _count: count } = this;
    this._number.textContent = words.number(count);
    // Not disabled: a button that has the focus must not lose it at the end of the range.
    this._fewer.setAttribute("aria-disabled", String(count <= 1));
    this._more.setAttribute("aria-disabled", String(count >= this._max));
    this._go.toggleAttribute("data-busy", this._busy);
    this._go.setAttribute("aria-disabled", String(this._busy));
    fill(this._go, this._busy ? words.t("map.best_going") : words.t("map.best_go", { count }));
  }

  /** @param {string} text */
  _say(text) {
    this._fault.hidden = text === "";
    fill(this._fault, text && icon("alert", 18), text && h("span", {}, text));
  }

  /** @param {Event} event */
  _submit(event) {
    event.preventDefault();
    if (this._busy) return;
    this._say("");
    this._onWish({
      count: this._count,
      ...(this._category.value ? { categoryId: this._category.value } : {}),
      ...(this._accessible.checked ? { accessible: true } : {}),
    });
  }
}
