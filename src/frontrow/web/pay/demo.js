/** The demo bank's card page, `/pay/demo/{paymentId}`: a card, a second step, waiting, and how it ended. */

/** @import { DemoPayment } from "./demo-payment.js" */

import { ApiClient, ApiProblem, Problem } from "../js/api.js";
import { showAway } from "../js/page/away.js";
import { pageWords } from "../js/page/preferences.js";
import { fill, h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { CardForm } from "./card-form.js";
import { TimeLeft } from "./time-left.js";
import { backLink, bought, drawPayShell, outcome, part, returnSoon, say, spinner, wayBack } from "./pay-shell.js";

const LOOK_EVERY_MS = 1_500;
/** The buyer has still something to do. */
const OPEN = new Set(["card", "second_step"]);
/** The bank's slow card takes four seconds. */
const BANK_MS = 20_000;

const api = new ApiClient({ origin: location.origin, storage: null });
const paymentId = decodeURIComponent(location.pathname.split("/").pop() ?? "");
const path = `/demo-payments/${encodeURIComponent(paymentId)}`;

class DemoPage {
  constructor() {
    /** @type {DemoPayment | null} */
    this._payment = null;
    this._busy = false;
    this._returning = false;
    // The server stops what was not paid in a moment; the page tells when it has.
    this._time = new TimeLeft(paymentId, api.clock, () => this._lookLater());
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._looking = undefined;
  }

  /** Ask how it stands, and show it. */
  async look() {
    clearTimeout(this._looking);
    try {
      this._show(await api.request(path));
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      const words = this._shell();
      if (caught instanceof ApiProblem && caught.status === 404) {
        fill(part("main"), outcome("search", words.t("pay.unknown_title"), words.t("pay.unknown_hint"), backLink(words, wayBack(null))));
      } else if (this._payment?.stage === "waiting") this._lookLater();
      else showAway(part("main"), words, caught, () => void this.look());
    }
  }

  _shell() {
    const words = pageWords();
    drawPayShell(words, words.t("pay.demo_bank"), () => (this._payment ? this._show(this._payment) : void this.look()));
    return words;
  }

  /** @param {DemoPayment} payment */
  _show(payment) {
    const before = this._payment?.stage;
    if (this._time.over && OPEN.has(payment.stage)) this._lookLater();
    // What is being typed stays as it is.
    if (this._time.over && before === payment.stage && OPEN.has(payment.stage) && !this._busy) return;
    this._payment = payment;
    const words = this._shell();
    const { amountMinor, currency } = payment.amount;
    const amount = words.money(amountMinor, currency);
    const room = this._room(words, payment, this._giveUpButton(payment, words), this._body(payment, amount, words));
    if (before === undefined || before === payment.stage) return;
    const heading = /** @type {HTMLElement | null} */ (room.querySelector("h1"));
    heading?.focus();
    say(heading?.textContent ?? "");
  }

  /**
   * @param {ReturnType<typeof pageWords>} words
   * @param {DemoPayment} payment
   * @param {HTMLElement | null} way out
   * @param {HTMLElement} body
   */
  _room(words, payment, way, body) {
    const { amount: { amountMinor, currency }, description } = payment;
    const room = h("div", { class: "pay" }, bought(words, { amount: words.money(amountMinor, currency), description, note: words.t("pay.demo_note") }, this._time.show(words, payment.stage === "card" || payment.stage === "second_step"), way), body);
    fill(part("main"), room);
    return room;
  }

  /**
   * @param {DemoPayment} payment
   * @param {string} amount
   * @param {ReturnType<typeof pageWords>} words
   */
  _body(payment, amount, words) {
    const back = wayBack(payment.returnUrl);
    const end = payment.cardEnd ?? "";
    switch (payment.stage) {
      case "card": {
        const form = new CardForm(words, payment, amount, (number) => void this._ask((busy) => form.setBusy(busy), (text) => form.refuse(text), "card", { number }));
        return form.element;
      }
      case "second_step":
        return this._secondStep(words, words.t("pay.step_lead", { amount, end }));
      case "waiting":
        this._lookLater();
        return h("div", { class: "paying", "aria-busy": "true" },
          outcome("clock", words.t("pay.waiting_title"), words.t("pay.waiting_lead"), spinner(), backLink(words, back)));
      case "paid": {
        const again = this._returning;
        this._returning = true;
        if (!again) returnSoon(back);
        return h("div", { class: "paying" },
          outcome("done", words.t("pay.paid_title"), words.t("pay.paid_lead", { amount, end }), h("span", { class: "soft" }, words.t("pay.returning")), backLink(words, back)));
      }
      case "declined":
        return h("div", { class: "paying" }, outcome("stopped", words.t("pay.declined_title"), words.t("pay.nothing_taken"), backLink(words, back, "button")));
      case "cancelled":
        return h("div", { class: "paying" }, outcome("stopped", words.t(this._time.over ? "pay.window_over" : "pay.cancelled_title"), words.t("pay.nothing_taken"), backLink(words, back, "button")));
    }
  }

  /**
   * @param {ReturnType<typeof pageWords>} words
   * @param {string} lead
   */
  _secondStep(words, lead) {
    const fault = h("p", { class: "decline", role: "alert", hidden: true });
    /** @param {boolean} busy */
    const setBusy = (busy) => [yes, no].forEach((button) => (button.disabled = busy));
    /** @param {string} text */
    const refuse = (text) => {
      fault.hidden = text === "";
      fault.textContent = text;
    };
    /** @param {boolean} accepted */
    const answer = (accepted) => void this._ask(setBusy, refuse, "confirmation", { accepted });
    const yes = h("button", { type: "button", class: "button", onclick: () => answer(true) }, words.t("pay.step_yes"));
    const no = h("button", { type: "button", class: "quiet-button", onclick: () => answer(false) }, words.t("pay.step_no"));
    return h("div", { class: "paying" }, outcome("asked", words.t("pay.step_title"), lead, yes, no, fault));
  }

  /**
   * @param {DemoPayment} payment
   * @param {ReturnType<typeof pageWords>} words
   */
  _giveUpButton({ stage, returnUrl }, words) {
    if (stage !== "card" && stage !== "second_step") return null;
    const button = h("button", { type: "button", class: "link-button give-up", onclick: async () => {
      if (await this._ask((busy) => (button.disabled = busy), say, "cancel", {}, true)) location.replace(wayBack(returnUrl));
    } }, words.t("pay.give_up"));
    return button;
  }

  /**
   * Ask the bank for something once, and show what came of it. Where its answer is lost, how it stands is asked for.
   * @param {(busy: boolean) => void} setBusy
   * @param {(text: string) => void} refuse
   * @param {"card" | "confirmation" | "cancel"} what
   * @param {object} body
   * @param {boolean} [leaves] nothing is shown any more when the payment is stopped
   * @returns {Promise<boolean>} whether the payment is stopped
   */
  async _ask(setBusy, refuse, what, body, leaves = false) {
    if (this._busy) return false;
    this._busy = true;
    setBusy(true);
    try {
      /** @type {DemoPayment} */
      const payment = await api.request(`${path}/${what}`, { method: "POST", body, tries: 1, timeoutMs: BANK_MS });
      const stopped = payment.stage === "cancelled";
      if (!(leaves && stopped)) this._show(payment);
      return stopped;
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      if (caught instanceof ApiProblem && caught.code !== "payment_unavailable") {
        setBusy(false);
        refuse(problemText(pageWords(), caught));
      } else this._showLost();
      return false;
    } finally {
      this._busy = false;
    }
  }

  _showLost() {
    const words = pageWords();
    const lost = h("div", { class: "paying", "aria-busy": "true" }, outcome("alert", words.t("pay.lost_title"), words.t("pay.lost_lead"), spinner()));
    this._room(words, /** @type {DemoPayment} */ (this._payment), null, lost);
    say(words.t("pay.lost_title"));
    this._lookLater(2 * LOOK_EVERY_MS);
  }

  /** @param {number} [ms] */
  _lookLater(ms = LOOK_EVERY_MS) {
    clearTimeout(this._looking);
    this._looking = setTimeout(() => void this.look(), ms);
  }
}

const page = new DemoPage();
// A page that comes back out of the browser's memory tells of how things were.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
await page.look();
