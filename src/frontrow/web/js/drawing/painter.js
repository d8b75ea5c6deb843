/** The still picture of a part of the map: ground, blocks, items, seats, labels, in that order. Only what is in view. */

/** @import { View } from "./lens.js" */
/** @import { Scene } from "./scene.js" */

import { grown } from "../venue/geometry.js";
import { paintItems } from "./paint-items.js";
import { paintLabels } from "./paint-labels.js";
import { paintSeats } from "./paint-seats.js";
import { paintBlockNames, paintBlocks } from "./paint-sections.js";
import { closeness } from "./scene.js";

/** What is written on a seat or beside it reaches this far beyond it, in seat extents. */
const LABEL_REACH = 2;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {number} pixelRatio
 */
export function paintStill(ctx, scene, view, pixelRatio) {
  const { venue, theme } = scene;
  const { x, y, scale } = view.pose;
  const close = closeness(venue, scale);
  const inPixels = () => ctx.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  const inUnits = () => {
    const k = pixelRatio * scale;
    ctx.setTransform(k, 0, 0, k, pixelRatio * (view.width / 2) - k * x, pixelRatio * (view.height / 2) - k * y);
  };

  ctx.direction = scene.words.dir;
  inPixels();
  ctx.globalAlpha = 1;
  ctx.fillStyle = theme.ground;
  ctx.fillRect(0, 0, view.width, view.height);
  inUnits();
  paintBlocks(ctx, scene, view, close);
  paintItems(ctx, scene, view);
  const cells = close > 0 ? venue.grid.cellsIn(grown(view.viewBox, venue.seatExtent * LABEL_REACH)) : [];
  if (cells.length) paintSeats(ctx, scene, view, cells, close);
  inPixels();
  if (cells.length) paintLabels(ctx, scene, view, cells);
  if (close < 1) paintBlockNames(ctx, scene, view, close);
}
