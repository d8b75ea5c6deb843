/** `/pay/stripe/{paymentId}`: Stripe's own form for the card, its second steps, and the way back. */

/** @import { Elements, Intent, StripeJs } from "./stripe-js.js" */
/** @import { PaymentSecrets } from "./stripe-secrets.js" */

import { ApiClient, Problem } from "../js/api.js";
import { showAway } from "../js/page/away.js";
import { pageWords } from "../js/page/preferences.js";
import { fill, h } from "../js/panels/markup.js";
import { backLink, bought, drawPayShell, outcome, part, paySign, returnSoon, say, spinner, wayBack } from "./pay-shell.js";
import { TimeLeft } from "./time-left.js";
import { secretsOf } from "./stripe-secrets.js";

/** Stripe wants its script from there and from nowhere else, so that its form is always the present one. */
const STRIPE_JS = "https://js.stripe.com/v3/";
const LOOK_EVERY_MS = 2_000;
/** Errors after which it is known that nothing was taken: the form is not complete, or the card was refused. */
const REFUSALS = new Set(["card_error", "validation_error"]);
/** What of an intent says that the buyer has done everything. */
const GIVEN = new Set(["requires_capture", "succeeded", "processing"]);

const query = new URLSearchParams(location.search);
const paymentId = decodeURIComponent(location.pathname.split("/").pop() ?? "");
const back = wayBack(query.get("returnUrl"));
const api = new ApiClient({ origin: location.origin });

class StripePage {
  /** @param {PaymentSecrets} secrets */
  constructor(secrets) {
    this._secrets = secrets;
    /** @type {StripeJs | null} */
    this._stripe = null;
    /** @type {Elements | null} */
    this._elements = null;
    this._busy = false;
    // Whatever Stripe says then is what the page tells: an order that was not paid in time is stopped there.
    this._time = new TimeLeft(paymentId, api.clock, () => {});
  }

  async open() {
    this._draw(this._words(), h("p", { class: "stripe-wait stripe-form" }, spinner(), this._words().t("pay.form_loading")));
    try {
      await loadStripe();
      this._stripe = /** @type {NonNullable<typeof window.Stripe>} */ (window.Stripe)(this._secrets.key, { locale: this._words().language });
      await this._look();
    } catch {
      this._showFormAway();
    }
  }

  _words() {
    const words = pageWords();
    drawPayShell(words, "Stripe", () => void this.open());
    return words;
  }

  /**
   * @param {ReturnType<typeof pageWords>} words
   * @param {HTMLElement} body
   */
  _draw(words, body) {
    const { amountMinor, currency, description } = this._secrets;
    const amount = currency ? words.money(amountMinor, currency) : "";
    fill(part("main"), h("div", { class: "pay" }, bought(words, { amount, description, note: words.t("pay.secure_note") }, this._time.show(words, true), backLink(words, back, "link-button give-up")),
      h("div", { class: "paying" }, body)));
  }

  /** How the payment stands at Stripe, and what that asks for. */
  async _look() {
    const { paymentIntent, error } = await this._stripeJs.retrievePaymentIntent(this._secrets.secret);
    if (!paymentIntent) throw new Error(error?.message ?? "no payment");
    this._show(paymentIntent);
  }

  get _stripeJs() {
    return /** @type {StripeJs} */ (this._stripe);
  }

  /** @param {Intent} intent */
  _show(intent) {
    const words = this._words();
    if (intent.status === "canceled") {
      return this._draw(words, outcome("stopped", words.t(this._time.over ? "pay.window_over" : "pay.cancelled_title"), words.t("pay.nothing_taken"), backLink(words, back, "button")));
    }
    if (GIVEN.has(intent.status)) return this._showGiven(words, intent.status === "processing");
    this._showForm(words, intent.last_payment_error ? (intent.last_payment_error.message ?? words.t("pay.card_refused")) : "");
  }

  /**
   * The buyer has done everything.
   * @param {ReturnType<typeof pageWords>} words
   * @param {boolean} waits whether the bank has still to do its part
   */
  _showGiven(words, waits) {
    const { amountMinor, currency } = this._secrets;
    const title = words.t(waits ? "pay.waiting_title" : "pay.paid_title");
    const paid = currency && !waits ? words.t("pay.paid_plain", { amount: words.money(amountMinor, currency) }) : "";
    this._draw(words, outcome(waits ? "clock" : "done", title, paid, h("span", { class: "soft" }, words.t("pay.returning")), backLink(words, back)));
    say(title);
    returnSoon(back);
  }

