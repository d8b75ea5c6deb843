/** A layout version prepared for drawing and asking: flat arrays by layout index, a grid, sections, tables, rows. */

/** @import { Category, Item, Layout, Point, Seat } from "../wire.js" */
/** @import { Box } from "./geometry.js" */
/** @import { RowLabel } from "./row-labels.js" */

import { EMPTY_BOX, boxOf, contains, grown, hullOf, joined, roomiestPoint, turned } from "./geometry.js";
import { rowLabels } from "./row-labels.js";
import { SeatGrid } from "./seat-grid.js";

/**
 * @typedef {object} VenueSection
 * @property {string} id
 * @property {string} name
 * @property {Point[]} outline at least 3 points
 * @property {Box} box
 * @property {{ x: number, y: number, room: number }} nameAt where its name stands, and the free radius there
 * @property {number[]} seats layout indexes
 * @property {number} category index of the category most of its seats have
 */

/**
 * @typedef {object} VenueTable
 * @property {Item} item
 * @property {number[]} seats layout indexes
 * @property {boolean} wholeOnly
 * @property {Box} box around the table itself
 */

const SEAT_EXTENT = 24;
/** Room left around the drawing when it is fitted to the view, as a share of its extent. */
const MARGIN_SHARE = 0.03;

export class Venue {
  /** @param {Layout} layout */
  constructor(layout) {
    const { seats } = layout;
    this.layout = layout;
    this.name = layout.name;
    this.seatCount = seats.length;
    /** @type {readonly Category[]} */
    this.categories = layout.categories;
    const categoryIndex = new Map(layout.categories.map((category, index) => [category.id, index]));
    const sectionIndex = new Map((layout.sections ?? []).map((section, index) => [section.id, index]));

    this.xs = new Float32Array(seats.length);
    this.ys = new Float32Array(seats.length);
    this.halfW = new Float32Array(seats.length);
    this.halfH = new Float32Array(seats.length);
    this.radii = new Float32Array(seats.length);
    /** @type {Float32Array} radians, clockwise */
    this.rotations = new Float32Array(seats.length);
    this.categoryOf = new Uint16Array(seats.length);
    /** @type {Int32Array} index into `sections`, -1 for none */
    this.sectionOf = new Int32Array(seats.length).fill(-1);
    /** @type {Map<string, number>} */
    this.indexOf = new Map();

    /** @type {number[][]} */
    const sectionSeats = (layout.sections ?? []).map(() => []);
    /** @type {Map<string, number[]>} */
    const rows = new Map();
    /** @type {Map<string, number[]>} */
    const tableSeats = new Map();
    /** @type {Seat | undefined} */
    let before;
    /** @type {number[] | undefined} */
    let row;
    seats.forEach((seat, index) => {
      this.xs[index] = seat.position.x;
      this.ys[index] = seat.position.y;
      this.halfW[index] = (seat.size?.x ?? SEAT_EXTENT) / 2;
      this.halfH[index] = (seat.size?.y ?? SEAT_EXTENT) / 2;
      this.radii[index] = Math.max(this.halfW[index], this.halfH[index]);
      this.rotations[index] = ((seat.rotation ?? 0) * Math.PI) / 180;
      this.categoryOf[index] = categoryIndex.get(seat.categoryId) ?? 0;
      this.indexOf.set(seat.id, index);
      const section = seat.sectionId === undefined ? undefined : sectionIndex.get(seat.sectionId);
      if (section !== undefined) {
        this.sectionOf[index] = section;
        sectionSeats[section].push(index);
      }
      if (seat.tableId) {
        pushTo(tableSeats, seat.tableId, index);
      } else {
        // Seats of a row mostly follow one another: its key is made once.
        if (!row || before?.sectionId !== seat.sectionId || before?.rowLabel !== seat.rowLabel) {
          const key = `${seat.sectionId ?? ""}\n${seat.rowLabel}`;
          row = rows.get(key) ?? [];
          if (row.length === 0) rows.set(key, row);
          before = seat;
        }
        row.push(index);
      }
    });

    /** @type {Box} around all seats */
    this.seatBox = { ...EMPTY_BOX };
    for (let seat = 0; seat < seats.length; seat++) {
      const radius = this.radii[seat];
      this.seatBox.x0 = Math.min(this.seatBox.x0, this.xs[seat] - radius);
      this.seatBox.y0 = Math.min(this.seatBox.y0, this.ys[seat] - radius);
      this.seatBox.x1 = Math.max(this.seatBox.x1, this.xs[seat] + radius);
      this.seatBox.y1 = Math.max(this.seatBox.y1, this.ys[seat] + radius);
    }
    this.grid = new SeatGrid(this.xs, this.ys, this.radii, this.seatBox);
    this.rows = [...rows.values()];
    /** @type {RowLabel[] | null} */
    this._rowLabels = null;

    /** @type {VenueSection[]} */
    this.sections = (layout.sections ?? []).map((section, index) => this._section(section, sectionSeats[index]));
    /** @type {{ item: Item, box: Box }[]} with the box of what is drawn of each, its label included */
    this.items = (layout.items ?? []).map((item) => ({ item, box: drawnBox(item) }));
    /** @type {VenueTable[]} */
    this.tables = (layout.items ?? [])
      .filter((item) => item.type === "table")
      .map((item) => ({
        item,
        seats: tableSeats.get(item.id) ?? [],
        wholeOnly: item.bookAs === "whole",
        box: itemBox(item),
      }));
    /** @type {Map<string, VenueTable>} */
    this.tableById = new Map(this.tables.map((table) => [table.item.id, table]));
    /** @type {Box} of everything drawn, with a margin */
    this.box = this._wholeBox();
    /** @type {number} a typical seat's extent, in canvas units: what levels of detail are judged by */
    this.seatExtent = median(this.radii) * 2 || SEAT_EXTENT;
  }

