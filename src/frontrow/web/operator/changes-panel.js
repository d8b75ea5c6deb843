/** What just happened at the sale, newest on top. */

/** @import { SeatState } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { LoggedChange } from "./change-log.js" */
/** @import { Desk } from "./desk.js" */

import { stateSign } from "../js/panels/icons.js";
import { fill, h } from "../js/panels/markup.js";
import { ChangeLog } from "./change-log.js";
import { panel } from "./panel.js";
import { rowsText } from "./seat-names.js";

export class ChangesPanel {
  /**
   * @param {Desk} desk
   * @param {Venue} venue
   */
  constructor({ words }, venue) {
    this._words = words;
    this._venue = venue;
    this._log = new ChangeLog();
    this._list = h("ol", { class: "changes", tabindex: 0, "aria-label": words.t("operator.recent_changes") });
    this.element = panel(words.t("operator.recent_changes"), { class: "changes-panel" }, this._list);
    this._show();
  }

  /** @param {readonly import("./answers.js").RecentChange[]} items newest first */
  tell(items) {
    if (this._log.tell(items)) this._show();
  }

  /**
   * @param {number} atMs
   * @param {Partial<Record<SeatState, readonly string[]>>} seats
   */
  hear(atMs, seats) {
    this._log.hear(atMs, seats);
    this._show();
  }

  _show() {
    const { changes } = this._log;
    fill(this._list, ...(changes.length ? changes.map((change) => this._row(change)) : [h("li", { class: "soft none" }, this._words.t("operator.no_changes"))]));
  }

  /** @param {LoggedChange} change */
  _row({ atMs, seatIds, state, cause, fresh }) {
    const { _words: words } = this;
    const { text, more } = rowsText(this._venue, seatIds);
    return h("li", { class: fresh ? "change fresh" : "change", "data-state": state },
      stateSign(state),
      h("span", { class: "change-what" }, h("strong", {}, causeText(words, cause, state)), h("span", { class: "change-seats" }, more ? words.t("operator.and_rows", { rows: text, count: more }) : text)),
      h("span", { class: "change-count" }, seatIds.length > 1 ? `×${words.number(seatIds.length)}` : ""),
      h("time", { datetime: new Date(atMs).toISOString() }, words.date(atMs, { hour: "2-digit", minute: "2-digit", second: "2-digit" })));
  }
}

/**
 * @param {import("../js/words/words.js").Words} words
 * @param {string | null} cause
 * @param {SeatState} state
 */
function causeText(words, cause, state) {
  switch (cause) {
    case "expired":
      return words.t("operator.cause_expired");
    case "released":
      return words.t("operator.cause_released");
    case "cancelled":
      return words.t("operator.cause_cancelled");
    case "unblocked":
      return words.t("operator.cause_unblocked");
    case "claimed":
      return words.t("operator.cause_claimed");
    default:
  }
  switch (state) {
    case "held":
      return words.t("operator.cause_held");
    case "booked":
      return words.t("operator.cause_booked");
    case "blocked":
      return words.t("operator.cause_blocked");
    default:
      return words.t("operator.cause_available");
  }
}
