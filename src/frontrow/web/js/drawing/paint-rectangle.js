/** The rectangle that is being drawn around seats. */

/** @import { Theme } from "../theme.js" */
/** @import { Box } from "../venue/geometry.js" */

const DASHES = [5, 4];

/**
 * The context is in CSS pixels.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Theme} theme
 * @param {Box} box
 */
export function paintRectangle(ctx, theme, { x0, y0, x1, y1 }) {
  ctx.fillStyle = `${theme.focus}1f`;
  ctx.fillRect(x0, y0, x1 - x0, y1 - y0);
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = theme.block;
  ctx.strokeRect(x0, y0, x1 - x0, y1 - y0);
  ctx.strokeStyle = theme.focus;
  ctx.setLineDash(DASHES);
  ctx.strokeRect(x0, y0, x1 - x0, y1 - y0);
  ctx.setLineDash([]);
}
