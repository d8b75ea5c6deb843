/** What the server found in a drawing: faults by their place, what could not be kept, and what it holds. */

/** @import { Words } from "../js/words/words.js" */
/** @import { LayoutFacts } from "./layout-facts.js" */

import { icon } from "../js/panels/icons.js";
import { h } from "../js/panels/markup.js";
import { panel } from "./panel.js";

const SHOWN_MAX = 200;
const SECTIONS_SHOWN_MAX = 60;

/**
 * @param {Words} words
 * @param {readonly { path: string, message: string, of: string, value: string | null }[]} faults
 */
export function faultsPanel(words, faults) {
  return panel(words.t("operator.faults"), { class: "faults" },
    h("ol", { class: "fault-list" }, ...faults.slice(0, SHOWN_MAX).map(({ path, message, of, value }) => h("li", {},
      icon("alert", 18), h("div", {}, h("p", { class: "fault-place" }, h("code", { dir: "ltr" }, path || words.t("operator.whole_document")), of && h("span", { class: "soft" }, words.t("operator.fault_of", { name: of }))),
        h("p", { dir: "auto" }, message), value !== null && h("p", { class: "soft small" }, words.t("operator.fault_value"), " ", h("code", { dir: "ltr" }, value)))))),
    faults.length > SHOWN_MAX && h("p", { class: "soft" }, words.t("operator.more_faults", { count: faults.length - SHOWN_MAX })));
}

/**
 * @param {Words} words
 * @param {readonly string[]} warnings
 */
export function warningsPanel(words, warnings) {
  if (warnings.length === 0) return panel(words.t("operator.kept"), { class: "warnings" }, h("p", { class: "good-line" }, icon("check", 18), words.t("operator.no_warnings")));
  return panel(words.t("operator.warnings"), { class: "warnings" }, h("ul", { class: "warning-list" }, ...warnings.slice(0, SHOWN_MAX).map((text) => h("li", { dir: "auto" }, text))));
}

/**
 * @param {Words} words
 * @param {LayoutFacts} facts
 */
export function factsPanel(words, { seats, tables, accessible, byCategory, bySection }) {
  /** @param {string} name @param {number} count @param {string} [color] */
  const row = (name, count, color) => {
    const dot = color && h("span", { class: "swatch" });
    if (dot) dot.style.background = color;
    return h("tr", {}, h("th", { scope: "row" }, h("span", { class: "category" }, dot, name)), h("td", { class: "number" }, words.number(count)));
  };
  /** @param {string} title @param {HTMLElement[]} rows */
  const table = (title, rows) => h("table", { class: "plain facts" }, h("caption", {}, title), h("tbody", {}, ...rows));
  return panel(words.t("operator.facts"), { class: "facts-panel" },
    h("div", { class: "tiles small-tiles" }, ...(/** @type {const} */ ([[words.t("operator.seats"), seats], [words.t("operator.tables"), tables], [words.t("operator.accessible"), accessible]])).map(([name, count]) =>
      h("div", { class: "tile" }, h("span", { class: "figure-name" }, name), h("strong", { class: "figure" }, words.number(count))))),
    table(words.t("operator.by_category"), byCategory.map(({ name, color, seats: count }) => row(name, count, color))),
    bySection.length > 0 && table(words.t("operator.by_section"), bySection.slice(0, SECTIONS_SHOWN_MAX).map(({ name, seats: count }) => row(name || words.t("operator.other_seats"), count))));
}
