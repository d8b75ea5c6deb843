/** The page's top: where one is, where one can go, in which language and light, and the way out. */

/** @import { Words } from "../js/words/words.js" */
/** @import { Claims } from "./kept-token.js" */

import { settings } from "../js/page/settings.js";
import { fill, h, svg } from "../js/panels/markup.js";
import { button } from "./panel.js";
import { sign } from "./signs.js";

/**
 * @param {HTMLElement} place
 * @param {object} options
 * @param {Words} options.words
 * @param {Claims | null} options.claims null for somebody who is not signed in
 * @param {string} options.at the address shown, as in the fragment
 * @param {() => void} options.onLanguage another one was chosen: everything is to be drawn again
 * @param {() => void} options.onLeave
 */
export function showShell(place, { words, claims, at, onLanguage, onLeave }) {
  /** @type {(to: string, text: string, signName: "events" | "layers" | "notices", here: boolean) => HTMLElement} */
  const link = (to, text, signName, here) => h("a", { href: to, "aria-current": here ? "page" : null, title: text }, sign(signName), h("span", {}, text));
  fill(place,
    h("a", { class: "brand", href: "#/", title: words.t("operator.all_events") }, mark(), h("span", {}, "Frontrow"), h("span", { class: "brand-room" }, words.t("operator.operator"))),
    h("div", { class: "about" }),
    claims && h("nav", { class: "pages", "aria-label": words.t("operator.rooms") },
      link("#/", words.t("operator.events"), "events", at === "#/" || at.startsWith("#/event/") || at.startsWith("#/ticket/")), link("#/layouts", words.t("operator.layouts"), "layers", at === "#/layouts"), link("#/notices", words.t("operator.notices"), "notices", at === "#/notices")),
    h("div", { class: "settings" }, ...settings(words, onLanguage)),
    claims && button(words.t("operator.sign_out"), onLeave, { sign: sign("leave") }));
}

function mark() {
  const seat = { y: 17, width: 5.4, height: 7, rx: 2, class: "brand-seat" };
  return svg("svg", { width: 28, height: 28, viewBox: "0 0 32 32", "aria-hidden": "true" },
    svg("rect", { class: "brand-ground", width: 32, height: 32, rx: 9 }),
    svg("rect", { ...seat, x: 6 }), svg("rect", { ...seat, x: 13.3 }), svg("rect", { ...seat, x: 20.6 }),
    svg("path", { class: "brand-stage", d: "M7 11.2c5.6-3.2 12.4-3.2 18 0" }));
}
