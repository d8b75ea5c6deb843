/** One frame: ground, blocks, items, seats, labels, marks, in that order. Draws only what is in view. */

/** @import { Camera } from "./camera.js" */
/** @import { Scene } from "./scene.js" */

import { paintItems } from "./paint-items.js";
import { paintLabels, paintMarks, paintSeats } from "./paint-seats.js";
import { paintBlockNames, paintBlocks } from "./paint-sections.js";
import { closeness } from "./scene.js";

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 * @param {number} pixelRatio
 * @param {number} nowMs
 * @returns {boolean} whether something moves: another frame is due
 */
export function paintFrame(ctx, scene, camera, pixelRatio, nowMs) {
  const { venue, theme } = scene;
  const { x, y, scale } = camera.pose;
  const close = closeness(venue, scale);
  const inPixels = () => ctx.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  const inUnits = () => {
    const k = pixelRatio * scale;
    ctx.setTransform(k, 0, 0, k, pixelRatio * (camera.width / 2) - k * x, pixelRatio * (camera.height / 2) - k * y);
  };

  inPixels();
  ctx.globalAlpha = 1;
  ctx.fillStyle = theme.ground;
  ctx.fillRect(0, 0, camera.width, camera.height);
  inUnits();
  paintBlocks(ctx, scene, camera, close);
  paintItems(ctx, scene, camera);
  const cells = close > 0 ? venue.grid.cellsIn(camera.viewBox) : [];
  if (cells.length) paintSeats(ctx, scene, camera, cells, close);
  inPixels();
  if (cells.length) paintLabels(ctx, scene, camera, cells);
  if (close < 1) paintBlockNames(ctx, scene, camera, close);
  return paintMarks(ctx, scene, camera, nowMs, close);
}
