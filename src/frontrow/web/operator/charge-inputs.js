/** The fees and taxes of an event, one line each, as an operator types them. */

/** @import { Charge } from "../js/wire.js" */
/** @import { Words } from "../js/words/words.js" */

import { fill, h } from "../js/panels/markup.js";
import { majorText, minorOf } from "./event-fields.js";
import { button } from "./panel.js";

const KINDS = /** @type {const} */ (["per_order", "per_seat", "share", "included_share"]);
/** The server's bound. */
const CHARGES_MAX = 20;
const BASIS_POINTS_MAX = 10_000;

/**
 * @param {string} typed "7", "7.5", "7,25"
 * @returns {number | null} basis points; null for what is no share
 */
export function basisPointsOf(typed) {
  const match = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(typed.trim().replace(/\s*%$/, ""));
  if (!match) return null;
  const points = Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return points <= BASIS_POINTS_MAX ? points : null;
}

/**
 * @param {number} basisPoints
 * @returns {string} as basisPointsOf reads it
 */
export function shareText(basisPoints) {
  return String(basisPoints / 100);
}

/**
 * @param {Words} words
 * @param {readonly Charge[]} charges as they are
 * @param {() => string} currency as it is typed now
 */
export function chargeInputs(words, charges, currency) {
  /** @type {{ element: HTMLElement, read: () => Charge | null }[]} */
  let lines = [];
  const list = h("div", { class: "charges-list" });
  const fault = h("p", { class: "form-fault", role: "alert" });
  const add = button(words.t("operator.add_charge"), () => {
    lines.push(line({ name: "", kind: "per_order" }));
    draw();
    const { element } = lines[lines.length - 1];
    /** @type {HTMLElement} */ (element.querySelector("input")).focus({ preventScroll: true });
    element.scrollIntoView({ block: "center" });
  });
  const draw = () => {
    fill(list, ...lines.map(({ element }) => element));
    add.disabled = lines.length >= CHARGES_MAX;
  };
  /** @param {Charge} charge */
  const line = (charge) => {
    const isShare = (/** @type {string} */ kind) => kind === "share" || kind === "included_share";
    const name = h("input", { value: charge.name, maxlength: 200, "aria-label": words.t("operator.charge_name"), placeholder: words.t("operator.charge_name_example"), autocomplete: "off" });
    const kind = h("select", { "aria-label": words.t("operator.charge_kind"), onchange: () => {
      unit.textContent = isShare(kind.value) ? "%" : currency();
    } }, ...KINDS.map((one) => h("option", { value: one, selected: one === charge.kind }, kindText(words, one))));
    const value = isShare(charge.kind) ? shareText(charge.basisPoints ?? 0) : charge.amountMinor === undefined ? "" : majorText(charge.amountMinor, currency());
    const amount = h("input", { inputmode: "decimal", value, "aria-label": words.t("operator.charge_amount"), dir: "ltr", autocomplete: "off" });
    const unit = h("span", { class: "soft unit", dir: "ltr" }, isShare(charge.kind) ? "%" : currency());
    const back = h("input", { type: "checkbox", checked: charge.refundable !== false });
    const drop = h("button", { type: "button", class: "act link", onclick: () => {
      lines = lines.filter(({ element: one }) => one !== element);
      draw();
      add.focus();
    } }, words.t("operator.remove_charge"));
    const element = h("div", { class: "charge-line", role: "group", "aria-label": words.t("operator.charge") }, name, kind, h("span", { class: "charge-amount" }, amount, unit), h("label", { class: "charge-back" }, back, h("span", {}, words.t("operator.charge_refundable"))), drop);
    const read = () => {
      const share = isShare(kind.value);
      const number = share ? basisPointsOf(amount.value) : minorOf(amount.value, currency());
      const named = name.value.trim();
      name.setAttribute("aria-invalid", String(named === ""));
      amount.setAttribute("aria-invalid", String(number === null));
      fault.textContent = named === "" ? words.t("operator.charge_unnamed") : number === null ? words.t(share ? "operator.share_unreadable" : "operator.price_unreadable", { price: amount.value }) : "";
      if (named === "" || number === null) {
        (named === "" ? name : amount).focus();
        return null;
      }
      return { name: named, kind: /** @type {Charge["kind"]} */ (kind.value), ...(share ? { basisPoints: number } : { amountMinor: number }), refundable: back.checked };
    };
    return { element, read };
  };
  lines = charges.map(line);
  draw();
  return {
    element: h("fieldset", { class: "charges-edit" }, h("legend", {}, words.t("operator.charges")), h("p", { class: "field-hint" }, words.t("operator.charges_hint")), list, fault, add),
    /** What the lines say, in their order; null after saying what is wrong. @returns {Charge[] | null} */
    read: () => {
      /** @type {Charge[]} */
      const found = [];
      for (const { read } of lines) {
        const charge = read();
        if (charge === null) return null;
        found.push(charge);
      }
      fault.textContent = "";
      return found;
    },
  };
}

/**
 * @param {Words} words
 * @param {Charge["kind"]} kind
 */
function kindText(words, kind) {
  switch (kind) {
    case "per_seat":
      return words.t("operator.charge_per_seat");
    case "per_order":
      return words.t("operator.charge_per_order");
    case "share":
      return words.t("operator.charge_share");
    default:
      return words.t("operator.charge_included_share");
  }
}
