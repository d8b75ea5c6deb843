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

import { standingOut } from "./drawing/colors.js";
import { MapView } from "./drawing/map-view.js";
import { PICK_TOUCH_PX, closeness } from "./drawing/scene.js";
import { SeatPaths } from "./drawing/seat-paths.js";
import { seatCard, sectionCard, tableCard } from "./panels/cards.js";
import { Controls } from "./panels/controls.js";
import { Legend, key } from "./panels/legend.js";
import { h } from "./panels/markup.js";
import { SeatList } from "./panels/seat-list.js";
import { Tooltip } from "./panels/tooltip.js";
import { MapKeys } from "./map-keys.js";
import { AVAILABLE, MINE } from "./venue/seat-states.js";

/** More changes than this at once are a reload of the map, not something to point at. */
const FLASHES_MAX = 120;
const FLASH_KEPT_MS = 1_500;
const TOUCH_CARD_MS = 2_600;
const NARROW_PX = 700;

/**
 * @typedef {object} PaneOptions
 * @property {LiveSale} sale
 * @property {Theme} theme
 * @property {string} fontFamily
 * @property {Words} words
 * @property {(minor: number) => string} price
 * @property {Notices} notices
 * @property {(seat: number) => void} onSeat
 * @property {(table: VenueTable) => void} onTable
 */

export class MapPane {
  /** @param {PaneOptions} options */
  constructor({ sale, theme, fontFamily, words, price, notices, onSeat, onTable }) {
    this._sale = sale;
    this._price = price;
    this._onSeat = onSeat;
    this._onTable = onTable;
    const { venue } = sale;
    /** @type {Map<number, { pending: boolean, sinceMs: number }>} */
    this._mine = new Map();
    /** @type {Map<number, number>} */
    this._flashes = new Map();
    /** @type {{ target: Target, at: Point } | null} */
    this._pointed = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._cardEnds = undefined;
    const motion = matchMedia("(prefers-reduced-motion: reduce)");
    /** @type {Scene} */
    this._scene = {
      venue, theme, fontFamily, categoryColors: [], states: sale.states, mine: this._mine, sales: sale.sectionSales(),
      paths: new SeatPaths(venue, (seat) => sale.states[seat]), hovered: -1, focused: -1, hoveredSection: null,
      hoveredTable: null, category: -1, flashes: this._flashes, heat: null, selected: new Set(), words, priceText: price, still: motion.matches,
    };
    this._canvas = h("canvas", {
      tabindex: 0, role: "application", "aria-roledescription": "seat map",
      "aria-label": `Seat map of ${venue.name}. Arrow keys go from seat to seat, Enter takes one, plus and minus zoom.`,
    });
    this._tooltip = new Tooltip();
    this._legend = new Legend((category) => {
      this._scene.category = category;
      this._view.invalidate();
    });
    this._controls = new Controls({
      onZoom: (direction) => this._view.step(direction),
      onFit: () => this._view.fit(),
      onList: (list) => this._showList(list),
      onKey: (open) => this.element.toggleAttribute("data-key", open),
    });
    this._list = new SeatList({ venue, states: () => sale.states, price: (seat) => price(sale.basket.priceMinor(seat)), onToggle: onSeat });
    const { seats } = venue.layout;
    const specials = {
      accessible: seats.some(({ accessible }) => accessible),
      companion: seats.some(({ companion }) => companion),
      restricted: seats.some(({ restrictedView }) => restrictedView),
    };
    this.element = h("section", { class: "map", "aria-label": "Seats" },
      this._canvas, this._tooltip.element, this._list.element,
      h("div", { class: "map-top" }, this._legend.element, this._controls.view),
      h("div", { class: "map-notes" }, notices.banner, notices.messages),
      h("div", { class: "map-key" }, this._controls.keyToggle, key(specials)), this._controls.zoom);
    this._view = new MapView(this._canvas, this._scene, {
      onTap: (target, at, type) => this._tap(target, at, type),
      onHover: (target, at, type) => this._hover(target, at, type),
      onMove: () => this._moved(),
    });
    this._keys = new MapKeys(this._canvas, this._view, this._scene, {
      onChoose: (seat) => onSeat(seat),
      onFocus: (seat) => this._focus(seat, notices),
    });
    this._sizes = new ResizeObserver(() => this._inset());
    this._sizes.observe(this.element);
    this.setTheme(theme);
    this.reflect([], false);
  }

  end() {
    clearTimeout(this._cardEnds);
    this._sizes.disconnect();
    this._keys.end();
    this._view.end();
  }

