/** The seats people want most, as a list and as heat on the map. */

/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Demand } from "./answers.js" */
/** @import { Desk } from "./desk.js" */

import { heatRamp, heatStep } from "../js/drawing/heat.js";
import { fill, h } from "../js/panels/markup.js";
import { DARK, LIGHT } from "../js/theme.js";
import { isDark, onLight } from "./light.js";
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
    this._heat = heatOf([]);
    /** @type {Demand} */
    this._demand = { seats: [] };
    this._list = h("ol", { class: "wanted" });
    this._ramp = h("div", { class: "ramp", "aria-hidden": "true" });
    this._since = h("p", { class: "soft small" });
    this.toggle = h("button", { type: "button", class: "act quiet toggle", "aria-pressed": "false", onclick: () => this._switch() }, sign("heat"), h("span", {}, words.t("operator.heat")));
    this.element = panel(words.t("operator.most_wanted"), { class: "wanted-panel" }, this._list,
      h("div", { class: "ramp-line" }, h("span", {}, words.t("operator.heat_little")), this._ramp, h("span", {}, words.t("operator.heat_much"))), this._since);
    this._light = onLight(() => this.show(this._demand));
  }

  end() {
    this._light.end();
  }

  get _on() {
    return this.toggle.getAttribute("aria-pressed") === "true";
  }

  _switch() {
    this.toggle.setAttribute("aria-pressed", String(!this._on));
    this._onHeat(this._on ? this._heat : null);
  }

  /** @param {Demand} demand */
  show(demand) {
    const { seats, since } = demand;
    const { _words: words } = this;
    const colors = heatRamp(isDark() ? DARK : LIGHT);
    this._demand = demand;
    fill(this._ramp, ...colors.map((color) => colored(color)));
    this._heat = heatOf(seats);
    fill(this._list, ...seats.slice(0, SEATS_SHOWN).map(({ seatId, holds, refusals = 0 }) => {
      const filled = colored(colors[heatStep(this._heat[seatId])]);
      filled.className = "wanted-fill";
      filled.style.width = `${100 * this._heat[seatId]}%`;
      return h("li", {}, h("span", { class: "wanted-seat" }, rowsOf(this._venue, [seatId])[0] ?? seatId), h("span", { class: "wanted-bar", "aria-hidden": "true" }, filled),
        h("span", { class: "wanted-times" }, words.t("operator.wanted_times", { count: holds + refusals })));
    }), seats.length === 0 && h("li", { class: "soft none" }, words.t("operator.none_wanted")));
    this._since.textContent = since && seats.length ? words.t("operator.since", { time: words.date(Date.parse(since), { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }) }) : "";
    if (this._on) this._onHeat(this._heat);
  }
}

/** @param {string} color */
function colored(color) {
  const element = h("span");
  element.style.background = color;
  return element;
}
