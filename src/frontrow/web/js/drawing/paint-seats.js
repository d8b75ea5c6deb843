/** The seats of a picture, cell by cell, as paths that were built before. The context is in canvas units. */

/** @import { Cell } from "../venue/seat-grid.js" */
/** @import { View } from "./lens.js" */
/** @import { Scene } from "./scene.js" */

import { paletteOf } from "./palette.js";
import { DETAILED_PX } from "./scene.js";

const OUT_OF_FILTER_ALPHA = 0.16;
const TAKEN_BESIDE_FILTER_ALPHA = 0.45;

/**
 * Everybody's seats but the buyer's own.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {readonly Cell[]} cells in view
 * @param {number} close 0 to 1
 */
export function paintSeats(ctx, scene, view, cells, close) {
  const { venue, paths, heat } = scene;
  const detailed = venue.seatExtent * view.pose.scale >= DETAILED_PX;
  paintPaths(ctx, scene, cells.map((cell) => paths.of(cell, detailed, heat)), close);
}

/**
 * Only these seats, in full, as they look from afar.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Iterable<number>} seats
 */
export function paintSeatsAlone(ctx, scene, seats) {
  paintPaths(ctx, scene, [scene.paths.alone(seats, false, scene.heat)], 1);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {readonly import("./seat-paths.js").CellPaths[]} cells
 * @param {number} close 0 to 1
 */
function paintPaths(ctx, scene, cells, close) {
  const { venue, theme, category, heat } = scene;
  const { fills, booked, held, blocked } = paletteOf(scene);
  const unit = venue.seatExtent;
  const filtered = category >= 0 && !heat;
  const others = close * (filtered ? TAKEN_BESIDE_FILTER_ALPHA : 1);
  ctx.lineCap = "round";
  for (const built of cells) {
    ctx.globalAlpha = others;
    if (built.dots) {
      ctx.fillStyle = booked;
      ctx.fill(built.dots);
    }
    if (built.unknown) {
      ctx.fillStyle = theme.line;
      ctx.fill(built.unknown);
    }
    if (built.edges) {
      ctx.strokeStyle = held;
      ctx.lineWidth = unit * 0.08;
      ctx.stroke(built.edges);
    }
    if (built.stripes) {
      ctx.lineWidth = unit * 0.06;
      ctx.stroke(built.stripes);
    }
    if (built.crosses) {
      ctx.strokeStyle = blocked;
      ctx.lineWidth = unit * 0.1;
      ctx.stroke(built.crosses);
    }
    for (const [index, path] of built.full) {
      ctx.globalAlpha = close * (!filtered || category === index ? 1 : OUT_OF_FILTER_ALPHA);
      ctx.fillStyle = fills[index];
      ctx.fill(path);
    }
    if (built.signs) {
      ctx.globalAlpha = close;
      ctx.strokeStyle = theme.block;
      ctx.lineWidth = unit * 0.1;
      ctx.stroke(built.signs);
    }
  }
  ctx.globalAlpha = 1;
}