  /** @param {Theme} theme */
  setTheme(theme) {
    const { venue } = this._scene;
    const colors = venue.categories.map(({ color }) => standingOut(color, theme.block, 3));
    Object.assign(this._scene, { theme, categoryColors: colors });
    this._legend.recolor(colors);
    this._view.invalidate();
  }

  /** @param {number} category index */
  colorOf(category) {
    return this._scene.categoryColors[category];
  }

  focus() {
    this._canvas.focus({ preventScroll: true });
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

  /** @param {number[]} seats to bring into view */
  lookAt(seats) {
    this._view.show(seats[0]);
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
    if (this._pointed) this._describe(this._pointed.target, this._pointed.at);
    this._view.invalidate();
  }

  /** @param {number} nowMs */
  _reflectMine(nowMs) {
    const { claims } = this._sale.basket;
    for (const seat of this._mine.keys()) if (!claims.has(seat)) this._mine.delete(seat);
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
        ? [{ category, name, color: this._scene.categoryColors[category], price: this._price(event.prices[id] ?? 0), sale: this._sale.known ? sales[category] : null }]
        : []));
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
    else if (target.kind === "table") this._onTable(target.table);
    else if (target.kind === "seat") this._onSeat(target.seat);
    if (!touch) return;
    clearTimeout(this._cardEnds);
    this._point(target.kind === "seat" || target.kind === "table" ? target : null, at);
    this._cardEnds = setTimeout(() => this._point(null, at), TOUCH_CARD_MS);
  }

  /**
   * @param {Target | null} target
   * @param {Point | null} at
   * @param {string} pointerType
   */
  _hover(target, at, pointerType) {
    if (pointerType === "touch") return;
    this._point(target && target.kind !== "nothing" ? target : null, at ?? { x: 0, y: 0 });
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
    this._canvas.dataset.over = target ? this._cursor(target) : "";
    if (target) this._describe(target, at);
    else this._tooltip.hide();
    this._view.invalidate();
  }

  /** @param {Target} target */
  _cursor(target) {
    if (target.kind !== "seat") return "choice";
    const state = this._sale.states[target.seat];
    return state === AVAILABLE || state === MINE ? "choice" : "taken";
  }

  /**
   * @param {Target} target
   * @param {Point} at
   */
  _describe(target, at) {
    const { venue } = this._sale;
    const { scale } = this._view.camera.pose;
    if (target.kind === "seat") {
      const card = seatCard(this._sale, target.seat, this.colorOf(venue.categoryOf[target.seat]), this._price);
      const middle = this._view.camera.toView({ x: venue.xs[target.seat], y: venue.ys[target.seat] });
      this._tooltip.show(card, middle, venue.radii[target.seat] * scale);
    } else if (target.kind === "table") {
      const { item, box } = target.table;
      this._tooltip.show(tableCard(this._sale, target.table, this._price), this._view.camera.toView(item.pos), ((box.y1 - box.y0) / 2) * scale);
    } else if (target.kind === "section") {
      const { section } = target;
      const sold = this._scene.sales[venue.sections.indexOf(section)];
      this._tooltip.show(sectionCard(section, sold, this.colorOf(section.category), venue.categories[section.category].name, this._price), at, 8);
    } else this._tooltip.hide();
  }

  _moved() {
    if (this._pointed) {
      const { target, at } = this._pointed;
      // What was a block under the pointer may be seats by now, and the other way round.
      const single = closeness(this._sale.venue, this._view.camera.pose.scale) >= 0.6;
      if (single === (target.kind === "section")) this._point(null, at);
      else this._describe(target, at);
    }
    this._controls.reflect(this._view.fitted, this._view.camera.pose.scale >= this._view.camera.scaleMax * 0.99);
  }

  /**
   * @param {number} seat -1 for none
   * @param {Notices} notices
   */
  _focus(seat, notices) {
    if (seat < 0) {
      this._tooltip.hide();
      return;
    }
    const { kicker, title, price = "", note, flags = [] } = seatCard(this._sale, seat, "", this._price);
    notices.say([title, kicker, price, note || "Available", ...flags].filter(Boolean).join(", "));
  }

  /** @param {boolean} list */
  _showList(list) {
    this.element.toggleAttribute("data-list", list);
    this._list.element.hidden = !list;
    this._canvas.hidden = list;
    this._tooltip.hide();
  }

  /** Keep the drawing clear of what lies over it. */
  _inset() {
    const narrow = this.element.clientWidth < NARROW_PX;
    this._view.setInsets(narrow ? { top: 60, right: 8, bottom: 30, left: 8 } : { top: 66, right: 64, bottom: 60, left: 24 });
  }
}
