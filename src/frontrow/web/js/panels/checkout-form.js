/** Who books: name and e-mail, with errors said beside the field they belong to. */

/** @import { ContactInfo } from "../wire.js" */
/** @import { Words } from "../words/words.js" */

import { ApiProblem } from "../api.js";
import { problemText } from "../words/problem-words.js";
import { icon } from "./icons.js";
import { fill, h } from "./markup.js";

/** Loose on purpose: the server judges, this only catches slips. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export class CheckoutForm {
  /**
   * @param {Words} words
   * @param {(contact: ContactInfo) => void} onSubmit
   */
  constructor(words, onSubmit) {
    this._words = words;
    this._onSubmit = onSubmit;
    this._name = field("name", words.t("map.name"), { autocomplete: "name", autocapitalize: "words", maxlength: 200 });
    this._email = field("email", words.t("map.email"), { type: "email", autocomplete: "email", inputmode: "email", maxlength: 254, spellcheck: "false" });
    this._fault = h("div", { class: "form-fault", role: "alert", hidden: true });
    this.element = h(
      "form",
      { class: "checkout", id: "checkout", novalidate: true, onsubmit: (/** @type {Event} */ event) => this._submit(event) },
      h("p", { class: "form-lead" }, words.t("map.form_lead")),
      this._name.row,
      this._email.row,
      this._fault,
    );
  }

  focus() {
    (this._name.input.value ? this._email : this._name).input.focus({ preventScroll: true });
  }

  /** @param {Event} event */
  _submit(event) {
    event.preventDefault();
    const words = this._words;
    const name = this._name.input.value.trim();
    const email = this._email.input.value.trim();
    this._name.fault(name ? "" : words.t("map.name_missing"));
    this._email.fault(!email ? words.t("map.email_missing") : EMAIL.test(email) ? "" : words.t("map.email_wrong"));
    this._general("");
    const wrong = [this._name, this._email].find(({ input }) => input.getAttribute("aria-invalid") === "true");
    if (wrong) wrong.input.focus();
    else this._onSubmit({ name, email });
  }

  /** @param {unknown} problem what came of submitting */
  refuse(problem) {
    const faults = problem instanceof ApiProblem ? problem.fieldErrors : [];
    let placed = false;
    for (const { field: path, message } of faults) {
      const at = /email/i.test(path) ? this._email : /name/i.test(path) ? this._name : null;
      if (!at) continue;
      at.fault(this._words.t("map.field_refused", { message }));
      at.input.focus();
      placed = true;
    }
    if (!placed) this._general(problemText(this._words, problem));
  }

  /** @param {string} text */
  _general(text) {
    this._fault.hidden = text === "";
    fill(this._fault, text && icon("alert", 18), text && h("span", {}, text));
  }
}

/**
 * @param {string} id
 * @param {string} label
 * @param {Record<string, unknown>} attributes
 */
function field(id, label, attributes) {
  const input = h("input", { id, name: id, type: "text", "aria-describedby": `${id}-fault`, "aria-required": "true", ...attributes });
  const note = h("div", { class: "field-fault", id: `${id}-fault` });
  const row = h("div", { class: "field" }, h("label", { for: id }, label), input, note);
  /** @param {string} text */
  const fault = (text) => {
    note.textContent = text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  input.addEventListener("input", () => fault(""));
  return { row, input, fault };
}
