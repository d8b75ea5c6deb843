/**
 * The seats as paths, one set per cell of the grid, in canvas units: panning and zooming draw them as they are, and
 * only a cell whose seats changed is built again. Each state has a shape of its own, so colour is never alone:
 * available is a full seat, held is an outline with stripes, booked a dot, blocked a cross.
 */

/** @import { Cell } from "../venue/seat-grid.js" */
/** @import { Venue } from "../venue/venue.js" */

import { AVAILABLE, BLOCKED, BOOKED, HELD, UNKNOWN } from "../venue/seat-states.js";
import { heatStep } from "./heat.js";

/**
 * @typedef {object} CellPaths
 * @property {Float32Array | null} heat by which it was built
 * @property {Map<number, Path2D>} full filled seats, by category, or by step of heat
 * @property {Path2D | null} edges stroked: held, and those of unknown heat
 * @property {Path2D | null} stripes stroked: held; only when detailed
 * @property {Path2D | null} dots filled: booked
 * @property {Path2D | null} crosses stroked: blocked
 * @property {Path2D | null} unknown filled: of unknown state
 * @property {Path2D | null} signs stroked on full seats: what is not available although its heat fills it
 */

export class SeatPaths {
  /**
   * @param {Venue} venue
   * @param {(seat: number) => number} stateOf
   */
  constructor(venue, stateOf) {
    this._venue = venue;
    this._stateOf = stateOf;
    /** @type {(CellPaths | null)[]} by cell, plain and detailed in turn: an overview and a close view may need both */
    this._built = new Array(venue.grid.cells.length * 2).fill(null);
  }

  /** @param {number} seat whose look changed */
  forget(seat) {
    const at = this._venue.grid.cellOf[seat] * 2;
    this._built[at] = null;
    this._built[at + 1] = null;
  }

  /**
   * @param {Cell} cell
   * @param {boolean} detailed round corners and stripes; without, the same at a few pixels and cheaper to fill
   * @param {Float32Array | null} heat by layout index; null for the colours of categories
   * @returns {CellPaths}
   */
  of(cell, detailed, heat) {
    const at = cell.index * 2 + Number(detailed);
    const built = this._built[at];
    if (built && built.heat === heat) return built;
    const paths = this.alone(cell.seats, detailed, heat);
    this._built[at] = paths;
    return paths;
  }

  /**
   * The paths of just these seats, made anew.
   * @param {Iterable<number>} seats
   * @param {boolean} detailed
   * @param {Float32Array | null} heat
   * @returns {CellPaths}
   */
  alone(seats, detailed, heat) {
    const venue = this._venue;
    /** @type {CellPaths} */
    const paths = { heat, full: new Map(), edges: null, stripes: null, dots: null, crosses: null, unknown: null, signs: null };
    for (const seat of seats) {
      const state = this._stateOf(seat);
      const step = heat ? heatStep(heat[seat]) : -1;
      if (step >= 0) {
        addSeat(fullPath(paths, step), venue, seat, detailed, 1);
        if (state !== AVAILABLE && state !== UNKNOWN && detailed) addSign((paths.signs ??= new Path2D()), venue, seat, state);
      } else if (state === AVAILABLE && heat) {
        addSeat((paths.edges ??= new Path2D()), venue, seat, detailed, 0.84);
      } else if (state === AVAILABLE) {
        addSeat(fullPath(paths, venue.categoryOf[seat]), venue, seat, detailed, 1);
      } else if (state === HELD) {
        addSeat((paths.edges ??= new Path2D()), venue, seat, detailed, 0.84);
        if (detailed) addStripes((paths.stripes ??= new Path2D()), venue, seat);
      } else if (state === BOOKED) {
        addDot((paths.dots ??= new Path2D()), venue, seat, detailed);
      } else if (state === BLOCKED) {
        addCross((paths.crosses ??= new Path2D()), venue, seat);
      } else if (state === UNKNOWN) {
        addSeat((paths.unknown ??= new Path2D()), venue, seat, detailed, 1);
      }
    }
    return paths;
  }
}

/**
 * @param {CellPaths} paths
 * @param {number} index
 */
function fullPath({ full }, index) {
  let path = full.get(index);
  if (!path) full.set(index, (path = new Path2D()));
  return path;
}

/**
 * The state of a seat that heat has filled: the signs of the others, smaller, to be stroked.
 * @param {Path2D} path
 * @param {Venue} venue
 * @param {number} seat
 * @param {number} state
 */
function addSign(path, venue, seat, state) {
  if (state === BOOKED) addDot(path, venue, seat, true, 0.3);
  else if (state === BLOCKED) addCross(path, venue, seat, 0.34);
  else addStripes(path, venue, seat, 0.62);
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
 * @param {number} [share] of its extent
 */
function addStripes(path, venue, seat, share = 0.84) {
  const r = Math.min(venue.halfW[seat], venue.halfH[seat]) * share;
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
 * @param {number} [share] of its extent
 */
function addDot(path, venue, seat, detailed, share = 0.44) {
  const r = Math.min(venue.halfW[seat], venue.halfH[seat]) * share;
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
 * @param {number} [share] of its extent
 */
function addCross(path, venue, seat, share = 0.42) {
  const r = Math.min(venue.halfW[seat], venue.halfH[seat]) * share;
  const x = venue.xs[seat];
  const y = venue.ys[seat];
  path.moveTo(x - r, y - r);
  path.lineTo(x + r, y + r);
  path.moveTo(x - r, y + r);
  path.lineTo(x + r, y - r);
}
