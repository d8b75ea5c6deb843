/** A question before something that cannot be undone: the browser's own dialog. */

import { h } from "../panels/markup.js";

/**
 * @param {{ title: string, text: string, yes: string, no: string }} asked
 * @returns {Promise<boolean>} whether it was confirmed
 */
export function confirmed({ title, text, yes, no }) {
  let answer = false;
  const keep = h("button", { type: "button", class: "quiet-button", onclick: () => dialog.close() }, no);
  const doing = h("button", { type: "button", class: "danger-button", onclick: () => {
    answer = true;
    dialog.close();
  } }, yes);
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
    h("form", { method: "dialog" }, h("h2", { id: "confirm-title" }, title), h("p", { id: "confirm-text" }, text), h("div", { class: "dialog-buttons" }, keep, doing)));
  document.body.append(dialog);
  dialog.showModal();
  keep.focus();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(answer);
  }, { once: true }));
}
