/** The live map with the tools that act on what is selected. */

/** @import { SeatState } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Desk } from "./desk.js" */

import "../js/define.js";
import { dress } from "../js/page/preferences.js";
import { h } from "../js/panels/markup.js";
import { panel } from "./panel.js";
import { SeatTools } from "./seat-tools.js";
import { sign } from "./signs.js";

/** @typedef {HTMLElement & { selected: string[], heat: Record<string, number> | null, drawsRectangles: boolean }} SelectMap `<seat-map mode="select">` */

export class MapPanel {
  /**
   * @param {Desk} desk
   * @param {object} options
   * @param {string} options.eventId
   * @param {Venue} options.venue
   * @param {(seatId: string) => SeatState | null} options.stateOf
   * @param {() => void} options.onDone
   * @param {(seatIds: readonly string[]) => Promise<unknown>} options.onSell
   */
  constructor(desk, { eventId, venue, stateOf, onDone, onSell }) {
    const { words } = desk;
    this._map = /** @type {SelectMap} */ (/** @type {unknown} */ (h(/** @type {"div"} */ ("seat-map"), { event: eventId, mode: "select" })));
    dress(this._map);
    this._map.addEventListener("selection-changed", (happened) => {
      this._tools.select(/** @type {CustomEvent<{ seatIds: string[] }>} */ (happened).detail.seatIds);
    });
    this._tools = new SeatTools(desk, { eventId, venue, stateOf, onDone, onSell, onSelect: (seatIds) => this.select(seatIds) });
    const box = h("button", { type: "button", class: "act quiet toggle box-toggle", "aria-pressed": "false", onclick: () => {
      this._map.drawsRectangles = !this._map.drawsRectangles;
      box.setAttribute("aria-pressed", String(this._map.drawsRectangles));
    } }, sign("box"), h("span", {}, words.t("operator.select_box")));
    this._toolbar = h("div", { class: "map-tools" }, this._tools.picker, box);
    this.element = panel(words.t("operator.map"), { class: "map-panel", actions: [this._toolbar] }, this._map, this._tools.element);
  }

  end() {
    this._map.remove();
  }

  /** @param {HTMLElement} tool */
  addTool(tool) {
    this._toolbar.append(tool);
  }

  /**
   * @param {readonly string[]} seatIds
   * @param {boolean} [look] bring the map into view
   */
  select(seatIds, look = false) {
    this._map.selected = [...seatIds];
    this._tools.select(seatIds);
    if (look) this.element.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  /** @param {Record<string, number> | null} heat */
  showHeat(heat) {
    this._map.heat = heat;
  }

  /** The seats' states have changed. */
  reflect() {
    this._tools.reflect();
  }
}
