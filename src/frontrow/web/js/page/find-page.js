/** Finds a booking again by what stands on its ticket: for another browser, and for guests whose token ran out. */

/** @import { ApiClient } from "../api.js" */
/** @import { Words } from "../words/words.js" */

import { ApiProblem, Problem } from "../api.js";
import { fill, h } from "../panels/markup.js";
import { problemText } from "../words/problem-words.js";
import { keepFound } from "./found-bookings.js";
import { addressOf } from "./route.js";
import { nameWindow } from "./shell.js";

/** Loose on purpose: the server judges, this only catches slips. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * @param {HTMLElement} room
 * @param {ApiClient} api
 * @param {Words} words
 * @param {(address: string) => void} [go]
 */
export function showFind(room, api, words, go = (address) => location.assign(address)) {
  nameWindow(words.t("page.find_title"));
  const code = h("input", { name: "code", id: "find-code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 64, dir: "ltr", "aria-describedby": "find-code-hint find-fault", placeholder: "QX7K-2M4N-ABCD-EF23" });
  const email = h("input", { name: "email", id: "find-email", type: "email", autocomplete: "email", inputmode: "email", spellcheck: "false", maxlength: 254, dir: "ltr", "aria-describedby": "find-fault" });
  const fault = h("p", { class: "fault", id: "find-fault", role: "alert" });
  const find = h("button", { type: "submit", class: "button" }, words.t("page.find_go"));
  let finding = false;
  const submit = async (/** @type {Event} */ happened) => {
    happened.preventDefault();
    if (finding) return;
    const given = { code: code.value.trim(), email: email.value.trim() };
    mark(code, given.code === "");
    mark(email, !EMAIL.test(given.email));
    fill(fault);
    if (given.code === "" || !EMAIL.test(given.email)) {
      fill(fault, words.t(given.code === "" ? "page.find_code_missing" : given.email ? "map.email_wrong" : "map.email_missing"));
      return (given.code === "" ? code : email).focus();
    }
    finding = true;
    find.toggleAttribute("data-busy", true);
    try {
      const found = await api.findBooking(given.code, given.email);
      // Who is nobody here yet is that guest from now on: then all of the guest's bookings are among "My bookings".
      const { token, tokenExpiresAt, booking } = found;
      if (token && tokenExpiresAt) await api.tokens.adopt({ token, userId: booking.userId, expiresAt: tokenExpiresAt });
      keepFound(found);
      go(addressOf({ page: "booking", bookingId: booking.bookingId }));
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      fill(fault, caught instanceof ApiProblem && (caught.status === 404 || caught.status === 422) ? words.t("page.find_none") : problemText(words, caught));
      code.focus();
    } finally {
      finding = false;
      find.toggleAttribute("data-busy", false);
    }
  };
  const form = h("form", { class: "find-form", novalidate: true, onsubmit: (/** @type {Event} */ happened) => void submit(happened) },
    h("div", { class: "find-field" }, h("label", { for: "find-code" }, words.t("page.booking_code")), code, h("p", { class: "soft", id: "find-code-hint" }, words.t("page.find_code_hint"))),
    h("div", { class: "find-field" }, h("label", { for: "find-email" }, words.t("page.booking_email")), email),
    fault, find);
  fill(room, h("div", { class: "bookings find-page" }, h("h1", {}, words.t("page.find_title")), h("p", { class: "lead" }, words.t("page.find_lead")), form));
  code.focus();
}

/**
 * @param {HTMLInputElement} input
 * @param {boolean} wrong
 */
function mark(input, wrong) {
  if (wrong) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}
