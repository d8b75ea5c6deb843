/** What is pointed at on the map, by a mouse, a finger or the keyboard, and the card that says what it is. */

/** @import { Point } from "./wire.js" */
/** @import { MapView, Target } from "./drawing/map-view.js" */
/** @import { Scene } from "./drawing/scene.js" */
/** @import { LiveSale } from "./sale/live-sale.js" */

import { closeness } from "./drawing/scene.js";
import { seatCard, sectionCard, tableCard } from "./panels/cards.js";
import { Tooltip } from "./panels/tooltip.js";

const TOUCH_CARD_MS = 2_600;

export class Pointing {
  /**
   * @param {object} options
   * @param {LiveSale} options.sale
   * @param {Scene} options.scene
   * @param {HTMLCanvasElement} options.canvas
   * @param {(seat: number) => boolean} options.choosable
   */
  constructor({ sale, scene, canvas, choosable }) {
    this._sale = sale;
    this._scene = scene;
    this._canvas = canvas;
    this._choosable = choosable;
    /** @type {MapView | null} set when the view is there */
    this.view = null;
    this._tooltip = new Tooltip();
    this.element = this._tooltip.element;
    /** @type {{ target: Target, at: Point } | null} */
    this._pointed = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._ends = undefined;
  }

  end() {
    clearTimeout(this._ends);
  }

  /** @param {Target | null} target @param {Point | null} at */
  hover(target, at) {
    this._point(target && target.kind !== "nothing" ? target : null, at ?? { x: 0, y: 0 });
  }

  /** A finger rested on it: the card stays a while. @param {Target} target @param {Point} at */
  touch(target, at) {
    clearTimeout(this._ends);
    this._point(target.kind === "seat" || target.kind === "table" ? target : null, at);
    this._ends = setTimeout(() => this._point(null, at), TOUCH_CARD_MS);
  }

  /** The keyboard is on this seat; on none with -1. @param {number} seat */
  focus(seat) {
    this._pointed = seat < 0 ? null : { target: { kind: "seat", seat }, at: { x: 0, y: 0 } };
    this.reflect();
  }

  /** Put the card away without another step of whoever reads it. @returns {boolean} whether there was one */
  dismiss() {
    const shown = !this.element.hidden;
    this._pointed = null;
    this._tooltip.hide();
    return shown;
  }

  /** The states or the camera have changed. */
  reflect() {
    if (!this._pointed) {
      this._tooltip.hide();
      return;
    }
    const { target, at } = this._pointed;
    // What was a block under the pointer may be seats by now, and the other way round.
    const single = closeness(this._sale.venue, this._scale) >= 0.6;
    if (single === (target.kind === "section") && this._scene.focused < 0) this._point(null, at);
    else this._describe(target, at);
  }

  get _scale() {
    return this.view?.camera.pose.scale ?? 1;
  }

  /**
   * @param {Target | null} target
   * @param {Point} at
   */
  _point(target, at) {
    this._pointed = target && { target, at };
    const { venue } = this._sale;
    const seat = target?.kind === "seat" ? target.seat : -1;
    const table = target?.kind === "table" ? target.table : seat >= 0 ? venue.tableOf(seat) : undefined;
    const wholly = table && (target?.kind === "table" || table.wholeOnly);
    Object.assign(this._scene, {
      hovered: seat, hoveredTable: wholly ? table.item.id : null,
      hoveredSection: target?.kind === "section" ? target.section : null,
    });
    this._canvas.dataset.over = !target ? "" : target.kind !== "seat" || this._choosable(target.seat) ? "choice" : "taken";
    if (target) this._describe(target, at);
    else this._tooltip.hide();
    this.view?.invalidate();
  }

  /**
   * @param {Target} target
   * @param {Point} at
   */
  _describe(target, at) {
    const { _sale: sale, _scene: scene, view } = this;
    if (!view) return;
    const { venue } = sale;
    const { words, priceText, categoryColors } = scene;
    if (target.kind === "seat") {
      const { seat } = target;
      const middle = view.camera.toView({ x: venue.xs[seat], y: venue.ys[seat] });
      this._tooltip.show(seatCard(words, sale, seat, categoryColors[venue.categoryOf[seat]], priceText), middle, venue.radii[seat] * this._scale);
    } else if (target.kind === "table") {
      const { item, box } = target.table;
      this._tooltip.show(tableCard(words, sale, target.table, priceText), view.camera.toView(item.pos), ((box.y1 - box.y0) / 2) * this._scale);
    } else if (target.kind === "section") {
      const { section } = target;
      const sold = scene.sales[venue.sections.indexOf(section)];
      this._tooltip.show(sectionCard(words, section, sold, categoryColors[section.category], venue.categories[section.category].name, priceText), at, 8);
    } else this._tooltip.hide();
  }
}
