/** The question before seats are given back, and the giving back. */

/** @import { ApiClient } from "../api.js" */
/** @import { Booking, EventSummary } from "../wire.js" */
/** @import { Words } from "../words/words.js" */
/** @import { CancelChoice } from "./seat-lines.js" */

import { Problem } from "../api.js";
import { standingSeatIds } from "../api/standing-seats.js";
import { fill, h } from "../panels/markup.js";
import { charged, keptMinor } from "../sale/charges.js";
import { problemText } from "../words/problem-words.js";

/**
 * Ask which seats of a booking to cancel, and cancel them.
 * @param {object} asked
 * @param {ApiClient} asked.api
 * @param {Words} asked.words
 * @param {Booking} asked.booking
 * @param {string} asked.eventName
 * @param {EventSummary | null} asked.event null where it is gone
 * @param {readonly CancelChoice[]} [asked.choices] without a choice of two or more it is all or nothing
 * @returns {Promise<Booking | null>} the booking as it is then; null where it was kept
 */
export function askToCancel({ api, words, booking, eventName, event, choices = [] }) {
  const standing = standingSeatIds(booking);
  const whole = choices.length < 2;
  const boxes = whole ? [] : choices.map((choice) => h("input", { type: "checkbox", value: choice.seatIds.join(" "), onchange: () => reflect() }));
  const all = h("input", { type: "checkbox", onchange: () => {
    for (const box of boxes) box.checked = all.checked;
    reflect();
  } });
  const fault = h("p", { class: "fault", role: "alert" });
  const keeps = event?.charges?.some(({ kind, refundable }) => kind !== "included_share" && refundable === false) ?? true;
  const back = h("p", { class: "soft", "aria-live": "polite" });
  /** @type {((seatIds: readonly string[]) => number) | null} minor units that go back with them, once it is known */
  let refundOf = null;
  const keep = h("button", { type: "button", class: "quiet-button", onclick: () => dialog.close() }, words.t("page.cancel_keep"));
  const confirm = h("button", { type: "submit", class: "danger-button" });
  const form = h("form", { method: "dialog", onsubmit: (/** @type {Event} */ submitted) => {
    submitted.preventDefault();
    void cancel();
  } },
    h("h2", { id: "cancel-title" }, words.t(whole ? "page.cancel_whole_title" : "page.cancel_title")),
    h("p", { id: "cancel-hint" }, whole ? words.t("page.cancel_whole_hint", { count: standing.length, event: eventName }) : words.t("page.cancel_hint")),
    !whole && h("fieldset", { class: "cancel-choices" }, h("legend", { class: "unseen" }, words.t("page.cancel_title")),
      h("label", { class: "cancel-all" }, all, h("span", {}, words.t("page.cancel_all"))),
      ...choices.map((choice, index) => h("label", {}, boxes[index], h("span", {}, choice.text), h("span", { class: "soft" }, choice.place)))),
    booking.orderId !== undefined && back,
    choices.some(({ seatIds }) => seatIds.length > 1) && h("p", { class: "soft" }, words.t("page.cancel_table_whole")),
    fault,
    h("div", { class: "dialog-buttons" }, keep, confirm));
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "cancel-title", "aria-describedby": "cancel-hint" }, form);
  /** @type {Booking | null} */
  let answer = null;

  function chosen() {
    return whole ? standing : choices.filter((_, index) => boxes[index].checked).flatMap(({ seatIds }) => seatIds);
  }

  function reflect() {
    const count = chosen().length;
    all.checked = count === standing.length;
    all.indeterminate = count > 0 && count < standing.length;
    confirm.textContent = whole ? words.t("page.cancel_booking") : count ? words.t("page.cancel_confirm", { count }) : words.t("page.booking_cancel");
    const amount = refundOf?.(chosen());
    back.textContent = amount !== undefined && count > 0
      ? words.t(keeps ? "page.cancel_refund_kept" : "page.cancel_refund", { amount: words.money(amount, booking.total.currency) })
      : words.t(keeps ? "page.cancel_refund_hint" : "page.cancel_refund_all");
    fill(fault);
  }

  async function cancel() {
    const seatIds = chosen();
    if (seatIds.length === 0) return fill(fault, words.t("page.cancel_none"));
    fill(fault);
    form.toggleAttribute("inert", true);
    confirm.toggleAttribute("data-busy", true);
    try {
      answer = await api.cancel(booking.bookingId, seatIds);
      dialog.close();
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      form.toggleAttribute("inert", false);
      confirm.toggleAttribute("data-busy", false);
      fill(fault, problemText(words, caught));
      confirm.focus();
    }
  }

  reflect();
  document.body.append(dialog);
  dialog.showModal();
  keep.focus();
  void refundsOf(api, booking, event).then((known) => {
    refundOf = known;
    reflect();
  });
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    }, { once: true });
  });
}

/**
 * What would go back for seats of a booking, as the server reckons it: from its order's prices and the event's charges.
 * @param {ApiClient} api
 * @param {Booking} booking
 * @param {EventSummary | null} event
 * @returns {Promise<((seatIds: readonly string[]) => number) | null>} null where it can't be known: the charges may be others by now
 */
async function refundsOf(api, booking, event) {
  if (booking.orderId === undefined || event === null) return null;
  try {
    const { lines, total } = await api.order(booking.orderId);
    const charges = event.charges ?? [];
    const prices = new Map(lines.flatMap(({ seatId, amount }) => (seatId === undefined ? [] : [[seatId, amount.amountMinor]])));
    const all = [...prices.values()];
    const now = charged(all, charges);
    const then = lines.filter(({ kind }) => kind !== "seat");
    if (now.totalMinor !== total.amountMinor || now.lines.some(({ label, minor }, at) => label !== then[at]?.label || minor !== then[at].amount.amountMinor)) return null;
    /** @param {readonly string[]} seatIds */
    const keptOf = (seatIds) => keptMinor(all, charges, seatIds.map((seatId) => prices.get(seatId) ?? 0));
    const standing = standingSeatIds(booking);
    return (seatIds) => keptOf(standing) - keptOf(standing.filter((seatId) => !seatIds.includes(seatId)));
  } catch (caught) {
    if (!(caught instanceof Problem)) throw caught;
    return null;
  }
}
