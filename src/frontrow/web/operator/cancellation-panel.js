/** An event that is cancelled: the question before, and how far giving everything back has come. */

/** @import { EventSummary } from "../js/wire.js" */
/** @import { Cancellation } from "./answers.js" */
/** @import { Desk } from "./desk.js" */

import { fill, h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { ask } from "./dialog.js";
import { field, panel } from "./panel.js";
import { Refresher } from "./refresher.js";

const LOOK_EVERY_MS = 2_000;

/**
 * Ask, with the event's name to be typed, and cancel it.
 * @param {Desk} desk
 * @param {EventSummary} event
 * @returns {Promise<boolean>} whether it is cancelled now
 */
export function cancelEvent({ api, toasts, words }, event) {
  const typed = h("input", { name: "confirm", autocomplete: "off", spellcheck: "false", required: true });
  const fault = h("p", { class: "form-fault", role: "alert" });
  return ask({
    title: words.t("operator.cancel_event_title", { name: event.name }), yes: words.t("operator.cancel_event_yes"), no: words.t("operator.cancel_event_no"), kind: "danger", wide: true,
    body: [
      h("p", { class: "warn-line" }, words.t("operator.cancel_event_lead")),
      h("p", {}, words.t("operator.cancel_event_sold", { booked: event.counts?.booked ?? 0, held: event.counts?.held ?? 0 })),
      field(words.t("operator.cancel_event_type", { name: event.name }), typed), fault,
    ],
    onYes: async () => {
      if (plain(typed.value) !== plain(event.name)) {
        fault.textContent = words.t("operator.cancel_event_mistyped");
        typed.focus();
        return false;
      }
      try {
        await api.cancelEvent(event.eventId);
        toasts.tell(words.t("operator.cancel_event_done", { name: event.name }), "good");
        return true;
      } catch (caught) {
        fault.textContent = problemText(words, caught, "operator");
        return false;
      }
    },
  });
}

/** @param {string} text */
function plain(text) {
  return text.normalize("NFC").trim().replace(/\s+/g, " ").toLocaleLowerCase();
}

export class CancellationPanel {
  /**
   * @param {Desk} desk
   * @param {string} eventId
   */
  constructor(desk, eventId) {
    const { words } = desk;
    this._words = words;
    this._said = h("p", { class: "cancellation-said", role: "status" }, words.t("operator.loading"));
    this._bar = h("progress", { class: "progress", max: 1, "aria-label": words.t("operator.cancellation") });
    this._figures = h("div", { class: "tiles small-tiles" });
    this.element = panel(words.t("operator.cancellation"), { class: "cancellation" }, this._said, this._bar, this._figures);
    this._refresher = new Refresher(async () => {
      try {
        const now = await desk.api.cancellation(eventId);
        this._show(now);
        if (now.done) this.end();
      } catch (caught) {
        this._said.textContent = problemText(words, caught, "operator");
      }
    }, { everyMs: LOOK_EVERY_MS });
    this._refresher.now();
  }

  end() {
    this._refresher.end();
  }

  /** @param {Cancellation} now */
  _show({ bookings, orders, refunds, done, needsPerson, cancelledAt }) {
    const { _words: words } = this;
    const [part, whole] = progressOf({ bookings, orders, refunds, done });
    this._bar.max = whole;
    this._bar.value = part;
    this._said.textContent = done ? words.t("operator.cancellation_done", { when: words.dateTime(Date.parse(cancelledAt)) })
      : words.t(needsPerson ? "operator.cancellation_stuck" : "operator.cancellation_going");
    this._said.dataset.tone = done ? "good" : needsPerson ? "bad" : "";
    fill(this._figures,
      tile(words.t("operator.bookings_cancelled"), `${words.number(bookings.cancelled)} / ${words.number(bookings.total)}`, ""),
      tile(words.t("operator.orders_open"), words.number(orders.open), orders.needingAttention ? words.t("operator.attention_count", { count: orders.needingAttention }) : ""),
      tile(words.t("operator.refunds_done"), `${words.number(refunds.done)} / ${words.number(refunds.done + refunds.due + refunds.failed)}`, refunds.failed ? words.t("operator.refunds_failed", { count: refunds.failed }) : ""));
  }
}

/**
 * How much is given back, of how much.
 * @param {Pick<Cancellation, "bookings" | "orders" | "refunds" | "done">} now
 * @returns {[number, number]} the whole is 1 or more
 */
export function progressOf({ bookings, orders, refunds, done }) {
  const whole = Math.max(1, bookings.total + orders.open + refunds.done + refunds.due + refunds.failed);
  return done ? [whole, whole] : [bookings.cancelled + refunds.done, whole];
}

/**
 * @param {string} name
 * @param {string} figure
 * @param {string} note
 */
function tile(name, figure, note) {
  return h("div", { class: "tile" }, h("span", { class: "figure-name" }, name), h("strong", { class: "figure" }, figure), h("span", { class: note ? "figure-note warn-note" : "figure-note" }, note));
}
