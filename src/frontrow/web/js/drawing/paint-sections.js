/** Sections: floors under the seats, and from afar blocks that say their name and how they sell. */

/** @import { Camera } from "./camera.js" */
/** @import { Scene } from "./scene.js" */
/** @import { VenueSection } from "../venue/venue.js" */

import { noneFreeText } from "../sale/wording.js";
import { overlap } from "../venue/geometry.js";
import { inkOn, mixed } from "./colors.js";

/** Smaller names are left out rather than guessed at. */
const NAME_PX_MIN = 8.5;

/** WCAG 2.2, 1.4.3, for large bold text. */
const LARGE_TEXT_CONTRAST_MIN = 3;

/** @type {WeakMap<VenueSection, Path2D>} */
const outlines = new WeakMap();

/** @param {VenueSection} section */
function outlineOf(section) {
  let path = outlines.get(section);
  if (!path) {
    path = new Path2D();
    section.outline.forEach(({ x, y }, i) => (i ? path?.lineTo(x, y) : path?.moveTo(x, y)));
    path.closePath();
    outlines.set(section, path);
  }
  return path;
}

/**
 * The colour of a block from afar: its category's, paler the fewer seats are left, grey when none is.
 * @param {Scene} scene
 * @param {number} index
 */
export function blockColor({ venue, sales, theme, categoryColors, category }, index) {
  const { available, total } = sales[index];
  const color = categoryColors[venue.sections[index].category];
  if (available === 0 || total === 0) return mixed(theme.ground, theme.taken, 0.55);
  const share = 0.5 + 0.5 * Math.sqrt(available / total);
  const filtered = category >= 0 && venue.sections[index].category !== category;
  return mixed(theme.ground, color, filtered ? 0.14 : share);
}

/**
 * Under the seats. The context is in canvas units.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 * @param {number} close 0 to 1, see closeness()
 */
export function paintBlocks(ctx, scene, camera, close) {
  const { venue, theme } = scene;
  const view = camera.viewBox;
  ctx.lineJoin = "round";
  venue.sections.forEach((section, index) => {
    if (section.outline.length < 3 || !overlap(section.box, view)) return;
    const path = outlineOf(section);
    const color = mixed(blockColor(scene, index), theme.block, close);
    const hovered = scene.hoveredSection === section && close < 1;
    ctx.fillStyle = hovered ? mixed(color, theme.ink, 0.12 * (1 - close)) : color;
    ctx.fill(path);
    ctx.lineWidth = (hovered ? 2 : 1) / camera.pose.scale;
    ctx.strokeStyle = hovered ? theme.ink : mixed(mixed(color, theme.ink, 0.08), theme.line, close);
    ctx.stroke(path);
  });
}

/**
 * Over the blocks. The context is in CSS pixels.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {Camera} camera
 * @param {number} close
 */
export function paintBlockNames(ctx, scene, camera, close) {
  const { venue, sales, theme, fontFamily } = scene;
  const view = camera.viewBox;
  const { scale } = camera.pose;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.globalAlpha = (1 - close) ** 2;
  venue.sections.forEach((section, index) => {
    if (!overlap(section.box, view)) return;
    const roomPx = section.nameAt.room * scale;
    if (roomPx < 6) return;
    const { x, y } = camera.toView(section.nameAt);
    const { available, fromMinor } = sales[index];
    const color = mixed(blockColor(scene, index), theme.block, close);
    const wished = Math.min(20, Math.max(9, roomPx * 0.62));
    const size = Math.min(wished, (wished * roomPx * 1.78) / widthOf(ctx, nameFont(wished, fontFamily), section.name));
    if (size < NAME_PX_MIN) return;
    const second = available === 0 ? noneFreeText(sales[index]) : fromMinor === null ? "" : `from ${scene.priceText(fromMinor)}`;
    const font = `500 ${Math.max(10, size * 0.62)}px ${fontFamily}`;
    const two = roomPx > 20 && second !== "" && widthOf(ctx, font, second) <= roomPx * 1.85;
    ctx.font = nameFont(size, fontFamily);
    ctx.fillStyle = available === 0 ? theme.soft : inkOn(color, LARGE_TEXT_CONTRAST_MIN);
    ctx.fillText(section.name, x, y - (two ? size * 0.5 : 0));
    if (!two) return;
    ctx.font = font;
    ctx.fillText(second, x, y + size * 0.62);
  });
  ctx.globalAlpha = 1;
}

/**
 * @param {number} size pixels
 * @param {string} fontFamily
 */
function nameFont(size, fontFamily) {
  return `650 ${size}px ${fontFamily}`;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} font
 * @param {string} text
 */
function widthOf(ctx, font, text) {
  ctx.font = font;
  return ctx.measureText(text).width;
}
