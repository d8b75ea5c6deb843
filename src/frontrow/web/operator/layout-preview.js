/** A drawing as buyers will see it, before it is anybody's: to pan, zoom and look at; no seat of it can be taken yet. */

/** @import { Scene } from "../js/drawing/scene.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Words } from "../js/words/words.js" */

import { MapView } from "../js/drawing/map-view.js";
import { categoryColors } from "../js/drawing/palette.js";
import { SeatPaths } from "../js/drawing/seat-paths.js";
import { icon } from "../js/panels/icons.js";
import { h } from "../js/panels/markup.js";
import { DARK, LIGHT } from "../js/theme.js";
import { AVAILABLE } from "../js/venue/seat-states.js";
import { isDark, onLight } from "./light.js";

const PAN_PX = 60;

export class LayoutPreview {
  /**
   * @param {Words} words
   * @param {Venue} venue
   */
  constructor(words, venue) {
    const canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": words.t("operator.preview_of", { name: venue.name, count: venue.seatCount }) });
    const states = new Uint8Array(venue.seatCount).fill(AVAILABLE);
    /** @type {Scene} */
    this._scene = {
      venue, states, words, theme: LIGHT, categoryColors: [], mine: new Map(), flashes: new Map(), heat: null, selected: new Set(),
      paths: new SeatPaths(venue, () => AVAILABLE), hovered: -1, focused: -1, hoveredSection: null, hoveredTable: null, category: -1,
      sales: venue.sections.map(({ seats }) => ({ available: seats.length, held: 0, booked: 0, total: seats.length, fromMinor: null })),
      priceText: () => "", fontFamily: "system-ui, sans-serif", still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    };
    this._view = new MapView(canvas, this._scene, {
      onTap: (target) => {
        if (target.kind === "section") this._view.flyToBox(target.section.box, 11);
        else if (target.kind === "place") this._view.flyToPlace(target.at);
      },
      onHover: (target) => {
        this._scene.hoveredSection = target?.kind === "section" ? target.section : null;
        this._view.invalidate();
      },
      onMove: () => undefined,
    });
    this._view.setInsets({ top: 16, right: 16, bottom: 16, left: 16 });
    canvas.addEventListener("keydown", (happened) => this._key(happened));
    /** @param {string} sign @param {string} label @param {() => void} act */
    const control = (sign, label, act) => h("button", { type: "button", class: "control", "aria-label": label, onclick: act }, icon(sign));
    this.element = h("div", { class: "preview" }, canvas, h("div", { class: "zoom" },
      control("plus", words.t("operator.zoom_in"), () => this._view.step(1)), control("minus", words.t("operator.zoom_out"), () => this._view.step(-1)), control("fit", words.t("operator.zoom_fit"), () => this._view.fit())));
    this._light = onLight(() => this._paint());
    this._paint();
  }

  end() {
    this._light.end();
    this._view.end();
  }

  _paint() {
    const theme = isDark() ? DARK : LIGHT;
    Object.assign(this._scene, { theme, categoryColors: categoryColors(this._scene.venue.categories, theme) });
    this._view.invalidate();
  }

  /** @param {KeyboardEvent} happened */
  _key(happened) {
    const { key } = happened;
    if (key === "+" || key === "=") this._view.step(1);
    else if (key === "-") this._view.step(-1);
    else if (key === "0") this._view.fit();
    else if (key === "ArrowLeft") this._view.pan(PAN_PX, 0);
    else if (key === "ArrowRight") this._view.pan(-PAN_PX, 0);
    else if (key === "ArrowUp") this._view.pan(0, PAN_PX);
    else if (key === "ArrowDown") this._view.pan(0, -PAN_PX);
    else return;
    happened.preventDefault();
  }
}
