/** The building blocks of the operator's page. */

/** @import { Child } from "../js/panels/markup.js" */

import { h } from "../js/panels/markup.js";

/**
 * A titled part of the page.
 * @param {string} title
 * @param {{ class?: string, actions?: Child[], level?: 2 | 3 }} options
 * @param {...Child} children
 */
export function panel(title, { class: name = "", actions = [], level = 2 }, ...children) {
  const heading = h(`h${level}`, { class: "panel-title" }, title);
  return h("section", { class: `panel ${name}`.trim(), "aria-label": title }, h("div", { class: "panel-top" }, heading, h("div", { class: "panel-actions" }, ...actions)), ...children);
}

/**
 * @param {string} text
 * @param {(happened: Event) => void} onClick
 * @param {{ kind?: "main" | "quiet" | "danger" | "link", sign?: SVGElement, label?: string, disabled?: boolean }} [options]
 */
export function button(text, onClick, { kind = "quiet", sign, label, disabled = false } = {}) {
  return h("button", { type: "button", class: `act ${kind}`, "aria-label": label, disabled, onclick: onClick }, sign, h("span", {}, text));
}

/**
 * One choice of a few, as buttons side by side.
 * @template {string} T
 * @param {string} label
 * @param {readonly { value: T, text: string }[]} choices
 * @param {T} chosen
 * @param {(value: T) => void} onChoose
 */
export function choiceOf(label, choices, chosen, onChoose) {
  const buttons = choices.map(({ value, text }) =>
    h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => choose(value) }, text));
  /** @param {T} value */
  const choose = (value) => {
    choices.forEach((choice, at) => buttons[at].setAttribute("aria-pressed", String(choice.value === value)));
    onChoose(value);
  };
  return h("div", { class: "segments", role: "group", "aria-label": label }, ...buttons);
}

/**
 * @param {string} title
 * @param {string} [text]
 * @param {...Child} children
 */
export function blank(title, text = "", ...children) {
  return h("div", { class: "blank" }, h("h2", {}, title), text && h("p", {}, text), ...children);
}

/**
 * A field with its label, and room for what is wrong with it.
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} input
 * @param {string} [hint]
 */
export function field(label, input, hint = "") {
  return h("label", { class: "field" }, h("span", { class: "field-label" }, label), input, hint && h("span", { class: "field-hint" }, hint));
}
