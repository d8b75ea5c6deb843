/**
 * What lies over the still picture and may change with every frame: what is pointed at, where others just acted, what
 * is selected or offered, the buyer's own seats, the keyboard's seat. The context is in CSS pixels.
 */

/** @import { View } from "./lens.js" */
/** @import { Scene } from "./scene.js" */

import { grown, overlap } from "../venue/geometry.js";
import { AVAILABLE } from "../venue/seat-states.js";
import { paintMine } from "./paint-mine.js";
import { paintSeatsAlone } from "./paint-seats.js";
import { addSeat } from "./seat-paths.js";
import { outlineOf } from "./paint-sections.js";
import { tablePath } from "./paint-items.js";
import { DETAILED_PX } from "./scene.js";

const FLASH_MS = 900;
/** Selected seats stay findable from afar; from there neighbours grow into one another. */
const SELECTED_RADIUS_PX_MIN = 2.2;
const TOGETHER_SHARE = 1.45;
const RING_SHARE = 1.16;
const POINTED_ALPHA = 0.1;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {number} nowMs
 * @param {number} close 0 to 1
 * @returns {boolean} whether something moves: another frame is due
 */
export function paintMarks(ctx, scene, view, nowMs, close) {
  paintPointed(ctx, scene, view, close);
  let moving = paintFlashes(ctx, scene, view, nowMs, close);
  if (scene.selected.size) paintSelected(ctx, scene, view);
  if (scene.highlighted?.size) paintHighlighted(ctx, scene, view);
  for (const [seat, { pending, sinceMs }] of scene.mine) {
    if (paintMine(ctx, scene, view, seat, pending, nowMs - sinceMs, nowMs)) moving = true;
  }
  const { hovered, focused, theme } = scene;
  if (hovered >= 0 && !scene.mine.has(hovered)) {
    ring(ctx, scene, view, hovered, 1.16, 2, scene.states[hovered] === AVAILABLE ? theme.ink : theme.held);
  }
  if (focused >= 0) {
    ring(ctx, scene, view, focused, 1.3, 6, theme.block);
    ring(ctx, scene, view, focused, 1.3, 3, theme.focus);
  }
  return moving;
}

/**
 * The section or the table under the pointer.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {number} close
 */
function paintPointed(ctx, { venue, theme, hoveredSection, hoveredTable }, view, close) {
  const section = close < 1 ? hoveredSection : null;
  const table = hoveredTable === null ? undefined : venue.tableById.get(hoveredTable);
  if (!section && !table) return;
  ctx.save();
  toUnits(ctx, view);
  ctx.fillStyle = theme.ink;
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = 2 / view.pose.scale;
  ctx.lineJoin = "round";
  for (const path of [section && outlineOf(section), table && tablePath(table.item)]) {
    if (!path) continue;
    ctx.globalAlpha = POINTED_ALPHA;
    ctx.fill(path);
    ctx.globalAlpha = 1;
    ctx.stroke(path);
  }
  ctx.restore();
}

/**
 * Rings that grow and fade around seats that others just changed.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {number} nowMs
 * @param {number} close
 */
function paintFlashes(ctx, { venue, theme, still, flashes }, view, nowMs, close) {
  if (still || close <= 0.5) return false;
  const { pose, width, height } = view;
  let moving = false;
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = 1.5;
  for (const [seat, sinceMs] of flashes) {
    // A frame's time may lie a little before the change that it draws.
    const age = Math.max(0, nowMs - sinceMs) / FLASH_MS;
    if (age >= 1) continue;
    const x = (venue.xs[seat] - pose.x) * pose.scale + width / 2;
    const y = (venue.ys[seat] - pose.y) * pose.scale + height / 2;
    const r = venue.radii[seat] * pose.scale * (1 + age * 1.1);
    if (x + r < 0 || y + r < 0 || x - r > width || y - r > height) continue;
    moving = true;
    ctx.globalAlpha = (1 - age) ** 2 * 0.55;
    ctx.beginPath();
    ctx.arc(x, y, r, 0, Math.PI * 2);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  return moving;
}

/**
 * A ring around each seat, in the ink that no category has. Where seats are too small for that, a line around those that
 * stand together, and within it every seat as its state is drawn, also from so far that others are not.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 */
function paintSelected(ctx, scene, view) {
  const { venue, theme, selected } = scene;
  const px = venue.seatExtent * view.pose.scale;
  const detailed = px >= DETAILED_PX;
  seatsPath(ctx, venue, view, selected, detailed, detailed ? RING_SHARE : Math.max(TOGETHER_SHARE, (SELECTED_RADIUS_PX_MIN * 2) / px));
  ctx.strokeStyle = theme.block;
  ctx.lineWidth = 5.5;
  ctx.stroke();
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = detailed ? 2.5 : 3.5;
  ctx.stroke();
  if (detailed) return;
  ctx.fillStyle = theme.block;
  ctx.fill();
  ctx.save();
  toUnits(ctx, view);
  paintSeatsAlone(ctx, scene, [...selected].filter((seat) => overlap(seatBox(venue, seat), view.viewBox)));
  ctx.restore();
}

/**
 * @param {import("../venue/venue.js").Venue} venue
 * @param {number} seat
 */
function seatBox({ xs, ys, radii }, seat) {
  return grown({ x0: xs[seat], y0: ys[seat], x1: xs[seat], y1: ys[seat] }, radii[seat] * 1.5);
}

/**
 * A halo and a ring: look here.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 */
function paintHighlighted(ctx, { venue, theme, highlighted = new Set() }, view) {
  const { scale } = view.pose;
  const share = Math.max(1.25, 12 / (venue.seatExtent * scale));
  seatsPath(ctx, venue, view, highlighted, true, share);
  ctx.strokeStyle = theme.focus;
  ctx.globalAlpha = 0.28;
  ctx.lineWidth = 9;
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = theme.block;
  ctx.lineWidth = 4.5;
  ctx.stroke();
  ctx.strokeStyle = theme.focus;
  ctx.lineWidth = 2.5;
  ctx.stroke();
}

/**
 * Begin a path of those of the seats that are in view. Units go in, pixels remain for strokes.
 * @param {CanvasRenderingContext2D} ctx
 * @param {import("../venue/venue.js").Venue} venue
 * @param {View} view
 * @param {Iterable<number>} seats
 * @param {boolean} detailed
 * @param {number} share of a seat's extent
 */
function seatsPath(ctx, venue, view, seats, detailed, share) {
  const { x0, y0, x1, y1 } = view.viewBox;
  ctx.save();
  toUnits(ctx, view);
  ctx.beginPath();
  for (const seat of seats) {
    const reach = venue.radii[seat] * share * 1.5;
    const x = venue.xs[seat];
    const y = venue.ys[seat];
    if (x + reach > x0 && x - reach < x1 && y + reach > y0 && y - reach < y1) addSeat(ctx, venue, seat, detailed, share);
  }
  ctx.restore();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {number} seat
 * @param {number} share of the seat's extent
 * @param {number} width pixels
 * @param {string} color
 */
function ring(ctx, { venue }, view, seat, share, width, color) {
  seatsPath(ctx, venue, view, [seat], true, share);
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
}

/**
 * @param {CanvasRenderingContext2D} ctx in CSS pixels
 * @param {View} view
 */
function toUnits(ctx, { pose, width, height }) {
  ctx.translate(width / 2 - pose.x * pose.scale, height / 2 - pose.y * pose.scale);
  ctx.scale(pose.scale, pose.scale);
}
