/** The form for a card, with the card it fills in drawn above it, and the test cards that fill it in. */

/** @import { Words } from "../js/words/words.js" */
/** @import { DemoCard, DemoPayment } from "./demo-payment.js" */

import { fill, h } from "../js/panels/markup.js";
import { dateFault, dated, digitsIn, grouped, isCardNumber } from "./card-digits.js";
import { paySign, spinner } from "./pay-shell.js";

const TEST_DATE = "1234";
const TEST_CODE = "123";
const EMPTY = "••••";

export class CardForm {
  /**
   * @param {Words} words
   * @param {DemoPayment} payment
   * @param {string} amount
   * @param {(number: string) => void} onPay
   */
  constructor(words, payment, amount, onPay) {
    this._words = words;
    this._payment = payment;
    this._amount = amount;
    this._onPay = onPay;
    const shared = { inputmode: "numeric", autocomplete: "off", dir: "ltr" };
    this._number = field("number", words.t("pay.number"), { ...shared, maxlength: 23, placeholder: "4242 4242 4242 4242" }, (digits) => grouped(digits));
    this._date = field("expiry", words.t("pay.expiry"), { ...shared, maxlength: 5, placeholder: words.t("pay.expiry_form") }, dated);
    this._code = field("cvc", words.t("pay.cvc"), { ...shared, maxlength: 4, placeholder: "123" }, (digits) => digits);
    this._faceNumber = h("span", { class: "face-number" });
    this._faceDate = h("span", {});
    this._button = h("button", { type: "submit", class: "button pay-button" });
    this._fault = h("div", { class: "decline", role: "alert", hidden: true });
    this._form = h("form", { class: "card-form", novalidate: true, autocomplete: "off", onsubmit: (/** @type {Event} */ event) => this._submit(event) },
      h("h1", { tabindex: -1 }, words.t("pay.card_title")),
      h("div", { class: "face", dir: "ltr", "aria-hidden": "true" },
        h("span", { class: "face-bank" }, words.t("pay.demo_bank")), h("span", { class: "face-chip" }), this._faceNumber, this._faceDate),
      this._fault, this._number.row, h("div", { class: "card-row" }, this._date.row, this._code.row), this._button);
    this._cards = this._testCards();
    this.element = h("div", { class: "paying" }, this._form, this._cards);
    for (const { input } of this._fields) input.addEventListener("input", () => this._drawFace());
    this._drawFace();
    this.setBusy(false);
    if (payment.decline) this.refuse(words.t(`pay.decline_${payment.decline}`));
  }

  get _fields() {
    return [this._number, this._date, this._code];
  }

  /** @param {boolean} busy nothing can be pressed while the bank is asked */
  setBusy(busy) {
    this._busy = busy;
    const { _words: words } = this;
    fill(this._button, ...(busy ? [spinner(), words.t("pay.paying")] : [paySign("lock", 18), words.t("pay.pay", { amount: this._amount })]));
    this._form.setAttribute("aria-busy", String(busy));
    for (const control of [this._button, ...this._fields.map(({ input }) => input), ...this._cards.querySelectorAll("button")]) control.disabled = busy;
  }

  /** @param {string} text why nothing came of it */
  refuse(text) {
    this._fault.hidden = text === "";
    fill(this._fault, text && paySign("alert", 20), text && h("span", {}, text));
  }

  focus() {
    this._number.input.focus({ preventScroll: true });
  }

  /** @param {Event} event */
  _submit(event) {
    event.preventDefault();
    if (this._busy) return;
    const words = this._words;
    const number = digitsIn(this._number.input.value);
    const isTest = this._payment.cards.some((card) => card.number === number);
    const wrongDate = dateFault(digitsIn(this._date.input.value), new Date());
    this._number.fault(!number ? words.t("pay.number_missing") : !isCardNumber(number) ? words.t("pay.number_wrong") : isTest ? "" : words.t("pay.number_real"));
    this._date.fault(wrongDate === "form" ? words.t("pay.expiry_wrong") : wrongDate === "past" ? words.t("pay.expiry_past") : "");
    this._code.fault(/^\d{3,4}$/.test(digitsIn(this._code.input.value)) ? "" : words.t("pay.cvc_wrong"));
    const wrong = this._fields.find(({ input }) => input.getAttribute("aria-invalid") === "true");
    this.refuse("");
    if (wrong) return wrong.input.focus();
    this._onPay(number);
  }

  _drawFace() {
    const digits = digitsIn(this._number.input.value);
    const groups = [0, 4, 8, 12].map((from) => digits.slice(from, from + 4).padEnd(4, "•"));
    this._faceNumber.textContent = digits ? groups.join(" ") : `${EMPTY} ${EMPTY} ${EMPTY} ${EMPTY}`;
    this._faceDate.textContent = this._date.input.value || "••/••";
    for (const button of this._cards.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === digits));
  }

  _testCards() {
    const words = this._words;
    /** @param {DemoCard} card */
    const line = ({ number, conduct }) =>
      h("li", {}, h("button", { type: "button", value: number, onclick: () => this._use(number) },
        h("span", { class: "test-number", dir: "ltr" }, `•••• ${number.slice(-4)}`), h("span", {}, words.t(`pay.conduct_${conduct}`))));
    return h("section", { class: "test-cards", "aria-labelledby": "test-cards" },
      h("h2", { id: "test-cards" }, words.t("pay.cards")), h("p", { class: "soft" }, words.t("pay.cards_hint")),
      h("ul", {}, ...this._payment.cards.map(line)));
  }

  /** @param {string} number of a test card */
  _use(number) {
    this._number.input.value = grouped(number);
    this._date.input.value = dated(TEST_DATE);
    this._code.input.value = TEST_CODE;
    for (const each of this._fields) each.fault("");
    this.refuse("");
    this._drawFace();
    this._button.focus({ preventScroll: true });
    this._button.scrollIntoView({ block: "nearest" });
  }
}

/**
 * @param {string} id
 * @param {string} label
 * @param {Record<string, unknown>} attributes
 * @param {(digits: string) => string} written how its digits are written
 */
function field(id, label, attributes, written) {
  const input = h("input", { id, type: "text", "aria-describedby": `${id}-fault`, "aria-required": "true", ...attributes });
  const note = h("div", { class: "field-fault", id: `${id}-fault` });
  const row = h("div", { class: "field" }, h("label", { for: id }, label), input, note);
  /** @param {string} text */
  const fault = (text) => {
    note.textContent = text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  input.addEventListener("input", () => {
    fault("");
    const before = digitsIn(input.value.slice(0, input.selectionStart ?? input.value.length)).length;
    const atEnd = input.selectionStart === input.value.length;
    input.value = written(digitsIn(input.value));
    if (atEnd) return;
    // The caret stays behind the digit it was behind, whatever was put between them.
    let at = 0;
    for (let seen = 0; seen < before && at < input.value.length; at++) if (/\d/.test(input.value[at])) seen += 1;
    input.setSelectionRange(at, at);
  });
  return { row, input, fault };
}
