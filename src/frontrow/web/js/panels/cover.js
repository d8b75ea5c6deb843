/** What stands in the map's place while there is none: on its way, not there, out of reach. */

import { icon } from "./icons.js";
import { h } from "./markup.js";

/** @param {{ kind: "loading" } | { kind: "absent" } | { kind: "foreign", message: string } | { kind: "away", onAgain: () => void }} what */
export function cover(what) {
  if (what.kind === "loading") {
    return h("div", { class: "cover", role: "status" }, h("span", { class: "spinner" }), h("p", { class: "soft" }, "Opening the seat map…"));
  }
  if (what.kind === "absent") {
    return h("div", { class: "cover", role: "alert" }, h("span", { class: "blank-sign" }, icon("ticket", 30)), h("h2", {}, "We don't know this event"),
      h("p", {}, "It may be over, or the link may be incomplete."));
  }
  if (what.kind === "foreign") {
    return h("div", { class: "cover", role: "alert" }, h("span", { class: "blank-sign warn" }, icon("alert", 30)), h("h2", {}, "The box office does not work with this site yet"),
      h("p", {}, what.message));
  }
  return h("div", { class: "cover", role: "alert" }, h("span", { class: "blank-sign warn" }, icon("offline", 30)), h("h2", {}, "The box office does not answer"),
    h("p", {}, "We keep trying. Seats you already hold are still yours."),
    h("button", { type: "button", class: "quiet", onclick: what.onAgain }, icon("repeat", 18), "Try now"));
}
