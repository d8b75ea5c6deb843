/** The seats of a frame: paths of the cells in view, then labels, the buyer's own seats, and what is pointed at. */

/** @import { Cell } from "../venue/seat-grid.js" */
/** @import { Camera } from "./camera.js" */
/** @import { Scene } from "./scene.js" */

import { AVAILABLE, MINE } from "../venue/seat-states.js";
import { inkOn } from "./colors.js";
import { DETAILED_PX, ROW_LABEL_PX, SEAT_LABEL_PX } from "./scene.js";
import { addSeat } from "./seat-paths.js";
import { ACCESSIBLE, CHECK, COMPANION } from "./seat-glyphs.js";

/** One's own seats stay findable from afar, at this radius at least. */
const MINE_RADIUS_PX_MIN = 4.2;
const POP_MS = 220;
const FLASH_MS = 900;
const OUT_OF_FILTER_ALPHA = 0.16;

/**
 * Everybody's seats. The context is in canvas units.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 * @param {readonly Cell[]} cells in view
 * @param {number} close 0 to 1
 */
export function paintSeats(ctx, scene, camera, cells, close) {
  const { venue, theme, categoryColors, paths, category } = scene;
  const seatPx = venue.seatExtent * camera.pose.scale;
  const detailed = seatPx >= DETAILED_PX;
  const unit = venue.seatExtent;
  const taken = close * (category >= 0 ? 0.45 : 1);
  ctx.lineCap = "round";
  for (const cell of cells) {
    const built = paths.of(cell, detailed);
    ctx.globalAlpha = taken;
    if (built.booked) {
      ctx.fillStyle = theme.taken;
      ctx.fill(built.booked);
    }
    if (built.heldEdges) {
      ctx.strokeStyle = theme.held;
      ctx.lineWidth = unit * 0.08;
      ctx.stroke(built.heldEdges);
    }
    if (built.heldStripes) {
      ctx.lineWidth = unit * 0.055;
      ctx.stroke(built.heldStripes);
    }
    if (built.blocked) {
      ctx.strokeStyle = theme.taken;
      ctx.lineWidth = unit * 0.1;
      ctx.stroke(built.blocked);
    }
    for (const [index, path] of built.available) {
      ctx.globalAlpha = close * (category < 0 || category === index ? 1 : OUT_OF_FILTER_ALPHA);
      ctx.fillStyle = categoryColors[index];
      ctx.fill(path);
    }
  }
  ctx.globalAlpha = 1;
}

/**
 * Numbers and signs on available seats, names beside the rows. The context is in CSS pixels.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 * @param {readonly Cell[]} cells
 */
export function paintLabels(ctx, scene, camera, cells) {
  const { venue, theme, categoryColors, states, fontFamily, category } = scene;
  const { scale } = camera.pose;
  const seatPx = venue.seatExtent * scale;
  const view = camera.viewBox;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  if (seatPx >= ROW_LABEL_PX) {
    ctx.font = `600 ${Math.min(13, Math.max(8.5, seatPx * 0.5))}px ${fontFamily}`;
    ctx.fillStyle = theme.soft;
    for (const { x, y, text } of venue.rowLabels) {
      if (x < view.x0 || x > view.x1 || y < view.y0 || y > view.y1) continue;
      const at = camera.toView({ x, y });
      ctx.fillText(text, at.x, at.y + 0.5);
    }
  }
  if (seatPx < SEAT_LABEL_PX) return;
  const inks = categoryColors.map(inkOn);
  ctx.font = `600 ${Math.min(15, seatPx * 0.42)}px ${fontFamily}`;
  const restricted = new Path2D();
  for (const cell of cells) {
    for (const index of cell.seats) {
      if (states[index] !== AVAILABLE) continue;
      const own = venue.categoryOf[index];
      if (category >= 0 && own !== category) continue;
      const seat = venue.seat(index);
      const at = camera.toView(seat.position);
      if (at.x < -30 || at.y < -30 || at.x > camera.width + 30 || at.y > camera.height + 30) continue;
      ctx.fillStyle = inks[own];
      if (seat.accessible || seat.companion) {
        paintGlyph(ctx, seat.accessible ? ACCESSIBLE : COMPANION, at.x, at.y, seatPx * 0.66);
      } else {
        ctx.fillText(String(seat.seatNumber), at.x, at.y + seatPx * 0.02);
      }
      if (seat.restrictedView) {
        const r = seatPx * 0.3;
        restricted.rect(at.x - r * 0.8, at.y + seatPx * 0.29, r * 1.6, Math.max(1.5, seatPx * 0.07));
      }
    }
  }
  ctx.fillStyle = theme.onInk;
  ctx.globalAlpha = 0.85;
  ctx.fill(restricted);
  ctx.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Path2D} glyph on a 24 x 24 field
 * @param {number} x centre
 * @param {number} y
 * @param {number} size
 */
