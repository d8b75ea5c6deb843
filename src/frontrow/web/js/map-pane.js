/**
 * The map of an opened event with everything that lies over it: prices, key, buttons, the card beside what is pointed
 * at, and the list for those who would rather read. It draws the sale as it is and says what was chosen.
 */

/** @import { Point } from "./wire.js" */
/** @import { Target } from "./drawing/map-view.js" */
/** @import { Scene } from "./drawing/scene.js" */
/** @import { Notices } from "./panels/notices.js" */
/** @import { LiveSale } from "./sale/live-sale.js" */
/** @import { Theme } from "./theme.js" */
/** @import { VenueTable } from "./venue/venue.js" */
/** @import { Words } from "./words/words.js" */

import { MapView } from "./drawing/map-view.js";
import { categoryColors } from "./drawing/palette.js";
import { freeRoom } from "./drawing/free-room.js";
import { PICK_TOUCH_PX } from "./drawing/scene.js";
import { SeatPaths } from "./drawing/seat-paths.js";
import { coversOf } from "./map-covers.js";
import { MapKeys } from "./map-keys.js";
import { seatCard } from "./panels/cards.js";
import { Controls } from "./panels/controls.js";
import { Legend, key } from "./panels/legend.js";
import { h } from "./panels/markup.js";
import { SeatList } from "./panels/seat-list.js";
import { Pointing } from "./pointing.js";
import { EMPTY_BOX, boxOf, grown, joined } from "./venue/geometry.js";
import { occupied } from "./venue/occupied.js";
import { priceOf } from "./venue/prices.js";
import { AVAILABLE } from "./venue/seat-states.js";
import { seatName } from "./words/seat-words.js";

/** More changes than this at once are a reload of the map, not something to point at. */
const FLASHES_MAX = 120;
const FLASH_KEPT_MS = 1_500;
/** Around the drawing when all of it is shown; less where a side of the map is shorter than this. */
const SMALL_PX = 600;
const MARGIN_PX_SMALL = 8;
const MARGIN_PX = 20;
/** Offered seats are shown with so much around them, in seats, and at least so large. */
const OFFER_MARGIN_SEATS = 4;
const OFFER_SEAT_PX = 14;

/**
 * @typedef {object} Chooser what a press on a seat means: holding it, or selecting it
 * @property {boolean} selects whether it is selecting
 * @property {(seat: number) => boolean} chosen
 * @property {(seat: number) => boolean} choosable whether a press would do something
 * @property {(seat: number) => void} onSeat
 * @property {(table: VenueTable) => void} onTable
 * @property {(seats: number[]) => void} [onRectangle] seats that a rectangle was drawn around; without this none is drawn
 */

/**
 * @typedef {object} PaneOptions
 * @property {LiveSale} sale
 * @property {Theme} theme
 * @property {string} fontFamily
 * @property {Words} words
 * @property {(minor: number) => string} price
 * @property {Notices} notices
 * @property {Chooser} chooser
 * @property {(() => void) | null} onBest null where the best seats are not offered
 */

