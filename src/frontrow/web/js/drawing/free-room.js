/** Where a drawing is to be shown on a view that buttons and keys lie over: as large as can be, and clear of them. Pure. */

/** @import { Box } from "../venue/geometry.js" */

/** @typedef {{ top: number, right: number, bottom: number, left: number }} Insets CSS pixels from the view's edges */

const ROOM_PX_MIN = 40;
/** Larger rooms that are only free where the drawing is empty, such as beside an oval: so many are looked at. */
const LOOKS_MAX = 400;
const ROUNDING = 1e-6;

/**
 * The room in which the drawing is largest, and of those the widest; none of the obstacles lies on anything drawn then.
 * @param {{ width: number, height: number }} view CSS pixels
 * @param {readonly Box[]} obstacles CSS pixels from the view's top left, with the distance wished for
 * @param {number} margin to the view's edges
 * @param {Box} drawing canvas units
 * @param {number} scaleMax CSS pixels per unit, at most
 * @param {(box: Box) => boolean} occupied whether anything is drawn in this part of the canvas
 * @returns {Insets}
 */
export function freeRoom({ width, height }, obstacles, margin, drawing, scaleMax, occupied) {
  const [w, h] = [Math.max(1, drawing.x1 - drawing.x0), Math.max(1, drawing.y1 - drawing.y0)];
  const rooms = roomsBetween(width, height, obstacles, margin)
    .map((room) => ({ room, scale: Math.min((room.x1 - room.x0) / w, (room.y1 - room.y0) / h, scaleMax) }))
    .sort((a, b) => (Math.abs(b.scale - a.scale) > ROUNDING ? b.scale - a.scale : areaOf(b.room) - areaOf(a.room)));
  let looks = LOOKS_MAX;
  for (const { room, scale } of rooms) {
    const over = obstacles.filter(({ x0, y0, x1, y1 }) => x0 < room.x1 - ROUNDING && x1 > room.x0 + ROUNDING && y0 < room.y1 - ROUNDING && y1 > room.y0 + ROUNDING);
    if (over.length === 0) return insetsOf(room);
    for (const part of partsOf(room, w * scale, h * scale)) {
      if (looks-- <= 0) break;
      const x = (drawing.x0 + drawing.x1) / 2 - (part.x0 + part.x1) / 2 / scale;
      const y = (drawing.y0 + drawing.y1) / 2 - (part.y0 + part.y1) / 2 / scale;
      if (!over.some(({ x0, y0, x1, y1 }) => occupied({ x0: x0 / scale + x, y0: y0 / scale + y, x1: x1 / scale + x, y1: y1 / scale + y }))) return insetsOf(part);
    }
  }
  return insetsOf({ x0: margin, y0: margin, x1: width - margin, y1: height - margin });

  /** @param {Box} room @returns {Insets} */
  function insetsOf({ x0, y0, x1, y1 }) {
    return { top: y0, right: width - x1, bottom: height - y1, left: x0 };
  }
}

/**
 * A room, and the parts of it that hold a drawing of this size at one of its sides.
 * @param {Box} room
 * @param {number} w
 * @param {number} h
 * @returns {Box[]}
 */
function partsOf(room, w, h) {
  const { x0, y0, x1, y1 } = room;
  const across = x1 - x0 - w > 1 ? [{ x0, x1 }, { x0, x1: x0 + w }, { x0: x1 - w, x1 }] : [{ x0, x1 }];
  const down = y1 - y0 - h > 1 ? [{ y0, y1 }, { y0, y1: y0 + h }, { y0: y1 - h, y1 }] : [{ y0, y1 }];
  return across.flatMap((horizontal) => down.map((vertical) => ({ ...horizontal, ...vertical })));
}

/**
 * Every room whose sides are those of obstacles or the view's.
 * @param {number} width
 * @param {number} height
 * @param {readonly Box[]} obstacles
 * @param {number} margin
 * @returns {Box[]}
 */
function roomsBetween(width, height, obstacles, margin) {
  /** @param {number} size @param {number[]} after @param {number[]} before @returns {[number, number][]} */
  const spans = (size, after, before) => {
    const inside = (/** @type {number} */ at) => at >= margin && at <= size - margin;
    const starts = [...new Set([margin, ...after.filter(inside)])];
    const ends = [...new Set([size - margin, ...before.filter(inside)])];
    return starts.flatMap((start) => ends.filter((end) => end - start >= ROOM_PX_MIN).map((end) => /** @type {[number, number]} */ ([start, end])));
  };
  const across = spans(width, obstacles.map(({ x1 }) => x1), obstacles.map(({ x0 }) => x0));
  const down = spans(height, obstacles.map(({ y1 }) => y1), obstacles.map(({ y0 }) => y0));
  return across.flatMap(([x0, x1]) => down.map(([y0, y1]) => ({ x0, y0, x1, y1 })));
}

/** @param {Box} box */
function areaOf({ x0, y0, x1, y1 }) {
  return (x1 - x0) * (y1 - y0);
}