function paintGlyph(ctx, glyph, x, y, size) {
  ctx.save();
  ctx.translate(x - size / 2, y - size / 2);
  ctx.scale(size / 24, size / 24);
  ctx.fill(glyph);
  ctx.restore();
}

/**
 * The buyer's seats, the seat pointed at, the seat the keyboard is on, and rings where others just acted. The
 * context is in CSS pixels.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 * @param {number} nowMs
 * @param {number} close
 * @returns {boolean} whether something moves: another frame is due
 */
export function paintMarks(ctx, scene, camera, nowMs, close) {
  const { venue, theme, mine, still, flashes } = scene;
  const { scale } = camera.pose;
  let moving = false;
  if (!still && close > 0.5) {
    for (const [seat, sinceMs] of flashes) {
      // A frame's time may lie a little before the change that it draws.
      const age = Math.max(0, nowMs - sinceMs) / FLASH_MS;
      if (age >= 1) continue;
      moving = true;
      const at = camera.toView({ x: venue.xs[seat], y: venue.ys[seat] });
      ctx.strokeStyle = theme.ink;
      ctx.globalAlpha = (1 - age) ** 2 * 0.55;
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      ctx.arc(at.x, at.y, venue.radii[seat] * scale * (1 + age * 1.1), 0, Math.PI * 2);
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }
  for (const [seat, { pending, sinceMs }] of mine) {
    const age = Math.min(1, Math.max(0, nowMs - sinceMs) / POP_MS);
    const pop = still || age >= 1 ? 1 : 1 + Math.sin(age * Math.PI) * 0.22;
    moving ||= (!still && age < 1) || pending;
    paintMine(ctx, scene, camera, seat, pop, pending && nowMs - sinceMs > 180, nowMs);
  }
  if (scene.hovered >= 0 && !mine.has(scene.hovered)) {
    const color = scene.states[scene.hovered] === AVAILABLE ? theme.ink : theme.held;
    ring(ctx, scene, camera, scene.hovered, 1.16, 2, color);
  }
  if (scene.focused >= 0) {
    ring(ctx, scene, camera, scene.focused, 1.3, 5, theme.block);
    ring(ctx, scene, camera, scene.focused, 1.3, 3, theme.focus);
  }
  return moving;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 * @param {number} seat
 * @param {number} pop
 * @param {boolean} waiting
 * @param {number} nowMs
 */
function paintMine(ctx, { venue, theme, states, still }, camera, seat, pop, waiting, nowMs) {
  const at = camera.toView({ x: venue.xs[seat], y: venue.ys[seat] });
  const r = Math.max(MINE_RADIUS_PX_MIN, venue.radii[seat] * camera.pose.scale * 1.08) * pop;
  const wanted = states[seat] === MINE;
  ctx.save();
  ctx.translate(at.x, at.y);
  ctx.rotate(venue.rotations[seat]);
  const corner = venue.seat(seat).tableId ? r : r * 0.56;
  ctx.beginPath();
  ctx.roundRect(-r - 1.5, -r - 1.5, r * 2 + 3, r * 2 + 3, corner + 1.5);
  ctx.fillStyle = theme.block;
  ctx.fill();
  ctx.beginPath();
  ctx.roundRect(-r, -r, r * 2, r * 2, corner);
  ctx.globalAlpha = wanted ? 1 : 0.45;
  ctx.fillStyle = theme.ink;
  ctx.fill();
  ctx.rotate(-venue.rotations[seat]);
  ctx.globalAlpha = 1;
  if (waiting && r > 6) {
    const turn = still ? 0 : (nowMs / 700) * Math.PI * 2;
    ctx.strokeStyle = theme.onInk;
    ctx.lineWidth = Math.max(1.5, r * 0.16);
    ctx.beginPath();
    ctx.arc(0, 0, r * 0.5, turn, turn + Math.PI * 1.4);
    ctx.stroke();
  } else if (wanted && r >= 5.5) {
    ctx.strokeStyle = theme.onInk;
    ctx.lineWidth = 3.2;
    ctx.lineCap = "round";
    ctx.lineJoin = "round";
    ctx.scale((r * 1.5) / 24, (r * 1.5) / 24);
    ctx.translate(-12, -12);
    ctx.stroke(CHECK);
  }
  ctx.restore();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 * @param {number} seat
 * @param {number} share of the seat's extent
 * @param {number} width pixels
 * @param {string} color
 */
function ring(ctx, { venue }, camera, seat, share, width, color) {
  const { scale, x, y } = camera.pose;
  ctx.save();
  ctx.translate(camera.width / 2 - x * scale, camera.height / 2 - y * scale);
  ctx.scale(scale, scale);
  ctx.beginPath();
  addSeat(ctx, venue, seat, true, share);
  ctx.restore();
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
}
