/** Which seats the list shows: of one category, up to a price, the available ones only. */

/** @import { Venue } from "../venue/venue.js" */
/** @import { Words } from "../words/words.js" */

import { h } from "./markup.js";

/** More prices than these make no list to choose from: they are thinned out. */
const PRICES_MAX = 12;

export class ListFilter {
  /**
   * @param {Words} words
   * @param {{ venue: Venue, minor: (seat: number) => number, price: (minor: number) => string, onChange: () => void }} options
   */
  constructor(words, { venue, minor, price, onChange }) {
    this._venue = venue;
    this._minor = minor;
    const used = new Set(venue.categoryOf);
    const prices = thinned([...new Set([...venue.categoryOf.keys()].map((seat) => minor(seat)))].sort((a, b) => a - b));
    this._category = h("select", { id: "list-category", onchange: onChange }, h("option", { value: "" }, words.t("map.list_all_categories")),
      ...venue.categories.flatMap(({ name }, index) => (used.has(index) ? [h("option", { value: index }, name)] : [])));
    this._price = h("select", { id: "list-price", onchange: onChange }, h("option", { value: "" }, words.t("map.list_any_price")),
      ...prices.slice(0, -1).map((most) => h("option", { value: most }, words.t("map.list_up_to", { price: price(most) }))));
    this._free = h("input", { type: "checkbox", id: "list-free", onchange: onChange });
    /** @param {string} label @param {HTMLSelectElement} select */
    const choice = (label, select) => h("div", { class: "field" }, h("label", { for: select.id }, label), h("div", { class: "select" }, select));
    this.element = h("div", { class: "list-filter", role: "group", "aria-label": words.t("map.list_filter") },
      used.size > 1 && choice(words.t("map.list_category"), this._category),
      prices.length > 1 && choice(words.t("map.list_price"), this._price),
      h("label", { class: "check", for: "list-free" }, this._free, words.t("map.list_free_only")));
  }

  /** @param {number} category index; -1 for all */
  restrict(category) {
    this._category.value = category < 0 ? "" : String(category);
    this._category.disabled = category >= 0;
  }

  /**
   * @param {(seat: number) => boolean} takeable
   * @returns {(seat: number) => boolean} whether a seat is listed, as the filter is set now
   */
  passes(takeable) {
    const category = this._category.value === "" ? -1 : Number(this._category.value);
    const most = this._price.value === "" ? Infinity : Number(this._price.value);
    const free = this._free.checked;
    return (seat) => (category < 0 || this._venue.categoryOf[seat] === category) && this._minor(seat) <= most && (!free || takeable(seat));
  }
}

/** @param {number[]} prices ascending */
function thinned(prices) {
  const step = Math.ceil(prices.length / PRICES_MAX);
  return prices.filter((_, place) => place % step === step - 1 || place === prices.length - 1);
}
