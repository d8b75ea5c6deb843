/** Prices by category, which filter the map, and the key to the seats' shapes. */

/** @import { SeatCounts } from "../venue/seat-states.js" */

import { noneFreeText } from "../sale/wording.js";
import { icon, stateSign } from "./icons.js";
import { h } from "./markup.js";

/**
 * @typedef {object} LegendEntry
 * @property {number} category index
 * @property {string} name
 * @property {string} color
 * @property {string} price
 * @property {SeatCounts | null} sale null before the first snapshot
 */

export class Legend {
  /** @param {(category: number) => void} onFilter -1 for all */
  constructor(onFilter) {
    this._onFilter = onFilter;
    this._chosen = -1;
    /** @type {Map<number, { chip: HTMLButtonElement, swatch: HTMLElement, price: HTMLElement }>} by category */
    this._chips = new Map();
    this.element = h("div", { class: "legend", role: "group", "aria-label": "Prices. Choose one to highlight its seats" });
  }

  /**
   * Chips are changed in place: a press on one must not be lost because others bought in the meantime.
   * @param {readonly LegendEntry[]} entries always of the same categories
   */
  show(entries) {
    for (const entry of entries) {
      const { chip, price } = this._chips.get(entry.category) ?? this._add(entry);
      const none = entry.sale?.available === 0 ? noneFreeText(entry.sale) : "";
      chip.classList.toggle("none-free", none !== "");
      price.textContent = none || entry.price;
      const left = entry.sale === null ? "" : `, ${none.toLowerCase() || `${entry.sale.available} available`}`;
      chip.setAttribute("aria-label", `${entry.name}, ${entry.price}${left}`);
    }
  }

  /** @param {readonly string[]} colors by category */
  recolor(colors) {
    for (const [category, { swatch }] of this._chips) swatch.style.background = colors[category];
  }

  /** @param {LegendEntry} entry */
  _add({ category, name, color }) {
    const swatch = h("span", { class: "swatch" });
    swatch.style.background = color;
    const price = h("span", { class: "chip-price" });
    const chip = h("button", { type: "button", class: "chip", "aria-pressed": "false", onclick: () => this._choose(category) },
      swatch, h("span", { class: "chip-name" }, name), price);
    const made = { chip, swatch, price };
    this._chips.set(category, made);
    this.element.append(chip);
    return made;
  }

  /** @param {number} category */
  _choose(category) {
    this._chosen = this._chosen === category ? -1 : category;
    for (const [own, { chip }] of this._chips) chip.setAttribute("aria-pressed", String(own === this._chosen));
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
