/** A page that only has something to say. */

import { h } from "../panels/markup.js";

/**
 * @param {string} title
 * @param {string} text
 * @param {HTMLElement} action
 */
export function note(title, text, action) {
  return h("div", { class: "note", role: "alert" }, h("h1", {}, title), h("p", {}, text), action);
}
