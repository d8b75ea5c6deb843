/** The seats people want most, as a list and as heat on the map. */

/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Demand } from "./answers.js" */
/** @import { Desk } from "./desk.js" */

import { fill, h } from "../js/panels/markup.js";
import { panel } from "./panel.js";
import { rowsOf } from "./seat-names.js";
import { heatOf } from "./selection.js";
import { sign } from "./signs.js";

const SEATS_SHOWN = 5;

export class WantedPanel {
  /**
   * @param {Desk} desk
   * @param {Venue} venue
   * @param {(heat: Record<string, number> | null) => void} onHeat
   */
  constructor({ words }, venue, onHeat) {
    this._words = words;
    this._venue = venue;
    this._onHeat = onHeat;
    /** @type {Record<string, number>} */
    this._heat = {};
    this._list = h("ol", { class: "wanted" });
    this._since = h("p", { class: "soft small" });
    this.toggle = h("button", { type: "button", class: "act quiet toggle", "aria-pressed": "false", onclick: () => this._switch() }, sign("heat"), h("span", {}, words.t("operator.heat")));
    this.element = panel(words.t("operator.most_wanted"), { class: "wanted-panel" }, this._list, this._since);
  }

  get _on() {
    return this.toggle.getAttribute("aria-pressed") === "true";
  }

  _switch() {
    this.toggle.setAttribute("aria-pressed", String(!this._on));
    this._onHeat(this._on ? this._heat : null);
  }

  /** @param {Demand} demand */
  show({ seats, since }) {
    const { _words: words } = this;
    this._heat = heatOf(seats);
    fill(this._list, ...seats.slice(0, SEATS_SHOWN).map(({ seatId, holds, refusals = 0 }) => {
      const filled = h("span", { class: "wanted-fill" });
      filled.style.width = `${100 * this._heat[seatId]}%`;
      return h("li", {}, h("span", { class: "wanted-seat" }, rowsOf(this._venue, [seatId])[0] ?? seatId), h("span", { class: "wanted-bar", "aria-hidden": "true" }, filled),
        h("span", { class: "wanted-times" }, words.t("operator.wanted_times", { count: holds + refusals })));
    }), seats.length === 0 && h("li", { class: "soft none" }, words.t("operator.none_wanted")));
    this._since.textContent = since && seats.length ? words.t("operator.since", { time: words.date(Date.parse(since), { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }) }) : "";
    if (this._on) this._onHeat(this._heat);
  }
}