  /** Where the names of the rows stand; reckoned when they are first drawn. */
  get rowLabels() {
    this._rowLabels ??= rowLabels(this, this.rows, (seat) => this.layout.seats[seat].rowLabel);
    return this._rowLabels;
  }

  /**
   * @param {number} index
   * @returns {Seat}
   */
  seat(index) {
    return this.layout.seats[index];
  }

  /**
   * The table the seat stands at.
   * @param {number} index
   */
  tableOf(index) {
    const { tableId } = this.seat(index);
    return tableId ? this.tableById.get(tableId) : undefined;
  }

  /**
   * The table drawn under a point.
   * @param {Point} point
   */
  tableAt(point) {
    return this.tables.find(({ item, box }) => {
      if (point.x < box.x0 || point.x > box.x1 || point.y < box.y0 || point.y > box.y1) return false;
      return item.shp !== "round" || Math.hypot(point.x - item.pos.x, point.y - item.pos.y) <= (item.size?.x ?? 0) / 2;
    });
  }

  /**
   * The section whose outline contains a point.
   * @param {Point} point
   */
  sectionAt(point) {
    return this.sections.find(
      ({ box, outline }) =>
        point.x >= box.x0 && point.x <= box.x1 && point.y >= box.y0 && point.y <= box.y1 && contains(outline, point),
    );
  }

  /**
   * @param {import("../wire.js").Section} section
   * @param {number[]} seats
   * @returns {VenueSection}
   */
  _section({ id, name, outline: drawn = [] }, seats) {
    let outline = drawn;
    if (outline.length < 3) {
      const corners = seats.flatMap((i) => {
        const reach = this.radii[i] * 1.7;
        return [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([dx, dy]) => ({ x: this.xs[i] + dx * reach, y: this.ys[i] + dy * reach }));
      });
      outline = hullOf(corners);
    }
    const counts = new Map();
    for (const seat of seats) counts.set(this.categoryOf[seat], (counts.get(this.categoryOf[seat]) ?? 0) + 1);
    const [category = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
    const nameAt = outline.length >= 3 ? roomiestPoint(outline) : { x: 0, y: 0, room: 0 };
    return { id, name, outline, box: boxOf(outline), nameAt, seats, category };
  }

  /** @returns {Box} */
  _wholeBox() {
    let box = this.seatBox;
    for (const section of this.sections) if (section.outline.length >= 3) box = joined(box, section.box);
    for (const item of this.layout.items ?? []) box = joined(box, itemBox(item));
    if (box.x0 > box.x1) box = { x0: 0, y0: 0, x1: this.layout.canvasW, y1: this.layout.canvasH };
    return grown(box, Math.max(box.x1 - box.x0, box.y1 - box.y0) * MARGIN_SHARE);
  }
}

/**
 * @param {Item} item
 * @returns {Box}
 */
function itemBox({ pos, size, rot = 0 }) {
  const w = (size?.x ?? 0) / 2;
  const h = (size?.y ?? 0) / 2;
  return boxOf([[-w, -h], [w, -h], [w, h], [-w, h]].map(([dx, dy]) => turned(pos, dx, dy, rot)));
}

/** Texts are drawn in their own height, and at most this many times as wide for each letter; a screen's light falls before it. */
const LETTER_WIDTH_MAX = 0.8;
const LIGHT_SHARE = 0.25;

/**
 * @param {Item} item
 * @returns {Box}
 */
function drawnBox(item) {
  const { x: w = 0, y: h = 0 } = item.size ?? {};
  if (item.type === "stage") return grown(itemBox(item), w * LIGHT_SHARE);
  if (item.type !== "text") return grown(itemBox(item), 2);
  const size = h || SEAT_EXTENT;
  return grown(itemBox(item), Math.max(size, (size * LETTER_WIDTH_MAX * (item.lbl?.length ?? 0)) / 2));
}

/**
 * @param {Map<string, number[]>} groups
 * @param {string} key
 * @param {number} member
 */
function pushTo(groups, key, member) {
  const group = groups.get(key);
  if (group) group.push(member);
  else groups.set(key, [member]);
}

/** @param {Float32Array} values */
function median(values) {
  return values.slice().sort()[values.length >> 1] ?? 0;
}
