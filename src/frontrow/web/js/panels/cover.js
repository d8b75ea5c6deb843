/** What stands in the map's place while there is none: on its way, not there, out of reach. */

/** @import { Words } from "../words/words.js" */

import { icon } from "./icons.js";
import { h } from "./markup.js";

/**
 * @param {Words} words
 * @param {{ kind: "loading" } | { kind: "absent" } | { kind: "foreign", site: string } | { kind: "away", onAgain: () => void }} what
 */
export function cover(words, what) {
  const tongue = { class: "cover", lang: words.language, dir: words.dir };
  if (what.kind === "loading") {
    return h("div", { ...tongue, role: "status" }, h("span", { class: "spinner", "aria-hidden": "true" }), h("p", { class: "soft" }, words.t("map.opening")));
  }
  if (what.kind === "absent") {
    return h("div", { ...tongue, role: "alert" }, h("span", { class: "blank-sign" }, icon("ticket", 30)), h("h2", {}, words.t("map.absent_title")),
      h("p", {}, words.t("map.absent_text")));
  }
  if (what.kind === "foreign") {
    return h("div", { ...tongue, role: "alert" }, h("span", { class: "blank-sign warn" }, icon("alert", 30)), h("h2", {}, words.t("map.foreign_title")),
      h("p", {}, words.t("map.foreign_text", { site: what.site })));
  }
  return h("div", { ...tongue, role: "alert" }, h("span", { class: "blank-sign warn" }, icon("offline", 30)), h("h2", {}, words.t("map.away_title")),
    h("p", {}, words.t("map.away_text")),
    h("button", { type: "button", class: "quiet", onclick: what.onAgain }, icon("repeat", 18), words.t("map.try_now")));
}
