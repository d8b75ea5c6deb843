/** Plane geometry on canvas units: x grows to the right, y downwards, angles are degrees clockwise. */

/** @import { Point } from "../wire.js" */
/** @typedef {{ x0: number, y0: number, x1: number, y1: number }} Box corners, x0 <= x1 and y0 <= y1 */

/** @type {Readonly<Box>} the box of nothing: joining it to another gives the other */
export const EMPTY_BOX = Object.freeze({ x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity });

/**
 * The smallest box around the points; EMPTY_BOX for none.
 * @param {Iterable<Point>} points
 * @returns {Box}
 */
export function boxOf(points) {
  const box = { ...EMPTY_BOX };
  for (const { x, y } of points) {
    if (x < box.x0) box.x0 = x;
    if (x > box.x1) box.x1 = x;
    if (y < box.y0) box.y0 = y;
    if (y > box.y1) box.y1 = y;
  }
  return box;
}

/**
 * @param {Box} a
 * @param {Box} b
 * @returns {Box}
 */
export function joined(a, b) {
  return { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) };
}

/**
 * @param {Box} box
 * @param {number} margin
 * @returns {Box}
 */
export function grown(box, margin) {
  return { x0: box.x0 - margin, y0: box.y0 - margin, x1: box.x1 + margin, y1: box.y1 + margin };
}

/**
 * @param {Box} a
 * @param {Box} b
 */
export function overlap(a, b) {
  return a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;
}

/**
 * Whether the point lies in the polygon (even-odd rule). An outline of fewer than 3 points contains nothing.
 * @param {readonly Point[]} outline
 * @param {Point} point
 */
export function contains(outline, { x, y }) {
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const a = outline[i];
    const b = outline[j];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside && outline.length >= 3;
}

/**
 * The point `offset` away from `origin`, with the offset turned by `degrees`.
 * @param {Point} origin
 * @param {number} dx
 * @param {number} dy
 * @param {number} degrees
 * @returns {Point}
 */
export function turned(origin, dx, dy, degrees) {
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return { x: origin.x + dx * cos - dy * sin, y: origin.y + dx * sin + dy * cos };
}

/**
 * Distance from a point to the nearest edge of a polygon, negative outside it.
 * @param {readonly Point[]} outline
 * @param {Point} point
 */
function insetOf(outline, { x, y }) {
  let nearest = Infinity;
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const a = outline[j];
    const b = outline[i];
    const dx = b.x - a.x;
    const dy = b.y - a.y;
    const along = ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1);
    const t = along < 0 ? 0 : along > 1 ? 1 : along;
    const offX = x - a.x - t * dx;
    const offY = y - a.y - t * dy;
    const squared = offX * offX + offY * offY;
    if (squared < nearest) nearest = squared;
    if (b.y > y !== a.y > y && x < (dx * (y - b.y)) / dy + b.x) inside = !inside;
  }
  const distance = Math.sqrt(nearest);
  return inside && outline.length >= 3 ? distance : -distance;
}

/** A place this much farther from the middle must have one unit more room to be preferred: along a wedge it stays central. */
const OFF_MIDDLE_PER_ROOM = 2.5;

/**
 * Where a polygon has the most room around it: the place for its name, also in a crescent; of places with about the
 * same room the one nearest to its middle. The best point of a grid, refined four times; exact to about 1 % of the
 * polygon's extent.
 * @param {readonly Point[]} outline at least 3 points
 * @returns {{ x: number, y: number, room: number }} the point and its distance to the nearest edge
 */
export function roomiestPoint(outline) {
  const box = boxOf(outline);
  const middle = { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2 };
  let best = { ...middle, room: -Infinity };
  let bestWorth = -Infinity;
  let stepX = (box.x1 - box.x0) / 12;
  let stepY = (box.y1 - box.y0) / 12;
  let around = { ...best };
  let reach = 6;
  for (let round = 0; round < 4; round++) {
    for (let i = -reach; i <= reach; i++) {
      for (let j = -reach; j <= reach; j++) {
        const point = { x: around.x + i * stepX, y: around.y + j * stepY };
        const room = insetOf(outline, point);
        const worth = room - Math.hypot(point.x - middle.x, point.y - middle.y) / OFF_MIDDLE_PER_ROOM;
        if (worth <= bestWorth) continue;
        best = { ...point, room };
        bestWorth = worth;
      }
    }
    around = { ...best };
    reach = 2;
    stepX /= 2.5;
    stepY /= 2.5;
  }
  return best;
}

/**
 * The outline of the points, for sections whose drawing has none (Andrew's monotone chain).
 * @param {readonly Point[]} points
 * @returns {Point[]} the convex hull, counter-clockwise on the canvas; the points themselves when fewer than 3
 */
export function hullOf(points) {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  /** @param {Point} o @param {Point} a @param {Point} b */
  const cross = (o, a, b) => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
  /** @param {Point[]} path */
  const half = (path) => {
    /** @type {Point[]} */
    const kept = [];
    for (const point of path) {
      while (kept.length >= 2 && cross(kept[kept.length - 2], kept[kept.length - 1], point) <= 0) kept.pop();
      kept.push(point);
    }
    kept.pop();
    return kept;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
