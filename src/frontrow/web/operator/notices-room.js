/** What was to be told to the integrator's server and to customers: what failed first, and sending it again. */

/** @import { Notice } from "./answers.js" */
/** @import { Desk } from "./desk.js" */

import { fill, h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { button, choiceOf, panel } from "./panel.js";

const PAGE_ROWS = 25;
const STATES = /** @type {const} */ (["failed", "due", "delivered"]);

/** @typedef {typeof STATES[number]} NoticeState */

export class NoticesRoom {
  /** @param {Desk} desk */
  constructor(desk) {
    this._desk = desk;
    const { words } = desk;
    this.title = words.t("operator.notices");
    /** @type {NoticeState} */
    this._state = "failed";
    /** @type {string | null} */
    this._cursor = null;
    /** Counts the looks: an answer to an earlier one is dropped. */
    this._look = 0;
    this._rows = h("tbody", {});
    this._said = h("p", { class: "soft none", role: "status" });
    this._more = button(words.t("operator.show_more"), () => void this._load(), {});
    const head = [words.t("operator.notice_at"), words.t("operator.notice_what"), words.t("operator.notice_to"), words.t("operator.notice_how")];
    const states = choiceOf(words.t("operator.notices_filter"), STATES.map((state) => ({ value: state, text: stateText(words, state) })), this._state, (state) => {
      this._state = state;
      void this._load(true);
    });
    this.element = h("div", { class: "page" }, h("div", { class: "page-head" }, h("div", {}, h("h1", {}, this.title), h("p", { class: "lead" }, words.t("operator.notices_lead")))),
      panel(words.t("operator.notices"), { class: "bookings notices", actions: [states] },
        h("div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": this.title }, h("table", { class: "plain" },
          h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)), h("td", {}))), this._rows)),
        this._said, h("div", { class: "panel-foot" }, this._more)));
    void this._load(true);
  }

  end() {
    this._look += 1;
  }

  /** @param {boolean} [anew] */
  async _load(anew = false) {
    const { api, words } = this._desk;
    const look = ++this._look;
    this._more.disabled = true;
    try {
      const { items, nextCursor } = await api.notices({ state: this._state, cursor: anew ? null : this._cursor, limit: PAGE_ROWS });
      if (look !== this._look) return;
      this._cursor = nextCursor ?? null;
      const rows = items.map((notice) => this._row(notice));
      if (anew) fill(this._rows, ...rows);
      else this._rows.append(...rows);
      this._more.hidden = !this._cursor;
      this._said.textContent = this._rows.children.length ? "" : words.t(this._state === "failed" ? "operator.no_failed_notices" : "operator.no_notices");
    } catch (caught) {
      if (look === this._look) this._said.textContent = problemText(words, caught, "operator");
    } finally {
      this._more.disabled = false;
    }
  }

  /** @param {Notice} notice */
  _row(notice) {
    const { words } = this._desk;
    const { subject } = notice;
    const about = subject.bookingId ?? subject.orderId ?? subject.holdId ?? "";
    const how = [notice.lastError, notice.lastStatus && String(notice.lastStatus), words.t("operator.notice_tries", { count: notice.tries })].filter(Boolean).join(" · ");
    const row = h("tr", {},
      h("td", {}, words.date(Date.parse(notice.createdAt), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }), h("br"), h("code", { class: "soft small", dir: "ltr" }, notice.noticeId)),
      h("th", { scope: "row" }, kindText(words, notice.type), h("br"), h("a", { class: "code-link", href: `#/event/${encodeURIComponent(notice.eventId)}` }, notice.eventId), about && h("code", { class: "soft small about", dir: "ltr" }, about)),
      h("td", {}, notice.channel === "email" ? words.t("operator.channel_email") : words.t("operator.channel_webhook")),
      h("td", {}, h("span", { class: "tag", "data-status": `notice_${notice.state}` }, stateText(words, notice.state)), h("br"), h("span", { class: "soft small" }, how)),
      h("td", { class: "end" }, button(words.t("operator.send_again"), () => void this._send(notice, row), { kind: "link", label: words.t("operator.send_again_of", { what: kindText(words, notice.type) }) })));
    return row;
  }

  /**
   * @param {Notice} notice
   * @param {HTMLElement} row
   */
  async _send(notice, row) {
    const { api, toasts, words } = this._desk;
    try {
      const now = await api.sendNotice(notice.noticeId);
      toasts.tell(words.t("operator.sending_again"), "good");
      if (now.state !== this._state) row.remove();
      if (this._rows.children.length === 0) void this._load(true);
    } catch (caught) {
      toasts.tell(problemText(words, caught, "operator"), "bad");
    }
  }
}

/**
 * @param {import("../js/words/words.js").Words} words
 * @param {NoticeState} state
 */
function stateText(words, state) {
  switch (state) {
    case "failed":
      return words.t("operator.notice_failed");
    case "due":
      return words.t("operator.notice_due");
    default:
      return words.t("operator.notice_delivered");
  }
}

/**
 * @param {import("../js/words/words.js").Words} words
 * @param {Notice["type"]} type
 */
function kindText(words, type) {
  switch (type) {
    case "booking.confirmed":
      return words.t("operator.notice_booking_confirmed");
    case "booking.cancelled":
      return words.t("operator.notice_booking_cancelled");
    case "order.refunded":
      return words.t("operator.notice_order_refunded");
    default:
      return words.t("operator.notice_hold_expired");
  }
}
