/** The buyer's own seats: dark, with a check mark, findable from afar. The context is in CSS pixels. */

/** @import { View } from "./lens.js" */
/** @import { Scene } from "./scene.js" */

import { MINE } from "../venue/seat-states.js";
import { CHECK } from "./seat-glyphs.js";

const RADIUS_PX_MIN = 4.2;
const POP_MS = 220;
/** An answer that comes sooner needs no sign of waiting. */
const WAITING_FROM_MS = 180;
const TURN_MS = 700;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {number} seat
 * @param {boolean} pending the server has not answered yet
 * @param {number} ageMs since it was taken
 * @param {number} nowMs
 * @returns {boolean} whether it moves
 */
export function paintMine(ctx, { venue, theme, states, still }, view, seat, pending, ageMs, nowMs) {
  const { pose, width, height } = view;
  const x = (venue.xs[seat] - pose.x) * pose.scale + width / 2;
  const y = (venue.ys[seat] - pose.y) * pose.scale + height / 2;
  const popping = !still && ageMs < POP_MS;
  const pop = popping ? 1 + Math.sin((Math.max(0, ageMs) / POP_MS) * Math.PI) * 0.22 : 1;
  const r = Math.max(RADIUS_PX_MIN, venue.radii[seat] * pose.scale * 1.08) * pop;
  if (x + r < 0 || y + r < 0 || x - r > width || y - r > height) return popping;
  const wanted = states[seat] === MINE;
  ctx.save();
  ctx.translate(x, y);
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
  const waiting = pending && ageMs > WAITING_FROM_MS;
  if (waiting && r > 6) {
    const turn = still ? 0 : (nowMs / TURN_MS) * Math.PI * 2;
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
  return popping || pending;
}
