/** How a house or a category stands, as one bar and in figures: sold, held, withheld, free. Patterns tell what colour may not. */

/** @import { Words } from "../js/words/words.js" */

import { fill, h } from "../js/panels/markup.js";
import { share } from "./series.js";

/** @typedef {{ available: number, held: number, booked: number, blocked: number, total: number }} Figures */

/** In the order of the bar. */
export const STATES = /** @type {const} */ (["booked", "held", "blocked", "available"]);

/**
 * @param {Words} words
 * @param {"booked" | "held" | "blocked" | "available"} state
 */
export function stateText(words, state) {
  switch (state) {
    case "booked":
      return words.t("operator.state_booked");
    case "held":
      return words.t("operator.state_held");
    case "blocked":
      return words.t("operator.state_blocked");
    default:
      return words.t("operator.state_available");
  }
}

/** @param {Words} words @param {number} part 0 to 1 */
export function percent(words, part) {
  const digits = part > 0 && part < 0.1 ? 1 : 0;
  return new Intl.NumberFormat(words.locale, { style: "percent", maximumFractionDigits: digits }).format(part);
}

export class StateBar {
  /** @param {Words} words */
  constructor(words) {
    this._words = words;
    this._parts = STATES.map((state) => h("span", { class: `bar-part is-${state}` }));
    this.element = h("div", { class: "bar", role: "img" }, ...this._parts);
  }

  /** @param {Figures} figures */
  show(figures) {
    STATES.forEach((state, at) => {
      this._parts[at].style.flexGrow = String(figures[state]);
      this._parts[at].hidden = figures[state] === 0;
    });
    this.element.setAttribute("aria-label", STATES.map((state) => `${stateText(this._words, state)} ${this._words.number(figures[state])}`).join(", "));
  }
}

/** The totals of an event: what it has taken, and its seats by state. */
export class Totals {
  /**
   * @param {Words} words
   * @param {string} currency
   */
  constructor(words, currency) {
    this._words = words;
    this._currency = currency;
    this._bar = new StateBar(words);
    this._revenue = h("strong", { class: "figure", "data-figure": "revenue" }, "–");
    this._sold = h("strong", { class: "figure", "data-figure": "sold" }, "–");
    this._soldNote = h("span", { class: "figure-note" });
    /** @type {Record<string, { figure: HTMLElement, note: HTMLElement }>} */
    this._states = {};
    const ofStates = STATES.slice(1).map((state) => {
      const figure = h("strong", { class: "figure", "data-figure": state }, "–");
      const note = h("span", { class: "figure-note" });
      this._states[state] = { figure, note };
      return tile(h("span", { class: "figure-name" }, h("span", { class: `dot is-${state}` }), stateText(words, state)), figure, note);
    });
    this.element = h("section", { class: "totals panel", "aria-label": words.t("operator.totals") },
      h("div", { class: "tiles" },
        tile(h("span", { class: "figure-name" }, words.t("operator.revenue")), this._revenue, h("span", { class: "figure-note" }, currency)),
        tile(h("span", { class: "figure-name" }, h("span", { class: "dot is-booked" }), stateText(words, "booked")), this._sold, this._soldNote),
        ...ofStates),
      this._bar.element);
  }

  /** @param {Figures} figures */
  showSeats(figures) {
    const { _words: words } = this;
    this._bar.show(figures);
    fill(this._sold, words.number(figures.booked));
    fill(this._soldNote, words.t("operator.sold_of", { share: percent(words, share(figures.booked, figures.total)), total: figures.total }));
    for (const [state, { figure, note }] of Object.entries(this._states)) {
      const count = figures[/** @type {"held"} */ (state)];
      fill(figure, words.number(count));
      fill(note, percent(words, share(count, figures.total)));
    }
  }

  /** Nothing is on sale: what is free is no figure any more. */
  showCancelled() {
    /** @type {HTMLElement} */ (this._states.available.figure.parentElement).hidden = true;
  }

  /** @param {number} amountMinor */
  showRevenue(amountMinor) {
    fill(this._revenue, this._words.money(amountMinor, this._currency, { short: true }));
  }
}

/** @param {...Node} children */
function tile(...children) {
  return h("div", { class: "tile" }, ...children);
}
