/** Sections: floors under the seats, and from afar blocks that say their name, what they cost and how full they are. */

/** @import { Scene, SectionSale } from "./scene.js" */
/** @import { View } from "./lens.js" */
/** @import { Venue, VenueSection } from "../venue/venue.js" */
/** @import { SectionLabel } from "./section-labels.js" */

import { noneFreeText } from "../words/seat-words.js";
import { overlap } from "../venue/geometry.js";
import { contrast, inkOn, mixed } from "./colors.js";
import { heatStep, sectionHeat } from "./heat.js";
import { fontOf, widthPerSize } from "./lettering.js";
import { paletteOf } from "./palette.js";
import { sectionLabels } from "./section-labels.js";

const NAME_WEIGHT = 650;
const PRICE_PX_MIN = 10;
const PRICE_WEIGHT = 500;
/** A section with this much room around its name says more than its name. */
const PRICE_ROOM_PX = 20;
const METER_ROOM_PX = 27;
/** How much of the room the line below the name may take. */
const PRICE_WIDTH_SHARE = 1.66;
/** How much of its category's colour a block shows: an all but sold one, and a free one. Ink is read on either. */
const COLOR_SHARE_MIN = 0.2;
const COLOR_SHARE_MAX = 0.62;
const TEXT_CONTRAST_MIN = 4.5;

/** @type {WeakMap<VenueSection, Path2D>} */
const outlines = new WeakMap();

/** @param {VenueSection} section */
export function outlineOf(section) {
  let path = outlines.get(section);
  if (!path) {
    path = new Path2D();
    for (const { x, y } of section.outline) path.lineTo(x, y);
    path.closePath();
    outlines.set(section, path);
  }
  return path;
}

/**
 * The colour of a block from afar: its category's, paler the fewer seats are left, grey when none is; or its heat's.
 * @param {Scene} scene
 * @param {number} index
 */
export function blockColor(scene, index) {
  const { venue, sales, theme, category, heat } = scene;
  if (heat) {
    const step = heatStep(sectionHeat(heat, venue.sections)[index]);
    return step < 0 ? mixed(theme.ground, theme.taken, 0.4) : paletteOf(scene).fills[step];
  }
  const { available, total } = sales[index];
  const own = venue.sections[index].category;
  // What is not known yet must not look sold.
  if (total === 0) return theme.block;
  if (available === 0) return mixed(theme.ground, theme.taken, 0.4);
  const share = COLOR_SHARE_MIN + (COLOR_SHARE_MAX - COLOR_SHARE_MIN) * Math.sqrt(available / total);
  const filtered = category >= 0 && own !== category;
  return mixed(theme.block, paletteOf(scene).tints[own], filtered ? 0.08 : share);
}

/**
 * @param {Scene} scene
 * @param {number} index
 */
function edgeColor(scene, index) {
  const { venue, sales, theme, category } = scene;
  const own = venue.sections[index].category;
  if (sales[index].available === 0 || (category >= 0 && own !== category) || scene.heat) return mixed(theme.ground, theme.taken, 0.8);
  return mixed(theme.block, paletteOf(scene).tints[own], 0.9);
}

/**
 * Under the seats. The context is in canvas units.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {number} close 0 to 1, see closeness()
 */
export function paintBlocks(ctx, scene, view, close) {
  const { venue, theme } = scene;
  ctx.lineJoin = "round";
  ctx.lineWidth = (1.5 - 0.5 * close) / view.pose.scale;
  for (let index = 0; index < venue.sections.length; index++) {
    const section = venue.sections[index];
    if (section.outline.length < 3 || !overlap(section.box, view.viewBox)) continue;
    const path = outlineOf(section);
    const color = mixed(blockColor(scene, index), theme.block, close);
    ctx.fillStyle = color;
    ctx.fill(path);
    ctx.strokeStyle = mixed(edgeColor(scene, index), theme.line, close);
    ctx.stroke(path);
  }
}

/** @type {WeakMap<Venue, { key: string, labels: SectionLabel[] }>} of the scale painted last */
const placed = new WeakMap();

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {number} scale
 */
