/** Arrow keys on a drawing: the next seat in a direction, as the eye would choose it. */

/** @import { SeatGrid } from "./seat-grid.js" */

/** @typedef {"left" | "right" | "up" | "down"} Direction */

/** A seat aside counts this much farther than one straight ahead, so a step keeps to its row or column. */
const ASIDE_COST = 2.6;

/** @type {Readonly<Record<Direction, readonly [number, number]>>} */
const UNIT = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

/**
 * The nearest seat from `seat` in the direction, within a cone of 60 degrees to either side.
 * @param {SeatGrid} grid
 * @param {Float32Array} xs
 * @param {Float32Array} ys
 * @param {number} seat layout index
 * @param {Direction} direction
 * @returns {number} layout index; `seat` itself at the edge
 */
export function seatInDirection(grid, xs, ys, seat, direction) {
  const [ux, uy] = UNIT[direction];
  const x = xs[seat];
  const y = ys[seat];
  let best = seat;
  let bestCost = Infinity;
  for (let reach = 64; bestCost === Infinity && reach < 1e7; reach *= 4) {
    for (const cell of grid.cellsIn({ x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach })) {
      for (const other of cell.seats) {
        const dx = xs[other] - x;
        const dy = ys[other] - y;
        const ahead = dx * ux + dy * uy;
        const aside = Math.abs(dx * uy) + Math.abs(dy * ux);
        if (ahead <= 0.01 || aside > ahead * 1.75 || ahead > reach) continue;
        const cost = ahead + aside * ASIDE_COST;
        if (cost < bestCost) {
          best = other;
          bestCost = cost;
        }
      }
    }
  }
  return best;
}
