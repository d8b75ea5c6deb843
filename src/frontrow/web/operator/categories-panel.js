/** How each price category sells: a table whose bars say it at a glance. */

/** @import { EventStats } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Figures } from "./state-bar.js" */

import { fill, h } from "../js/panels/markup.js";
import { panel } from "./panel.js";
import { share } from "./series.js";
import { StateBar, percent } from "./state-bar.js";

export class CategoriesPanel {
  /**
   * @param {Desk} desk
   * @param {Venue} venue
   * @param {(categoryId: string) => string} priceText
   */
  constructor({ words }, venue, priceText) {
    this._words = words;
    this._venue = venue;
    this._rows = venue.categories.map(({ id, name, color }) => {
      const dot = h("span", { class: "swatch" });
      dot.style.background = color;
      const row = { id, bar: new StateBar(words), sold: h("td", { class: "number" }), left: h("td", { class: "number" }), revenue: h("td", { class: "number" }), price: h("span", { class: "soft" }, priceText(id)) };
      const element = h("tr", {}, h("th", { scope: "row" }, h("span", { class: "category" }, dot, h("span", {}, name, h("br"), row.price))), h("td", { class: "bar-cell" }, row.bar.element), row.sold, row.left, row.revenue);
      return { ...row, element };
    });
    const head = [words.t("operator.category"), words.t("operator.seats"), words.t("operator.sold"), words.t("operator.state_available"), words.t("operator.revenue")];
    this.element = panel(words.t("operator.by_category"), { class: "categories" }, h("div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": words.t("operator.by_category") }, h("table", { class: "plain" },
      h("thead", {}, h("tr", {}, ...head.map((text, at) => h("th", { scope: "col", class: at > 1 ? "number" : null }, text)))), h("tbody", {}, ...this._rows.map(({ element }) => element)))));
  }

  /** @param {(categoryId: string) => string} priceText */
  reprice(priceText) {
    for (const { id, price } of this._rows) price.textContent = priceText(id);
  }

  /** @param {readonly Figures[]} byCategory by category index */
  showSeats(byCategory) {
    const { _words: words } = this;
    this._rows.forEach(({ bar, sold, left, element }, at) => {
      const figures = byCategory[at];
      element.hidden = figures.total === 0;
      bar.show(figures);
      fill(sold, h("strong", {}, percent(words, share(figures.booked, figures.total))), " ", h("span", { class: "soft" }, words.number(figures.booked)));
      fill(left, words.number(figures.available));
    });
  }

  /** @param {EventStats["byCategory"]} byCategory */
  showRevenue(byCategory) {
    for (const { id, revenue } of this._rows) {
      const figures = Object.hasOwn(byCategory, id) ? byCategory[id] : undefined;
      if (figures) revenue.textContent = this._words.money(figures.revenue.amountMinor, figures.revenue.currency, { short: true });
    }
  }
}
