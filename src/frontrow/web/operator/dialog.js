/** Questions that want an answer before anything happens: the browser's own dialog, with its focus and its Escape. */

/** @import { Child } from "../js/panels/markup.js" */

import { h } from "../js/panels/markup.js";
import { button } from "./panel.js";

let asked = 0;

/**
 * @param {object} question
 * @param {string} question.title
 * @param {Child[]} question.body
 * @param {string} question.yes what the button that does it says
 * @param {string} question.no "" where there is nothing to refuse
 * @param {"main" | "danger"} [question.kind]
 * @param {boolean} [question.wide]
 * @param {(form: HTMLFormElement, dialog: HTMLDialogElement) => Promise<boolean>} [question.onYes] does it; false keeps the
 *   dialog open, for it says what is wrong
 * @returns {Promise<boolean>} whether it was done
 */
export function ask({ title, body, yes, no, kind = "main", wide = false, onYes = async () => true }) {
  return new Promise((resolve) => {
    const titleId = `dialog-${++asked}`;
    const doing = h("button", { type: "submit", class: `act ${kind}` }, h("span", {}, yes));
    const form = h("form", { method: "dialog", onsubmit: submit }, h("h2", { id: titleId }, title), ...body,
      h("div", { class: "dialog-foot" }, no && button(no, () => dialog.close()), doing));
    const dialog = h("dialog", { class: wide ? "ask wide" : "ask", "aria-labelledby": titleId }, form);
    let done = false;
    /** @param {Event} happened */
    async function submit(happened) {
      happened.preventDefault();
      if (doing.disabled) return;
      doing.disabled = true;
      doing.toggleAttribute("data-busy", true);
      try {
        done = await onYes(form, dialog);
      } finally {
        doing.disabled = false;
        doing.removeAttribute("data-busy");
      }
      if (done) dialog.close();
    }
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(done);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
