/** What is drawn that is no seat: stages, tables, shapes, texts. The context is in canvas units. */

/** @import { Item } from "../wire.js" */
/** @import { Camera } from "./camera.js" */
/** @import { Scene } from "./scene.js" */

import { mixed } from "./colors.js";

/** A stage this many times wider than deep is a cinema's screen. */
const SCREEN_RATIO = 7;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 */
export function paintItems(ctx, scene, camera) {
  const { venue, theme } = scene;
  for (const item of venue.layout.items ?? []) {
    const w = item.size?.x ?? 0;
    const h = item.size?.y ?? 0;
    ctx.save();
    ctx.translate(item.pos.x, item.pos.y);
    ctx.rotate(((item.rot ?? 0) * Math.PI) / 180);
    if (item.type === "stage") paintStage(ctx, scene, w, h);
    else if (item.type !== "text") {
      const table = item.type === "table";
      const hovered = table && scene.hoveredTable === item.id;
      ctx.fillStyle = table ? mixed(theme.block, theme.taken, hovered ? 0.55 : 0.28) : mixed(theme.ground, theme.taken, 0.45);
      ctx.strokeStyle = hovered ? theme.ink : mixed(theme.block, theme.taken, 0.9);
      ctx.lineWidth = Math.max(1.25 / camera.pose.scale, 1);
      shape(ctx, item, w, h);
      ctx.fill();
      if (table) ctx.stroke();
    }
    paintLabel(ctx, scene, camera, item, w, h);
    ctx.restore();
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Item} item
 * @param {number} w
 * @param {number} h
 */
function shape(ctx, item, w, h) {
  ctx.beginPath();
  if (item.shp === "round") ctx.ellipse(0, 0, w / 2, h / 2, 0, 0, Math.PI * 2);
  else ctx.roundRect(-w / 2, -h / 2, w, h, Math.min(w, h) * 0.12);
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
}

/**
 * A text keeps its drawn size, a label fits into its item; none is drawn too small to read.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 * @param {Item} item
 * @param {number} w
 * @param {number} h
 */
function paintLabel(ctx, { theme, fontFamily }, camera, item, w, h) {
  if (!item.lbl) return;
  const upright = item.type !== "text" && h > w * 1.4;
  const [along, across] = upright ? [h, w] : [w, h];
  const base = item.type === "text" ? across || 24 : Math.min(across * 0.46, 64);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.letterSpacing = item.type === "stage" ? `${base * 0.14}px` : "0px";
  ctx.font = `${item.type === "text" ? 500 : 650} ${base}px ${fontFamily}`;
  const width = ctx.measureText(item.lbl).width;
  const size = along > 0 && width > along * 0.86 ? (base * along * 0.86) / width : base;
  if (size * camera.pose.scale >= 5.5) {
    if (upright) ctx.rotate(-Math.PI / 2);
    ctx.font = `${item.type === "text" ? 500 : 650} ${size}px ${fontFamily}`;
    ctx.fillStyle = item.type === "stage" ? theme.onStage : item.type === "table" ? theme.ink : theme.soft;
    ctx.fillText(item.lbl, 0, size * 0.04);
  }
  ctx.letterSpacing = "0px";
}
