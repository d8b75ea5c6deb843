/** A page that only has something to say. */

import { h } from "../panels/markup.js";
import { sign } from "./signs.js";

/**
 * @param {"empty" | "away" | "search" | "ticket"} icon
 * @param {string} title
 * @param {string} text
 * @param {HTMLElement} [action]
 */
export function note(icon, title, text, action) {
  return h("div", { class: "note", role: "alert" }, h("span", { class: "note-sign" }, sign(icon, 30)), h("h1", {}, title), h("p", {}, text), action);
}
