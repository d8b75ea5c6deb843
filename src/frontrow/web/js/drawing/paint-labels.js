/** Numbers and signs on available seats, names beside the rows. The context is in CSS pixels. */

/** @import { Cell } from "../venue/seat-grid.js" */
/** @import { View } from "./lens.js" */
/** @import { Scene } from "./scene.js" */

import { AVAILABLE } from "../venue/seat-states.js";
import { heatStep } from "./heat.js";
import { fontOf } from "./lettering.js";
import { paletteOf } from "./palette.js";
import { ROW_LABEL_PX, SEAT_LABEL_PX, SEAT_SIGN_PX } from "./scene.js";
import { ACCESSIBLE, COMPANION } from "./seat-glyphs.js";

/** Longer numbers are written smaller, and not at all where they would be smaller than this. */
const LETTERS_FULL_SIZE_MAX = 3;
const NUMBER_PX_MIN = 6.5;
const ROW_WEIGHT = 600;
const NUMBER_WEIGHT = 600;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {readonly Cell[]} cells
 */
export function paintLabels(ctx, scene, view, cells) {
  const seatPx = scene.venue.seatExtent * view.pose.scale;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  if (seatPx >= ROW_LABEL_PX) paintRowLabels(ctx, scene, view, seatPx);
  if (seatPx >= SEAT_SIGN_PX) paintSeatLabels(ctx, scene, view, cells, seatPx);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {number} seatPx
 */
function paintRowLabels(ctx, { venue, theme, fontFamily }, view, seatPx) {
  const { x0, y0, x1, y1 } = view.viewBox;
  const size = Math.min(14, Math.max(8.5, seatPx * 0.5));
  ctx.font = fontOf(ROW_WEIGHT, size, fontFamily);
  ctx.fillStyle = theme.soft;
  const aside = (size * 6) / view.pose.scale;
  const above = size / view.pose.scale;
  for (const { x, y, text } of venue.rowLabels) {
    if (x < x0 - aside || x > x1 + aside || y < y0 - above || y > y1 + above) continue;
    const at = view.toView({ x, y });
    ctx.fillText(text, at.x, at.y + 0.5);
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {readonly Cell[]} cells
 * @param {number} seatPx
 */
function paintSeatLabels(ctx, scene, view, cells, seatPx) {
  const { venue, states, fontFamily, category, heat } = scene;
  const { x0, y0, x1, y1 } = view.viewBox;
  const { inks } = paletteOf(scene);
  const numbered = seatPx >= SEAT_LABEL_PX;
  const size = Math.min(18, seatPx * 0.42);
  const font = fontOf(NUMBER_WEIGHT, size, fontFamily);
  for (const cell of cells) {
    for (const index of cell.seats) {
      if (states[index] !== AVAILABLE) continue;
      const own = venue.categoryOf[index];
      if (category >= 0 && own !== category && !heat) continue;
      const ink = heat ? inks[heatStep(heat[index])] : inks[own];
      const reach = venue.radii[index] * 1.5;
      const x = venue.xs[index];
      const y = venue.ys[index];
      if (!ink || x + reach < x0 || x - reach > x1 || y + reach < y0 || y - reach > y1) continue;
      const seat = venue.seat(index);
      const at = view.toView(seat.position);
      ctx.fillStyle = ink;
      if (seat.accessible || seat.companion) {
        paintGlyph(ctx, seat.accessible ? ACCESSIBLE : COMPANION, at.x, at.y, seatPx * 0.68);
      } else if (numbered) {
        const text = String(seat.seatNumber);
        const share = Math.min(1, LETTERS_FULL_SIZE_MAX / text.length);
        if (size * share >= NUMBER_PX_MIN) {
          ctx.font = share < 1 ? fontOf(NUMBER_WEIGHT, size * share, fontFamily) : font;
          ctx.fillText(text, at.x, at.y + seatPx * (seat.restrictedView ? -0.06 : 0.02));
        }
      }
      if (seat.restrictedView) {
        const r = seatPx * 0.24;
        ctx.fillRect(at.x - r, at.y + seatPx * 0.27, r * 2, Math.max(1.5, seatPx * 0.08));
      }
    }
  }
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
