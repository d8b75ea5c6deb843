/** Prices by category, which filter the map, and the key to the seats' shapes. */

/** @import { SeatCounts } from "../venue/seat-states.js" */
/** @import { Words } from "../words/words.js" */

import { noneFreeText } from "../words/seat-words.js";
import { icon, stateSign } from "./icons.js";
import { h, swatch } from "./markup.js";

/**
 * @typedef {object} LegendEntry
 * @property {number} category index
 * @property {string} name
 * @property {string} color
 * @property {string} price
 * @property {SeatCounts | null} sale null before the first snapshot
 */

export class Legend {
  /**
   * @param {Words} words
   * @param {(category: number) => void} onFilter -1 for all
   */
  constructor(words, onFilter) {
    this._words = words;
    this._onFilter = onFilter;
    this._chosen = -1;
    this._only = -1;
    /** @type {Map<number, { chip: HTMLButtonElement, swatch: HTMLElement, price: HTMLElement }>} by category */
    this._chips = new Map();
    this.element = h("div", { class: "legend", role: "group", "aria-label": words.t("map.prices_label") });
  }

  /**
   * Chips are changed in place: a press on one must not be lost because others bought in the meantime.
   * @param {readonly LegendEntry[]} entries always of the same categories
   */
  show(entries) {
    const words = this._words;
    for (const entry of entries) {
      const { name, price: cost, sale } = entry;
      const { chip, price } = this._chips.get(entry.category) ?? this._add(entry);
      const none = sale?.available === 0 ? noneFreeText(words, sale) : "";
      chip.classList.toggle("none-free", none !== "");
      price.textContent = none || cost;
      const label =
        sale === null ? words.t("map.chip_label", { name, price: cost })
        : none ? words.t("map.chip_label_none", { name, price: cost, state: none.toLowerCase() })
        : words.t("map.chip_label_free", { name, price: cost, count: sale.available });
      if (chip.getAttribute("aria-label") !== label) chip.setAttribute("aria-label", label);
    }
  }

  /** Show this category alone, without a choice; all of them again with -1. @param {number} category */
  restrict(category) {
    this._only = category;
    this._chosen = category;
    this._reflect();
  }

  /** @param {readonly string[]} colors by category */
  recolor(colors) {
    for (const [category, { swatch }] of this._chips) swatch.style.background = colors[category];
  }

  /** @param {LegendEntry} entry */
  _add({ category, name, color }) {
    const sign = swatch(color);
    const price = h("span", { class: "chip-price" });
    const chip = h("button", { type: "button", class: "chip", "aria-pressed": "false", onclick: () => this._choose(category) },
      sign, h("span", { class: "chip-name" }, name), " ", price);
    const made = { chip, swatch: sign, price };
    this._chips.set(category, made);
    this.element.append(chip);
    this._reflect();
    return made;
  }

  /** @param {number} category */
  _choose(category) {
    if (this._only >= 0) return;
    this._chosen = this._chosen === category ? -1 : category;
    this._reflect();
    this._onFilter(this._chosen);
  }

  _reflect() {
    for (const [category, { chip }] of this._chips) {
      chip.setAttribute("aria-pressed", String(category === this._chosen));
      chip.hidden = this._only >= 0 && category !== this._only;
    }
  }
}

/** @typedef {{ accessible: boolean, companion: boolean, restricted: boolean, sections: boolean }} Specials which the drawing has */

/**
 * @param {Words} words
 * @param {Specials} specials
 * @param {boolean} selects whether seats are selected here instead of taken
 */
export function key(words, { accessible, companion, restricted, sections }, selects) {
  /** @type {["available" | "mine" | "selected" | "held" | "booked" | "blocked", string][]} */
  const states = [
    ["available", words.t("map.state_available")], selects ? ["selected", words.t("map.key_selected")] : ["mine", words.t("map.key_mine")], ["held", words.t("map.key_held")],
    ["booked", words.t("map.state_booked")], ["blocked", words.t(selects ? "map.key_blocked" : "map.state_blocked")],
  ];
  const signs = [
    ...states.map(([state, text]) => h("li", {}, stateSign(state), text)),
    accessible && h("li", {}, icon("wheelchair", 18), words.t("map.key_accessible")),
    companion && h("li", {}, icon("companion", 18), words.t("map.key_companion")),
    restricted && h("li", {}, h("span", { class: "bar-sign" }), words.t("map.restricted_view")),
    sections && h("li", {}, h("span", { class: "meter-sign" }), words.t("map.key_left")),
  ];
  return h("ul", { class: "key", "aria-label": words.t("map.key") }, ...signs);
}
