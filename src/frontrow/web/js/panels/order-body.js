/**
 * What the panel shows of an order: its lines with fees and taxes while it is to be paid, what is waited for, or how it
 * ended. It shows what it is given and says what was pressed.
 */

/** @import { OrderPhase } from "../sale/order-phases.js" */
/** @import { Words } from "../words/words.js" */
/** @import { Child } from "./markup.js" */

import { icon } from "./icons.js";
import { h, swatch } from "./markup.js";

/**
 * @typedef {object} OrderSeatLine
 * @property {string} key
 * @property {number[]} seats layout indexes; several for a whole table
 * @property {string} color
 * @property {string} place
 * @property {string} spot
 * @property {string} price
 */

/** @typedef {{ label: string, price: string, included: boolean }} OrderChargeLine `included`: part of the prices above */

/**
 * @typedef {object} OrderView
 * @property {OrderPhase} phase
 * @property {string} orderId
 * @property {readonly OrderSeatLine[]} lines
 * @property {readonly OrderChargeLine[]} charges
 * @property {number} seatCount
 * @property {string} total
 * @property {boolean} free nothing is to be paid
 * @property {string} customer
 * @property {string} reason why the last attempt was declined, in a sentence; "" where none was, or none is known
 * @property {string} fault what came of the last press; "" where nothing is wrong
 * @property {import("../wire.js").Refund["reason"] | null} refundReason
 * @property {string} refunded what goes back; "" for nothing
 * @property {"paying" | "leaving" | "giving_up" | null} doing
 * @property {boolean} mayGiveUp
 */

/**
 * @typedef {object} OrderListener
 * @property {() => void} onPay start paying, or go on
 * @property {() => void} onGiveUp asks first
 * @property {(seats: number[]) => void} onLookAt
 * @property {() => void} onAgain take the same seats again
 * @property {() => void} onSeen how it ended was read
 */

/**
 * @param {Words} words
 * @param {OrderView} view
 * @param {OrderListener} listener
 * @returns {HTMLElement}
 */
export function orderBody(words, view, listener) {
  switch (view.phase) {
    case "payable":
    case "declined":
    case "waiting":
      return toPay(words, view, listener);
    case "processing":
      return inProcess(words, view, listener);
    case "booked":
      return ending(words, "", words.t("map.order_processing_title"), [words.t("map.order_processing_text")]);
    case "giving_up":
      return ending(words, "", words.t("map.order_giving_up_title"), [words.t("map.order_giving_up_text")]);
    case "expired":
      return ending(words, "clock", words.t("map.order_expired_title"), [words.t("map.order_expired_text")],
        again(words, view, listener), seen(words, listener));
    case "given_up":
      return ending(words, "seat", words.t("map.order_given_up_title"), [words.t("map.order_given_up_text")], again(words, view, listener), seen(words, listener));
    case "refunding":
    case "refunded":
      return ending(words, "repeat", words.t("map.order_refund_title"), refundTexts(words, view), seen(words, listener));
    case "attention":
      return ending(words, "alert", words.t("map.order_attention_title"), [words.t("map.order_attention_text"), code(words, view)], seen(words, listener));
  }
}

/**
 * What the main button says while an order is to be paid.
 * @param {Words} words
 * @param {OrderView} view
 */
export function payText(words, { phase, total, free, doing }) {
  if (doing === "leaving") return words.t("map.order_leaving");
  if (doing === "paying") return words.t("map.order_paying");
  if (phase === "waiting") return words.t("map.order_go_on");
  if (phase === "declined") return words.t("map.order_another_card", { total });
  return words.t(free ? "map.book" : "map.order_pay", { total });
}

/** @param {Words} words @param {OrderView} view @param {OrderListener} listener */
function toPay(words, view, listener) {
  return h("div", { class: "order" }, said(words, view), ...bought(words, view, listener), giveUp(words, view, listener));
}

/** The gateway, or the server, is at it. @param {Words} words @param {OrderView} view @param {OrderListener} listener */
function inProcess(words, view, listener) {
  return h("div", { class: "order" },
    h("div", { class: "form-note in-process" }, h("span", { class: "spinner small", role: "img", "aria-label": words.t("map.order_wait") }),
      h("div", {}, h("h3", { tabindex: -1 }, words.t("map.order_processing_title")), h("p", {}, words.t("map.order_processing_text")))),
    view.fault && h("div", { class: "form-fault", role: "alert" }, icon("alert", 18), h("span", {}, view.fault)),
    ...bought(words, view, listener), view.mayGiveUp && giveUp(words, view, listener));
}

