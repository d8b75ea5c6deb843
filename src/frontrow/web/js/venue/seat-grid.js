/**
 * A grid over the seats: which cells a box of the canvas touches, which seat is under a point. Built once per
 * drawing. Cells hold about SEATS_PER_CELL seats, so a frame looks at what it shows and no more.
 */

/** @import { Box } from "./geometry.js" */

const SEATS_PER_CELL = 64;
const CELLS_PER_SIDE_MAX = 256;

/**
 * @typedef {object} Cell
 * @property {number} index its place in `SeatGrid.cells`
 * @property {Int32Array} seats layout indexes of the seats whose centre lies in it
 * @property {Box} box around those seats, their extents included
 */

export class SeatGrid {
  /**
   * @param {Float32Array} xs centres
   * @param {Float32Array} ys
   * @param {Float32Array} radii half of each seat's larger extent
   * @param {Box} bounds of all seats
   */
  constructor(xs, ys, radii, bounds) {
    this._xs = xs;
    this._ys = ys;
    this._radii = radii;
    this._bounds = bounds;
    const width = Math.max(1, bounds.x1 - bounds.x0);
    const height = Math.max(1, bounds.y1 - bounds.y0);
    const side = Math.sqrt((width * height) / Math.max(1, xs.length / SEATS_PER_CELL));
    this._columns = Math.min(CELLS_PER_SIDE_MAX, Math.max(1, Math.round(width / side)));
    this._rows = Math.min(CELLS_PER_SIDE_MAX, Math.max(1, Math.round(height / side)));
    this._cellW = width / this._columns;
    this._cellH = height / this._rows;
    this._radiusMax = 0;
    for (const radius of radii) if (radius > this._radiusMax) this._radiusMax = radius;

    /** @type {Int32Array} the cell of each seat, by layout index */
    this.cellOf = new Int32Array(xs.length);
    /** @type {Cell[]} the cells that have seats */
    this.cells = [];
    /** @type {Int32Array} slot -> cell index, -1 where empty */
    this._cellAt = new Int32Array(this._columns * this._rows).fill(-1);
    this._fill();
  }

  /** Count, then place: two passes over the seats and one array for all cells. */
  _fill() {
    const { _xs: xs, _ys: ys, _radii: radii } = this;
    const slots = new Int32Array(xs.length);
    const ends = new Int32Array(this._cellAt.length + 1);
    for (let seat = 0; seat < xs.length; seat++) {
      slots[seat] = this._slot(xs[seat], ys[seat]);
      ends[slots[seat] + 1] += 1;
    }
    for (let slot = 1; slot < ends.length; slot++) ends[slot] += ends[slot - 1];
    const starts = ends.slice();
    const placed = new Int32Array(xs.length);
    for (let seat = 0; seat < xs.length; seat++) placed[starts[slots[seat]]++] = seat;
    for (let slot = 0; slot < this._cellAt.length; slot++) {
      if (ends[slot] === ends[slot + 1]) continue;
      const index = this.cells.length;
      this._cellAt[slot] = index;
      const seats = placed.subarray(ends[slot], ends[slot + 1]);
      const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
      for (const seat of seats) {
        this.cellOf[seat] = index;
        const radius = radii[seat] * Math.SQRT2;
        box.x0 = Math.min(box.x0, xs[seat] - radius);
        box.x1 = Math.max(box.x1, xs[seat] + radius);
        box.y0 = Math.min(box.y0, ys[seat] - radius);
        box.y1 = Math.max(box.y1, ys[seat] + radius);
      }
      this.cells.push({ index, seats, box });
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  _slot(x, y) {
    const column = Math.min(this._columns - 1, Math.max(0, Math.floor((x - this._bounds.x0) / this._cellW)));
    const row = Math.min(this._rows - 1, Math.max(0, Math.floor((y - this._bounds.y0) / this._cellH)));
    return row * this._columns + column;
  }

  /**
   * The cells with a seat that may touch the box, in no particular order.
   * @param {Box} box
   * @returns {Cell[]}
   */
  cellsIn(box) {
    const found = [];
    const reach = this._radiusMax * Math.SQRT2;
    const first = this._slot(box.x0 - reach, box.y0 - reach);
    const last = this._slot(box.x1 + reach, box.y1 + reach);
    const columnFrom = first % this._columns;
    const columnTo = last % this._columns;
    for (let row = Math.floor(first / this._columns); row <= Math.floor(last / this._columns); row++) {
      for (let column = columnFrom; column <= columnTo; column++) {
        const index = this._cellAt[row * this._columns + column];
        if (index < 0) continue;
        const cell = this.cells[index];
        if (cell.box.x0 <= box.x1 && box.x0 <= cell.box.x1 && cell.box.y0 <= box.y1 && box.y0 <= cell.box.y1) {
          found.push(cell);
        }
      }
    }
    return found;
  }

  /**
   * The seats whose centre lies in the box.
   * @param {Box} box
   * @returns {number[]} layout indexes, ascending
   */
  seatsIn(box) {
    const found = [];
    for (const cell of this.cellsIn(box)) {
      for (const seat of cell.seats) {
        const x = this._xs[seat];
        const y = this._ys[seat];
        if (x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1) found.push(seat);
      }
    }
    return found.sort((a, b) => a - b);
  }

  /**
   * The seat whose centre is nearest to the point, if the point is on it or within `slack` canvas units of its edge.
   * @param {number} x
   * @param {number} y
   * @param {number} slack
   * @returns {number} layout index, or -1
   */
  seatAt(x, y, slack) {
    let best = -1;
    let bestDistance = Infinity;
    for (const cell of this.cellsIn({ x0: x - slack, y0: y - slack, x1: x + slack, y1: y + slack })) {
      for (const seat of cell.seats) {
        const distance = Math.hypot(this._xs[seat] - x, this._ys[seat] - y);
        if (distance < bestDistance && distance <= this._radii[seat] * 1.15 + slack) {
          best = seat;
          bestDistance = distance;
        }
      }
    }
    return best;
  }
}