function labelsOf(ctx, { venue, fontFamily }, scale) {
  const key = `${scale}|${fontFamily}`;
  let found = placed.get(venue);
  if (found?.key !== key) {
    found = { key, labels: sectionLabels(venue, scale, (name) => widthPerSize(ctx, NAME_WEIGHT, fontFamily, name)) };
    placed.set(venue, found);
  }
  return found.labels;
}

/**
 * Over the blocks. The context is in CSS pixels.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {number} close
 */
export function paintBlockNames(ctx, scene, view, close) {
  const { theme } = scene;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.globalAlpha = (1 - close) ** 2;
  for (const label of labelsOf(ctx, scene, view.pose.scale)) {
    if (!overlap(label.box, view.viewBox)) continue;
    const { section, roomPx } = label;
    const color = roomPx > 0 ? mixed(blockColor(scene, section), theme.block, close) : theme.ground;
    // The theme's ink where it reads, so that neighbours are not written in black and white by turns.
    const own = scene.sales[section].available === 0 && !scene.heat ? theme.soft : theme.ink;
    ctx.fillStyle = contrast(own, color) >= TEXT_CONTRAST_MIN ? own : inkOn(color);
    paintBlockName(ctx, scene, view, label);
  }
  ctx.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Scene} scene
 * @param {View} view
 * @param {SectionLabel} label
 */
function paintBlockName(ctx, { sales, words, fontFamily, priceText }, view, { section, name, at, size, roomPx, box }) {
  const { available, total } = sales[section];
  const inside = roomPx > 0;
  const widthMax = inside ? roomPx * PRICE_WIDTH_SHARE : (box.x1 - box.x0) * view.pose.scale;
  const smaller = Math.max(PRICE_PX_MIN, size * 0.62);
  const about = inside && (roomPx < PRICE_ROOM_PX || size < PRICE_PX_MIN) ? "" : aboutTexts(words, sales[section], priceText).find(
    (text) => smaller * widthPerSize(ctx, PRICE_WEIGHT, fontFamily, text) <= widthMax) ?? "";
  const metered = about !== "" && available > 0 && available < total && roomPx > METER_ROOM_PX;
  const { x, y } = view.toView(at);
  const top = y - (about && inside ? size * 0.5 : 0) - (metered ? size * 0.28 : 0);
  ctx.font = fontOf(NAME_WEIGHT, size, fontFamily);
  ctx.fillText(name, x, top);
  if (!about) return;
  ctx.font = fontOf(PRICE_WEIGHT, smaller, fontFamily);
  ctx.fillText(about, x, top + size * 0.55 + smaller * 0.78);
  if (metered) paintMeter(ctx, x, top + size * 0.55 + smaller * 1.75, roomPx * 1.05, available / total, words.dir);
}

/**
 * What there is to say of a section besides its name, the longer one first.
 * @param {Scene["words"]} words
 * @param {SectionSale} sale
 * @param {Scene["priceText"]} priceText
 * @returns {string[]}
 */
function aboutTexts(words, sale, priceText) {
  if (sale.total === 0) return [];
  if (sale.available === 0) return [noneFreeText(words, sale)];
  if (sale.fromMinor === null) return [];
  const price = priceText(sale.fromMinor);
  return [words.t("map.from_price", { price }), price];
}

/**
 * How much is left, as a bar in the ink of the text above it.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x middle
 * @param {number} y top
 * @param {number} width
 * @param {number} share left, 0 to 1
 * @param {"ltr" | "rtl"} dir the bar fills from where reading begins
 */
function paintMeter(ctx, x, y, width, share, dir) {
  const height = 3;
  const filled = Math.max(height, width * share);
  const alpha = ctx.globalAlpha;
  ctx.globalAlpha = alpha * 0.3;
  ctx.beginPath();
  ctx.roundRect(x - width / 2, y, width, height, height / 2);
  ctx.fill();
  ctx.globalAlpha = alpha;
  ctx.beginPath();
  ctx.roundRect(dir === "rtl" ? x + width / 2 - filled : x - width / 2, y, filled, height, height / 2);
  ctx.fill();
}
