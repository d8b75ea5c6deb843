/** What both pages to pay at have around them: the settings, what is paid for, how it ended, and the way back. */

/** @import { Child } from "../js/panels/markup.js" */
/** @import { Words } from "../js/words/words.js" */

import { settings } from "../js/page/settings.js";
import { drawn } from "../js/panels/icons.js";
import { fill, h } from "../js/panels/markup.js";

/** A reader sees that it is done before the page is gone. */
const RETURN_MS = 1_600;

const STROKES = {
  card: ["M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM3 10h18M7 15h3"],
  lock: ["M7 11h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2"],
  done: ["M5 12.5l4.5 4.5L19 7"],
  stopped: ["M6 6l12 12M18 6L6 18"],
  asked: ["M12 3l7.5 2.8v5.4c0 4.6-3.2 8-7.5 9.8-4.3-1.8-7.5-5.2-7.5-9.8V5.8zM9 11.8l2.2 2.2 4-4.3"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2"],
  search: ["M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20"],
  alert: ["M12 8v5M12 16.5h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z"],
};

/**
 * @param {keyof typeof STROKES} name
 * @param {number} [size] pixels
 */
export function paySign(name, size = 20) {
  return drawn(STROKES[name], size, { class: "sign" });
}

/** @param {string} id of the page */
export const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {Words} words
 * @param {string} bank whose page this is
 * @param {() => void} onLanguage everything is to be drawn again
 */
export function drawPayShell(words, bank, onLanguage) {
  part("skip").textContent = words.t("page.nav_skip");
  fill(part("about"), h("p", {}, bank));
  fill(part("settings"), ...settings(words, onLanguage));
  document.title = `${words.t("pay.title")} · Frontrow`;
}

/**
 * What is paid for, beside the form.
 * @param {Words} words
 * @param {{ amount: string, description: string, note: string }} bought
 * @param {...Child} more
 */
export function bought(words, { amount, description, note }, ...more) {
  return h("section", { class: "bought", "aria-label": words.t("pay.to_pay") },
    h("p", { class: "soft" }, words.t("pay.to_pay")),
    h("p", { class: "bought-amount" }, amount),
    description ? h("p", { class: "bought-what", dir: "auto" }, description) : null,
    h("p", { class: "bought-note" }, paySign("lock", 18), h("span", {}, note)),
    ...more);
}

/**
 * How it stands, where nothing is to be filled in.
 * @param {"done" | "stopped" | "asked" | "clock" | "search" | "alert"} name
 * @param {string} title
 * @param {string} text
 * @param {...Child} actions
 */
export function outcome(name, title, text, ...actions) {
  return h("div", { class: "outcome", "data-outcome": name },
    h("span", { class: "outcome-sign" }, paySign(name, 30)), h("h1", { tabindex: -1 }, title), h("p", { class: "soft" }, text),
    h("div", { class: "outcome-actions" }, ...actions));
}

/** Something is under way. */
export function spinner() {
  return h("span", { class: "spinner", "aria-hidden": "true" });
}

/**
 * Where the buyer goes back to; the server has judged the address already.
 * @param {string | null | undefined} returnUrl
 */
export function wayBack(returnUrl) {
  if (returnUrl) {
    const address = new URL(returnUrl, location.origin);
    if (/^https?:$/.test(address.protocol)) return address.href;
  }
  return "/?bookings";
}

/**
 * Back, once it was seen how it ended; without this page in the history, where it would only send on again.
 * @param {string} address
 */
export function returnSoon(address) {
  setTimeout(() => location.replace(address), RETURN_MS);
}

/**
 * @param {Words} words
 * @param {string} address
 * @param {string} [look]
 */
export function backLink(words, address, look = "quiet-button") {
  return h("a", { class: look, href: address }, words.t("pay.back"));
}

/** Say to who does not see it what has changed. @param {string} text */
export function say(text) {
  part("said").textContent = text;
}