export class MapPane {
  /** @param {PaneOptions} options */
  constructor({ sale, theme, fontFamily, words, price, notices, chooser, onBest }) {
    this._sale = sale;
    this._words = words;
    this._price = price;
    this._notices = notices;
    this._chooser = chooser;
    const { venue } = sale;
    /** @type {Map<number, { pending: boolean, sinceMs: number }>} */
    this._mine = new Map();
    /** @type {Map<number, number>} */
    this._flashes = new Map();
    this._motion = matchMedia("(prefers-reduced-motion: reduce)");
    this._stilled = () => (this._scene.still = this._motion.matches);
    this._motion.addEventListener("change", this._stilled);
    /** @type {Scene} */
    this._scene = {
      venue, theme, fontFamily, categoryColors: [], states: sale.states, mine: this._mine, sales: sale.sectionSales(),
      paths: new SeatPaths(venue, (seat) => sale.states[seat]), hovered: -1, focused: -1, hoveredSection: null,
      hoveredTable: null, category: -1, flashes: this._flashes, heat: null, selected: new Set(), highlighted: new Set(), words, priceText: price,
      still: this._motion.matches,
    };
    const canvas = h("canvas");
    this._canvas = canvas;
    this._looking = 0;
    this._key = key(words, specialsOf(venue), chooser.selects);
    this._pointing = new Pointing({ sale, scene: this._scene, canvas, choosable: chooser.choosable });
    this._legend = new Legend(words, (category) => this._filter(category));
    this._controls = new Controls(words, {
      onZoom: (direction) => this._view.step(direction),
      onFit: () => this._view.fit(),
      onList: (list) => this._showList(list),
      onKey: (open) => this.element.toggleAttribute("data-key", open),
      onBest: () => onBest?.(),
    });
    this._list = new SeatList(words, {
      venue, states: () => sale.states, minor: (seat) => sale.basket.priceMinor(seat), price,
      color: (category) => this.colorOf(category), chosen: chooser.chosen, choosable: chooser.choosable, onToggle: chooser.onSeat,
    });
    this._view = new MapView(canvas, this._scene, {
      onTap: (target, at, type) => this._tap(target, at, type),
      onHover: (target, at, type) => type !== "touch" && this._pointing.hover(target, at),
      onMove: () => this._moved(),
      onRectangle: chooser.onRectangle,
    });
    this._pointing.view = this._view;
    this._keys = new MapKeys(canvas, this._view, this._scene, words, {
      onChoose: chooser.onSeat,
      onFocus: (seat) => this._pointing.focus(seat),
      describe: (seat) => this._spoken(seat),
    });
    this.element = h("section", { class: "map", "aria-label": words.t("map.region_seats"), onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this._pointing.dismiss() && event.stopPropagation() },
      h("div", { class: "map-top" }, this._legend.element, h("div", { class: "map-actions" }, onBest && this._controls.best, this._controls.view)),
      this._keys.element, this._pointing.element, this._list.element,
      h("div", { class: "map-notes" }, notices.banner), h("div", { class: "map-notes map-messages" }, notices.messages),
      h("div", { class: "map-key" }, this._controls.keyToggle, this._key), this._controls.zoom);
    this._sizes = new ResizeObserver(() => this._inset());
    for (const box of [this.element, this._legend.element, this._key, this._controls.keyToggle, this._controls.zoom]) this._sizes.observe(box);
    this.setTheme(theme);
    this.reflect([], false);
  }

  end() {
    cancelAnimationFrame(this._looking);
    this._motion.removeEventListener("change", this._stilled);
    this._sizes.disconnect();
    this._pointing.end();
    this._list.end();
    this._view.end();
  }

  /** @param {boolean} draws whether any drag draws a rectangle, as one with Shift does: for fingers */
  drawRectangles(draws) {
    this._view.drawsRectangles = draws;
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    const { venue } = this._scene;
    const colors = categoryColors(venue.categories, theme);
    Object.assign(this._scene, { theme, categoryColors: colors });
    this._legend.recolor(colors);
    this._list.recolor();
    this._view.invalidate();
  }

  /** @param {number} category index */
  colorOf(category) {
    return this._scene.categoryColors[category];
  }

  focus() {
    if (this._keys.element.hidden) this._controls.view.focus({ preventScroll: true });
    else this._keys.focus();
  }

  /** Only seats of this category are to be chosen, the others step back; all again with -1. @param {number} category */
  restrict(category) {
    this._scene.category = category;
    this._legend.restrict(category);
    this._list.restrict(category);
    this._pointing.reflect();
    this._view.invalidate();
  }

  /** @param {Float32Array | null} heat by layout index, 0 to 1; not a number where it is not known */
  setHeat(heat) {
    this._scene.heat = heat;
    this._view.invalidate();
  }

