/** What is drawn that is no seat: stages, tables, shapes, texts. The context is in canvas units. */

/** @import { Item } from "../wire.js" */
/** @import { View } from "./lens.js" */
/** @import { Scene } from "./scene.js" */

import { overlap } from "../venue/geometry.js";
import { mixed } from "./colors.js";
import { itemLabels } from "./item-labels.js";
import { fontOf, widthPerSize } from "./lettering.js";

/** A stage this many times wider than deep is a cinema's screen. */
const SCREEN_RATIO = 7;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 */
export function paintItems(ctx, scene, view) {
  const { venue, theme } = scene;
  for (const { item, box } of venue.items) {
    if (!overlap(box, view.viewBox)) continue;
    const w = item.size?.x ?? 0;
    const h = item.size?.y ?? 0;
    ctx.save();
    if (item.type === "table" || item.type === "shape") {
      const table = item.type === "table";
      ctx.fillStyle = table ? mixed(theme.block, theme.taken, 0.28) : mixed(theme.ground, theme.taken, 0.45);
      const path = tablePath(item);
      ctx.fill(path);
      ctx.strokeStyle = mixed(theme.block, theme.taken, 0.9);
      ctx.lineWidth = Math.min(2.5 / view.pose.scale, Math.max(1.25 / view.pose.scale, 1));
      if (table) ctx.stroke(path);
    }
    ctx.translate(item.pos.x, item.pos.y);
    ctx.rotate(((item.rot ?? 0) * Math.PI) / 180);
    if (item.type === "stage") paintStage(ctx, scene, w, h);
    ctx.restore();
  }
  paintNames(ctx, scene, view);
}

/** @type {WeakMap<Item, Path2D>} */
const paths = new WeakMap();

/**
 * The outline of a table or a shape, canvas units.
 * @param {Item} item
 */
export function tablePath(item) {
  let path = paths.get(item);
  if (!path) {
    const { pos, size = { x: 0, y: 0 }, rot = 0 } = item;
    const angle = (rot * Math.PI) / 180;
    path = new Path2D();
    if (item.shp === "round") path.ellipse(pos.x, pos.y, size.x / 2, size.y / 2, angle, 0, Math.PI * 2);
    else {
      const upright = new Path2D();
      upright.roundRect(-size.x / 2, -size.y / 2, size.x, size.y, Math.min(size.x, size.y) * 0.12);
      path.addPath(upright, new DOMMatrix().translate(pos.x, pos.y).rotate(rot));
    }
    paths.set(item, path);
  }
  return path;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {number} w
 * @param {number} h
 */
function paintStage(ctx, { theme }, w, h) {
  if (w / h >= SCREEN_RATIO) {
    const reach = w * 0.22;
    const light = ctx.createLinearGradient(0, h / 2, 0, h / 2 + reach);
    light.addColorStop(0, `${theme.ink}1f`);
    light.addColorStop(1, `${theme.ink}00`);
    ctx.fillStyle = light;
    ctx.beginPath();
    ctx.moveTo(-w / 2, h / 2);
    ctx.lineTo(w / 2, h / 2);
    ctx.lineTo(w * 0.56, h / 2 + reach);
    ctx.lineTo(-w * 0.56, h / 2 + reach);
    ctx.fill();
  }
  ctx.fillStyle = theme.stage;
  ctx.beginPath();
  ctx.roundRect(-w / 2, -h / 2, w, h, Math.min(w, h) * 0.14);
  ctx.fill();
  // Where the system forces its own few colours, a stage is the ground's.
  if (theme.stage !== theme.ground) return;
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = Math.min(w, h) * 0.03;
  ctx.stroke();
}

/** @type {WeakMap<import("../venue/venue.js").Venue, { key: string, labels: import("./item-labels.js").ItemLabel[] }>} of the scale painted last */
const placed = new WeakMap();

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 */
function paintNames(ctx, { venue, theme, fontFamily }, view) {
  const key = `${view.pose.scale}|${fontFamily}`;
  let found = placed.get(venue);
  if (found?.key !== key) {
    found = { key, labels: itemLabels(venue, view.pose.scale, (weight, text) => widthPerSize(ctx, weight, fontFamily, text)) };
    placed.set(venue, found);
  }
  for (const { item, text, at, angle, size, weight, spacing, beside, box } of found.labels) {
    if (!overlap(box, view.viewBox)) continue;
    ctx.save();
    ctx.translate(at.x, at.y);
    ctx.rotate(angle);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.letterSpacing = `${spacing}px`;
    ctx.font = fontOf(weight, size, fontFamily);
    ctx.fillStyle = beside ? theme.soft : item.type === "stage" ? theme.onStage : item.type === "table" ? theme.ink : theme.soft;
    ctx.fillText(text, 0, size * 0.04);
    ctx.letterSpacing = "0px";
    ctx.restore();
  }
}
