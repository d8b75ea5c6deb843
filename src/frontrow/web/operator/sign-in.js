/** The way in: a link brings the token; who has it by other means pastes it here. */

/** @import { Words } from "../js/words/words.js" */
/** @import { Judgement, KeptToken } from "./kept-token.js" */

import { h } from "../js/panels/markup.js";
import { field } from "./panel.js";
import { tokenPasted } from "./kept-token.js";

/** @typedef {Exclude<Judgement, "ok"> | "missing" | "refused" | "left"} WayIn */

/**
 * @param {Words} words
 * @param {KeptToken} kept
 * @param {WayIn} why what brought the reader here
 * @param {() => void} onIn
 */
export function signInPage(words, kept, why, onIn) {
  const said = h("p", { class: "form-fault", role: "alert" }, textOf(words, why));
  const input = h("textarea", { name: "token", rows: 4, spellcheck: "false", autocomplete: "off", autocapitalize: "off", required: true, dir: "ltr", placeholder: "eyJhbGciOi…" });
  input.addEventListener("keydown", (happened) => {
    if (happened.key !== "Enter" || happened.shiftKey) return;
    happened.preventDefault();
    form.requestSubmit();
  });
  const form = h("form", { class: "sign-in panel", onsubmit: (/** @type {Event} */ happened) => {
    happened.preventDefault();
    const judgement = kept.signIn(tokenPasted(input.value));
    if (judgement === "ok") return onIn();
    said.textContent = textOf(words, judgement);
    input.setAttribute("aria-invalid", "true");
    input.focus();
  } },
    h("h1", {}, words.t("operator.sign_in_title")), h("p", { class: "soft" }, words.t("operator.sign_in_lead")),
    field(words.t("operator.token"), input), said,
    h("button", { type: "submit", class: "act main" }, h("span", {}, words.t("operator.sign_in"))),
    h("p", { class: "soft small" }, words.t("operator.sign_in_hint"), h("code", { dir: "ltr" }, "frontrow token --user you --role admin"), ". ",
      words.t("operator.sign_in_demo"), h("code", { dir: "ltr" }, "--demo"), "."));
  return { title: words.t("operator.sign_in"), element: h("div", { class: "way-in" }, form), end() {} };
}

/**
 * @param {Words} words
 * @param {WayIn} why
 */
function textOf(words, why) {
  switch (why) {
    case "unreadable":
      return words.t("operator.token_unreadable");
    case "expired":
      return words.t("operator.token_expired");
    case "no_role":
      return words.t("operator.token_no_role");
    case "refused":
      return words.t("operator.token_refused");
    case "left":
      return words.t("operator.signed_out");
    default:
      return "";
  }
}
