/**
 * The keyboard's way over a drawing: along a row, from row to row, from section to section. Arrows go where the eye sees
 * them go; rows that stand upright, as at the sides of an arena, are walked up and down. Every seat can be reached: along
 * its row, every row of a section one after the other, every section one after the other.
 */

/** @import { Direction } from "./venue/seat-steps.js" */
/** @import { Venue } from "./venue/venue.js" */

import { seatInDirection } from "./venue/seat-steps.js";

/** @type {Readonly<Record<Direction, readonly [number, number]>>} */
const UNIT = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

/**
 * @typedef {object} StepRow
 * @property {number[]} seats from left to right, or from top to bottom where it stands upright; round a table by angle
 * @property {boolean} upright
 * @property {number} section index into `_sections`
 * @property {number} place within its section
 */

export class MapSteps {
  /** @param {Venue} venue */
  constructor(venue) {
    this._venue = venue;
    /** @type {StepRow[]} by layout index of a seat */
    this._rowOf = new Array(venue.seatCount);
    /** @type {StepRow[][]} the rows of each section, in order across it */
    this._sections = [];
    const rows = [
      ...venue.rows.map((seats) => this._row(seats)),
      ...venue.tables.filter(({ seats }) => seats.length > 0).map(({ seats, item }) => this._around(seats, item.pos)),
    ];
    /** @type {Map<number, StepRow[]>} */
    const bySection = new Map();
    for (const row of rows) {
      const section = venue.sectionOf[row.seats[0]];
      bySection.set(section, [...(bySection.get(section) ?? []), row]);
    }
    for (const section of [...bySection.keys()].sort((a, b) => a - b)) this._addSection(/** @type {StepRow[]} */ (bySection.get(section)));
  }

  /**
   * @param {readonly number[]} seats
   * @returns {StepRow}
   */
  _row(seats) {
    const { xs, ys } = this._venue;
    const width = extent(seats, xs);
    const upright = extent(seats, ys) > width;
    const along = upright ? ys : xs;
    return { seats: [...seats].sort((a, b) => along[a] - along[b]), upright, section: 0, place: 0 };
  }

  /**
   * @param {readonly number[]} seats
   * @param {{ x: number, y: number }} middle
   * @returns {StepRow}
   */
  _around(seats, { x, y }) {
    const { xs, ys } = this._venue;
    const angle = (/** @type {number} */ seat) => Math.atan2(ys[seat] - y, xs[seat] - x);
    return { seats: [...seats].sort((a, b) => angle(a) - angle(b)), upright: false, section: 0, place: 0 };
  }

  /** @param {StepRow[]} rows of one section */
  _addSection(rows) {
    // One order across the section: by the direction that most of its seats' rows do not run in.
    const upright = rows.reduce((sum, row) => sum + (row.seats.length > 1 ? (row.upright ? 1 : -1) * row.seats.length : 0), 0) > 0;
    const { xs, ys } = this._venue;
    const across = upright ? xs : ys;
    const middle = (/** @type {StepRow} */ { seats }) => seats.reduce((sum, seat) => sum + across[seat], 0) / seats.length;
    const ordered = rows.map((row) => ({ row, at: middle(row) })).sort((a, b) => a.at - b.at || xs[a.row.seats[0]] - xs[b.row.seats[0]]);
    ordered.forEach(({ row }, place) => {
      Object.assign(row, { upright, section: this._sections.length, place });
      for (const seat of row.seats) this._rowOf[seat] = row;
    });
    this._sections.push(ordered.map(({ row }) => row));
  }

  /**
   * The next seat in a direction.
   * @param {number} seat
   * @param {Direction} direction
   * @returns {number} `seat` itself at the drawing's edge
   */
  to(seat, direction) {
    const row = this._rowOf[seat];
    const [x, y] = UNIT[direction];
    const by = row.upright ? y : x;
    if (by !== 0) return row.seats[row.seats.indexOf(seat) + by] ?? this._beyond(seat, direction);
    const next = this._sections[row.section][row.place + (row.upright ? x : y)];
    return next ? this._nearest(seat, next.seats) : this._beyond(seat, direction);
  }

  /**
   * @param {number} seat
   * @param {"first" | "last"} which of its row
   */
  end(seat, which) {
    const { seats } = this._rowOf[seat];
    return which === "first" ? seats[0] : seats[seats.length - 1];
  }

  /**
   * @param {number} seat
   * @param {1 | -1} by to the next section or the one before, round
   * @param {(seat: number) => boolean} [wanted] rather such a seat than another
   */
  section(seat, by, wanted = () => true) {
    const { section } = this._rowOf[seat];
    const rows = this._sections[(section + by + this._sections.length) % this._sections.length];
    const seats = rows.flatMap((row) => row.seats);
    const some = seats.filter(wanted);
    return this._sections.length === 1 ? seat : this._nearest(seat, some.length ? some : seats);
  }

  /**
   * Out of the section: to the nearest seat that lies that way.
   * @param {number} seat
   * @param {Direction} direction
   */
  _beyond(seat, direction) {
    const { grid, xs, ys } = this._venue;
    return seatInDirection(grid, xs, ys, seat, direction);
  }

  /**
   * @param {number} seat
   * @param {readonly number[]} seats
   */
  _nearest(seat, seats) {
    const { xs, ys } = this._venue;
    const apart = (/** @type {number} */ other) => Math.hypot(xs[other] - xs[seat], ys[other] - ys[seat]);
    return seats.reduce((best, other) => (apart(other) < apart(best) ? other : best));
  }
}

/**
 * @param {readonly number[]} seats
 * @param {Float32Array} along
 */
function extent(seats, along) {
  let low = Infinity;
  let high = -Infinity;
  for (const seat of seats) {
    low = Math.min(low, along[seat]);
    high = Math.max(high, along[seat]);
  }
  return high - low;
}