  /** @param {ReadonlySet<number>} seats */
  select(seats) {
    this._scene.selected = seats;
    this._list.update([]);
    this._keys.reflect();
    this._view.invalidate();
  }

  /** Point out seats that are spoken of elsewhere, and bring them into view. @param {readonly number[]} seats none to end it */
  highlight(seats) {
    this._scene.highlighted = new Set(seats);
    this._pointing.hover(null, null);
    this._inset();
    this._bring(seats);
    this._view.invalidate();
  }

  /** Bring seats into view, large enough to be told apart; where they are already, the map rests. @param {readonly number[]} seats */
  _bring(seats) {
    if (seats.length === 0) return;
    const { xs, ys, seatExtent } = this._sale.venue;
    const { camera } = this._view;
    const box = seats.reduce((around, seat) => joined(around, boxOf([{ x: xs[seat], y: ys[seat] }])), { ...EMPTY_BOX });
    const [from, to] = [camera.toView({ x: box.x0, y: box.y0 }), camera.toView({ x: box.x1, y: box.y1 })];
    const { top, right, bottom, left } = camera.insets;
    const inside = from.x > left && from.y > top && to.x < camera.width - right && to.y < camera.height - bottom && !this._spokenOver(from, to);
    if (inside && seatExtent * camera.pose.scale >= OFFER_SEAT_PX) return;
    this._view.flyToBox(grown(box, seatExtent * OFFER_MARGIN_SEATS), OFFER_SEAT_PX);
  }

  /**
   * Whether a message lies on what is between these points.
   * @param {Point} from CSS pixels from the map's top left
   * @param {Point} to
   */
  _spokenOver(from, to) {
    const own = this.element.getBoundingClientRect();
    const reach = (this._sale.venue.seatExtent * this._view.camera.pose.scale) / 2;
    return [...this._notices.messages.children].some((message) => {
      const { left, top, right, bottom } = message.getBoundingClientRect();
      return left - own.left < to.x + reach && right - own.left > from.x - reach && top - own.top < to.y + reach && bottom - own.top > from.y - reach;
    });
  }

  /**
   * @param {number} seat
   * @returns {Point} CSS pixels of the window
   */
  positionOf(seat) {
    const { venue } = this._sale;
    const { x, y } = this._view.camera.toView({ x: venue.xs[seat], y: venue.ys[seat] });
    const box = this._canvas.getBoundingClientRect();
    return { x: x + box.left, y: y + box.top };
  }

  /** @param {readonly number[]} seats to bring into view */
  lookAt(seats) {
    this._keys.place(seats[0]);
    // The news that leads here may change the room as well: on a phone a sheet closes and the panel grows. A frame later
    // the map has its new size.
    cancelAnimationFrame(this._looking);
    this._looking = requestAnimationFrame(() => {
      this._looking = requestAnimationFrame(() => {
        this._inset();
        this._bring(seats);
      });
    });
  }

  /**
   * Draw the sale as it is now.
   * @param {readonly number[]} changed seats that look different
   * @param {boolean} byOthers
   */
  reflect(changed, byOthers) {
    const scene = this._scene;
    scene.states = this._sale.states;
    scene.sales = this._sale.sectionSales();
    for (const seat of changed) scene.paths.forget(seat);
    const nowMs = performance.now();
    for (const [seat, sinceMs] of this._flashes) if (nowMs - sinceMs > FLASH_KEPT_MS) this._flashes.delete(seat);
    if (byOthers && changed.length <= FLASHES_MAX) for (const seat of changed) this._flashes.set(seat, nowMs);
    this._reflectMine(nowMs);
    this._showPrices();
    this._list.update(changed);
    if (byOthers) this._tellFocused(changed);
    this._keys.reflect();
    this._pointing.reflect();
    this._view.invalidate();
  }

