/**
 * The seats as paths, one set per cell of the grid, in canvas units: panning and zooming draw them as they are, and
 * only a cell whose seats changed is built again. Each state has a shape of its own, so colour is never alone:
 * available is a full seat, held is an outline with stripes, booked a dot, blocked a cross.
 */

/** @import { Cell } from "../venue/seat-grid.js" */
/** @import { Venue } from "../venue/venue.js" */

import { AVAILABLE, BLOCKED, BOOKED, HELD } from "../venue/seat-states.js";

/**
 * @typedef {object} CellPaths
 * @property {boolean} detailed
 * @property {Map<number, Path2D>} available by category
 * @property {Path2D | null} heldEdges stroked
 * @property {Path2D | null} heldStripes stroked, thinner; only when detailed
 * @property {Path2D | null} booked filled
 * @property {Path2D | null} blocked stroked
 */

export class SeatPaths {
  /**
   * @param {Venue} venue
   * @param {(seat: number) => number} stateOf
   */
  constructor(venue, stateOf) {
    this._venue = venue;
    this._stateOf = stateOf;
    /** @type {(CellPaths | null)[]} */
    this._built = venue.grid.cells.map(() => null);
  }

  /** @param {number} seat whose look changed */
  forget(seat) {
    this._built[this._venue.grid.cellOf[seat]] = null;
  }

  /**
   * @param {Cell} cell
   * @param {boolean} detailed round corners and stripes; without, the same at a few pixels and cheaper to fill
   * @returns {CellPaths}
   */
  of(cell, detailed) {
    const built = this._built[cell.index];
    if (built && built.detailed === detailed) return built;
    const paths = this._build(cell, detailed);
    this._built[cell.index] = paths;
    return paths;
  }

  /**
   * @param {Cell} cell
   * @param {boolean} detailed
   */
  _build(cell, detailed) {
    /** @type {CellPaths} */
    const paths = { detailed, available: new Map(), heldEdges: null, heldStripes: null, booked: null, blocked: null };
    for (const seat of cell.seats) {
      const state = this._stateOf(seat);
      if (state === AVAILABLE) {
        const category = this._venue.categoryOf[seat];
        let path = paths.available.get(category);
        if (!path) paths.available.set(category, (path = new Path2D()));
        addSeat(path, this._venue, seat, detailed, 1);
      } else if (state === HELD) {
        addSeat((paths.heldEdges ??= new Path2D()), this._venue, seat, detailed, 0.84);
        if (detailed) addStripes((paths.heldStripes ??= new Path2D()), this._venue, seat);
      } else if (state === BOOKED) {
        addDot((paths.booked ??= new Path2D()), this._venue, seat, detailed);
      } else if (state === BLOCKED) {
        addCross((paths.blocked ??= new Path2D()), this._venue, seat);
      }
    }
    return paths;
  }
}

/**
 * A seat's own outline: a rounded square, a disc at a table.
 * @param {Path2D | CanvasRenderingContext2D} path
 * @param {Venue} venue
 * @param {number} seat
 * @param {boolean} detailed
 * @param {number} share of its extent
 */
export function addSeat(path, venue, seat, detailed, share) {
  const x = venue.xs[seat];
  const y = venue.ys[seat];
  const w = venue.halfW[seat] * share;
  const h = venue.halfH[seat] * share;
  if (detailed && venue.seat(seat).tableId) {
    path.moveTo(x + w, y);
    path.arc(x, y, Math.min(w, h), 0, Math.PI * 2);
    return;
  }
  const cos = Math.cos(venue.rotations[seat]);
  const sin = Math.sin(venue.rotations[seat]);
  const ax = w * cos;
  const ay = w * sin;
  const bx = -h * sin;
  const by = h * cos;
  if (detailed) {
    const r = Math.min(w, h) * 0.56;
    path.moveTo(x - bx, y - by);
    path.arcTo(x + ax - bx, y + ay - by, x + ax + bx, y + ay + by, r);
    path.arcTo(x + ax + bx, y + ay + by, x - ax + bx, y - ay + by, r);
    path.arcTo(x - ax + bx, y - ay + by, x - ax - bx, y - ay - by, r);
    path.arcTo(x - ax - bx, y - ay - by, x + ax - bx, y + ay - by, r);
  } else {
    path.moveTo(x + ax - bx, y + ay - by);
    path.lineTo(x + ax + bx, y + ay + by);
    path.lineTo(x - ax + bx, y - ay + by);
    path.lineTo(x - ax - bx, y - ay - by);
  }
  path.closePath();
}

/**
 * @param {Path2D} path
 * @param {Venue} venue
 * @param {number} seat
 */
function addStripes(path, venue, seat) {
  const r = Math.min(venue.halfW[seat], venue.halfH[seat]) * 0.84;
  const x = venue.xs[seat];
  const y = venue.ys[seat];
  for (const [offset, reach] of [[0, 0.66], [-0.62, 0.4], [0.62, 0.4]]) {
    path.moveTo(x + (offset / 2 - reach) * r, y + (offset / 2 + reach) * r);
    path.lineTo(x + (offset / 2 + reach) * r, y + (offset / 2 - reach) * r);
  }
}

/**
 * @param {Path2D} path
 * @param {Venue} venue
 * @param {number} seat
 * @param {boolean} detailed
 */
function addDot(path, venue, seat, detailed) {
  const r = Math.min(venue.halfW[seat], venue.halfH[seat]) * 0.46;
  const x = venue.xs[seat];
  const y = venue.ys[seat];
  if (!detailed) {
    path.rect(x - r, y - r, r * 2, r * 2);
    return;
  }
  path.moveTo(x + r, y);
  path.arc(x, y, r, 0, Math.PI * 2);
}

/**
 * @param {Path2D} path
 * @param {Venue} venue
 * @param {number} seat
 */
function addCross(path, venue, seat) {
  const r = Math.min(venue.halfW[seat], venue.halfH[seat]) * 0.42;
  const x = venue.xs[seat];
  const y = venue.ys[seat];
  path.moveTo(x - r, y - r);
  path.lineTo(x + r, y + r);
  path.moveTo(x - r, y + r);
  path.lineTo(x + r, y - r);
}
