/** Prices by category, which filter the map, and the key to the seats' shapes. */

import { icon, stateSign } from "./icons.js";
import { fill, h } from "./markup.js";

/**
 * @typedef {object} LegendEntry
 * @property {number} category index
 * @property {string} name
 * @property {string} color
 * @property {string} price
 * @property {number} available
 */

export class Legend {
  /** @param {(category: number) => void} onFilter -1 for all */
  constructor(onFilter) {
    this._onFilter = onFilter;
    this._chosen = -1;
    this.element = h("div", { class: "legend", role: "group", "aria-label": "Prices. Choose one to highlight its seats" });
  }

  /** @param {readonly LegendEntry[]} entries */
  show(entries) {
    const chips = entries.map(({ category, name, color, price, available }) => {
      const swatch = h("span", { class: "swatch" });
      swatch.style.background = color;
      const none = available === 0;
      return h(
        "button",
        {
          type: "button",
          class: none ? "chip sold-out" : "chip",
          "aria-pressed": String(this._chosen === category),
          "aria-label": `${name}, ${price}, ${none ? "sold out" : `${available} available`}`,
          onclick: () => this._choose(category),
          "data-category": category,
        },
        swatch,
        h("span", { class: "chip-name" }, name),
        h("span", { class: "chip-price" }, none ? "Sold out" : price),
      );
    });
    const had = /** @type {HTMLElement | null} */ (this.element.querySelector("button:focus"))?.dataset.category;
    fill(this.element, ...chips);
    chips.find((chip) => chip.dataset.category === had)?.focus();
  }

  /** @param {number} category */
  _choose(category) {
    this._chosen = this._chosen === category ? -1 : category;
    for (const chip of this.element.querySelectorAll("button")) {
      chip.setAttribute("aria-pressed", String(Number(chip.dataset.category) === this._chosen));
    }
    this._onFilter(this._chosen);
  }
}

/** @typedef {{ accessible: boolean, companion: boolean, restricted: boolean }} Specials which the drawing has */

/** @param {Specials} specials */
export function key({ accessible, companion, restricted }) {
  /** @type {["available" | "mine" | "held" | "booked" | "blocked", string][]} */
  const states = [["available", "Available"], ["mine", "Yours"], ["held", "On hold"], ["booked", "Sold"], ["blocked", "Not for sale"]];
  const signs = [
    ...states.map(([state, text]) => h("li", {}, stateSign(state), text)),
    accessible && h("li", {}, icon("wheelchair", 18), "Accessible"),
    companion && h("li", {}, icon("companion", 18), "Companion"),
    restricted && h("li", {}, h("span", { class: "bar-sign" }), "Restricted view"),
  ];
  return h("ul", { class: "key", "aria-label": "Key to the seats" }, ...signs);
}