  /** Somebody else changed the seat the keyboard is on: that concerns who is there, and nobody else. @param {readonly number[]} changed */
  _tellFocused(changed) {
    const seat = this._scene.focused;
    if (seat < 0 || !changed.includes(seat)) return;
    const name = { seat: seatName(this._words, this._sale.venue, seat).spot };
    this._notices.say(this._sale.states[seat] === AVAILABLE ? this._words.t("map.said_free_again", name) : this._words.t("map.said_taken_by_other", name));
  }

  /** @param {number} nowMs */
  _reflectMine(nowMs) {
    const { claims } = this._sale.basket;
    const ordered = new Set(this._sale.orderedSeats);
    for (const seat of this._mine.keys()) if (!claims.has(seat) && !ordered.has(seat)) this._mine.delete(seat);
    for (const seat of ordered) this._mine.set(seat, { pending: false, sinceMs: this._mine.get(seat)?.sinceMs ?? nowMs });
    for (const [seat, claim] of claims) {
      const pending = claim.sending || claim.wanted === (claim.holdId === null);
      this._mine.set(seat, { pending, sinceMs: this._mine.get(seat)?.sinceMs ?? nowMs });
    }
  }

  _showPrices() {
    const { venue, event } = this._sale;
    const sales = this._sale.categorySales();
    const used = new Set(venue.categoryOf);
    this._legend.show(venue.categories.flatMap(({ id, name }, category) =>
      used.has(category)
        ? [{ category, name, color: this._scene.categoryColors[category], price: this._price(priceOf(event.prices, id)), sale: this._sale.known ? sales[category] : null }]
        : []));
  }

  /** @param {number} category -1 for all */
  _filter(category) {
    this._scene.category = category;
    this._view.invalidate();
  }

  /**
   * @param {Target} target
   * @param {Point} at
   * @param {string} pointerType
   */
  _tap(target, at, pointerType) {
    this._keys.leave();
    const touch = pointerType === "touch";
    if (target.kind === "section") this._view.flyToBox(target.section.box, touch ? PICK_TOUCH_PX + 1 : 11);
    else if (target.kind === "place") this._view.flyToPlace(target.at);
    else if (target.kind === "table") this._chooser.onTable(target.table);
    else if (target.kind === "seat") {
      this._keys.place(target.seat);
      this._chooser.onSeat(target.seat);
    }
    if (touch) this._pointing.touch(target, at);
    else this._keys.focus();
  }

  _moved() {
    this._keys.follow();
    this._pointing.reflect();
    this._controls.reflect(this._view.fitted, this._view.camera.pose.scale >= this._view.camera.scaleMax * 0.99);
  }

  /**
   * What a screen reader says of a seat.
   * @param {number} seat
   */
  _spoken(seat) {
    const { kicker, title, price = "", state, flags = [] } = seatCard(this._words, this._sale, seat, "", this._price);
    const { chosen, choosable } = this._chooser;
    return { label: [title, kicker, price, state, ...flags].filter(Boolean).join(this._words.t("map.comma")), pressed: chosen(seat), off: !choosable(seat) };
  }

  /** @param {boolean} list */
  _showList(list) {
    this.element.toggleAttribute("data-list", list);
    this._keys.element.hidden = list;
    this._pointing.dismiss();
    if (list) this._list.show();
    else this._list.element.hidden = true;
  }

  /** Keep the drawing clear of what lies over it. */
  _inset() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width === 0 || height === 0) return;
    const { venue } = this._sale;
    const { scaleFittedMax } = this._view.camera;
    const margin = Math.min(width, height) < SMALL_PX ? MARGIN_PX_SMALL : MARGIN_PX;
    this._view.setInsets(freeRoom({ width, height }, coversOf(this.element), margin, venue.box, scaleFittedMax, (box) => occupied(venue, box)));
  }
}

/** @param {import("./venue/venue.js").Venue} venue */
function specialsOf({ layout: { seats }, sections }) {
  return {
    sections: sections.length > 2,
    accessible: seats.some(({ accessible }) => accessible),
    companion: seats.some(({ companion }) => companion),
    restricted: seats.some(({ restrictedView }) => restrictedView),
  };
}