  /**
   * @param {ReturnType<typeof pageWords>} words
   * @param {string} refused why the last attempt came to nothing
   */
  _showForm(words, refused) {
    const { amountMinor, currency } = this._secrets;
    const place = h("div", { id: "payment-element" });
    const fault = h("div", { class: "decline", role: "alert", hidden: true });
    const button = h("button", { type: "submit", class: "button pay-button", disabled: true });
    /** @param {string} text */
    const refuse = (text) => {
      fault.hidden = text === "";
      fill(fault, text && paySign("alert"), text && h("span", {}, text));
    };
    /** @param {boolean} busy */
    const setBusy = (busy) => {
      button.disabled = busy;
      const amount = currency ? words.money(amountMinor, currency) : "";
      fill(button, ...(busy ? [spinner(), words.t("pay.paying")] : [paySign("lock", 18), words.t("pay.pay", { amount })]));
    };
    const form = h("form", { class: "stripe-form", novalidate: true, onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      void this._pay(setBusy, refuse);
    } }, h("h1", { tabindex: -1 }, words.t("pay.title")), place, fault, button);
    setBusy(false);
    button.disabled = true;
    this._draw(words, form);
    refuse(refused);
    this._elements = this._stripeJs.elements({ clientSecret: this._secrets.secret, appearance: appearance(), locale: words.language });
    const element = this._elements.create("payment", { layout: "tabs" });
    element.on("ready", () => (button.disabled = this._busy));
    element.on("loaderror", () => this._showFormAway());
    element.mount(place);
  }

  /**
   * @param {(busy: boolean) => void} setBusy
   * @param {(text: string) => void} refuse
   */
  async _pay(setBusy, refuse) {
    if (this._busy || this._elements === null) return;
    this._busy = true;
    setBusy(true);
    refuse("");
    const words = pageWords();
    try {
      // Second steps open above the page; banks that want a page of their own are led to, and lead back here.
      const confirmParams = { return_url: location.origin + location.pathname + location.search };
      const { paymentIntent, error } = await this._stripeJs.confirmPayment({ elements: this._elements, redirect: "if_required", confirmParams });
      if (paymentIntent) return this._show(paymentIntent);
      if (!REFUSALS.has(error?.type ?? "")) return this._showLost(words);
      refuse(error?.message ?? words.t("pay.card_refused"));
      setBusy(false);
    } catch {
      this._showLost(words);
    } finally {
      this._busy = false;
    }
  }

  /** Whether it was taken is not known: Stripe is asked until it says so. @param {ReturnType<typeof pageWords>} words */
  _showLost(words) {
    const lost = outcome("alert", words.t("pay.lost_title"), words.t("pay.lost_lead"), spinner());
    this._draw(words, lost);
    say(words.t("pay.lost_title"));
    const again = () => void this._look().catch(() => lost.isConnected && setTimeout(again, LOOK_EVERY_MS));
    setTimeout(again, LOOK_EVERY_MS);
  }

  _showFormAway() {
    const words = this._words();
    const again = h("button", { type: "button", class: "button", onclick: () => location.reload() }, words.t("page.try_again"));
    this._draw(words, outcome("alert", words.t("pay.form_away"), words.t("pay.form_away_hint"), again));
  }
}

/** Stripe.js, once it is there. @returns {Promise<void>} */
function loadStripe() {
  return new Promise((resolve, reject) => {
    if (window.Stripe) return resolve();
    document.head.append(h("script", { src: STRIPE_JS, onload: () => resolve(), onerror: () => reject(new Error("Stripe.js did not load")) }));
  });
}

/** The page's look for Stripe's form, which is a page within the page and knows nothing of it. */
function appearance() {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    theme: style.colorScheme === "dark" ? "night" : "stripe",
    variables: {
      colorPrimary: color("focus"), colorBackground: color("surface"), colorText: color("ink"), colorTextSecondary: color("soft"), colorDanger: color("danger"),
      borderRadius: "12px", fontSizeBase: "16px", spacingUnit: "4px",
    },
  };
}

async function open() {
  const words = pageWords();
  drawPayShell(words, "Stripe", () => void open());
  try {
    const secrets = await secretsOf(paymentId, query.get("order"), api);
    if (secrets) return await new StripePage(secrets).open();
    fill(part("main"), outcome("search", words.t("pay.unknown_title"), words.t("pay.unknown_hint"), backLink(words, back)));
  } catch (caught) {
    if (!(caught instanceof Problem)) throw caught;
    showAway(part("main"), words, caught, () => void open());
  }
}

// A page that comes back out of the browser's memory tells of how things were.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
await open();