/** @param {Words} words @param {OrderView} view @param {OrderListener} listener */
function bought(words, { lines, charges, customer }, listener) {
  return [
    h("ul", { class: "lines" }, ...lines.map(({ key, seats, color, place, spot, price }) =>
      h("li", { class: "line" },
        h("button", { type: "button", class: "line-main", "data-key": `look-${key}`, "aria-label": words.t("map.line_label", { seat: spot, place, price }), onclick: () => listener.onLookAt(seats) },
          swatch(color), h("span", { class: "line-text" }, h("span", { class: "line-spot" }, spot), " ", h("span", { class: "soft" }, place))),
        h("span", { class: "line-price" }, price))),
      ...chargeLines(words, charges)),
    h("p", { class: "soft order-for" }, words.t("map.order_for", { customer })),
  ];
}

/**
 * Fees and taxes, as lines below the seats.
 * @param {Words} words
 * @param {readonly OrderChargeLine[]} charges
 */
export function chargeLines(words, charges) {
  return charges.map(({ label, price, included }) =>
    h("li", { class: included ? "line charge included" : "line charge" }, h("span", { dir: "auto" }, included ? words.t("map.order_included", { name: label }) : label), h("span", { class: "line-price" }, price)));
}

/** @param {Words} words @param {OrderView} view @param {OrderListener} listener */
function giveUp(words, { doing }, listener) {
  const busy = doing !== null;
  return h("button", { type: "button", class: "link give-up", "data-key": "give-up", "aria-haspopup": "dialog", "aria-disabled": String(busy), onclick: () => busy || listener.onGiveUp() },
    words.t(doing === "giving_up" ? "map.order_giving_up" : "map.order_give_up"));
}

/** What is to be known before paying. @param {Words} words @param {OrderView} view */
function said(words, { phase, reason, fault, free }) {
  if (fault) return h("div", { class: "form-fault", role: "alert" }, icon("alert", 18), h("span", {}, fault));
  if (phase === "declined") {
    return h("div", { class: "form-fault", role: "alert" }, icon("alert", 18), h("span", {}, h("strong", {}, words.t("map.order_declined")), " ", reason, reason && " ", words.t("map.order_declined_hint")));
  }
  if (phase === "waiting") return h("div", { class: "form-note" }, icon("clock", 18), h("span", {}, words.t("map.order_waiting")));
  return h("p", { class: "form-lead" }, words.t(free ? "map.order_lead_free" : "map.order_lead"));
}

/**
 * @param {Words} words
 * @param {string} sign "" for what is being waited for
 * @param {string} title
 * @param {readonly (string | HTMLElement)[]} texts
 * @param {...Child} acts
 */
function ending(words, sign, title, texts, ...acts) {
  const shown = sign ? h("span", { class: sign === "seat" ? "blank-sign" : "blank-sign warn" }, icon(sign, 30)) : h("span", { class: "spinner", role: "img", "aria-label": words.t("map.order_wait") });
  return h("div", { class: "blank order-end" }, shown, h("h3", { tabindex: -1 }, title),
    ...texts.map((text) => (typeof text === "string" ? h("p", {}, text) : text)), ...acts);
}

/** @param {Words} words @param {OrderView} view */
function refundTexts(words, view) {
  const { phase, refundReason, refunded } = view;
  const why = refundReason === "event_cancelled" ? words.t("map.order_refund_event") : refundReason === "given_up" ? words.t("map.order_refund_given_up")
    : refundReason === "paid_late" ? words.t("map.order_refund_late") : "";
  const money = refunded && words.t(phase === "refunded" ? "map.order_refunded" : "map.order_refunding", { amount: refunded });
  return [...[why, money].filter(Boolean), code(words, view)];
}

/** What to name to the box office. @param {Words} words @param {OrderView} view */
function code(words, { orderId }) {
  return h("p", { class: "order-code" }, words.t("map.order_code"), " ", h("code", { dir: "ltr" }, orderId));
}

/** @param {Words} words @param {OrderView} view @param {OrderListener} listener */
function again(words, { seatCount }, listener) {
  return h("button", { type: "button", class: "quiet", "data-key": "again", onclick: listener.onAgain }, icon("repeat", 18), words.t("map.try_again_seats", { count: seatCount }));
}

/** @param {Words} words @param {OrderListener} listener */
function seen(words, listener) {
  return h("button", { type: "button", class: "quiet", "data-key": "seen", onclick: listener.onSeen }, words.t("map.back_to_map"));
}
