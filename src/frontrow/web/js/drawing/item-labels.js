/**
 * Where the names of stages, tables and shapes stand: on them where they can be read there, else below or above, where
 * nothing else is. Worked out once for a scale, so that every tile tells the same.
 */

/** @import { Item } from "../wire.js" */
/** @import { Box } from "../venue/geometry.js" */
/** @import { Venue } from "../venue/venue.js" */

import { boxOf, overlap, turned } from "../venue/geometry.js";

/** Smaller names are left out rather than guessed at; smaller than easily read, they may better stand beside. */
const LABEL_PX_MIN = 7;
const LABEL_PX_READABLE = 8.5;
const LABEL_PX_MAX = 30;
const BESIDE_PX = 11.5;
const GAP_PX = 4;
const TEXT_SIZE = 24;
/** Between the letters of a stage, as a share of their size. */
const STAGE_SPACING = 0.14;
/** An item smaller than this is a speck; a name beside it would name nothing that is seen. */
const EXTENT_PX_MIN = 20;
/** Beyond so many items none of their names is looked for a place beside: there is none. */
const BESIDE_ITEMS_MAX = 300;

/**
 * @typedef {object} ItemLabel
 * @property {Item} item
 * @property {string} text
 * @property {{ x: number, y: number }} at its middle, canvas units
 * @property {number} angle radians
 * @property {number} size canvas units
 * @property {number} weight
 * @property {number} spacing canvas units between letters
 * @property {boolean} beside
 * @property {Box} box canvas units
 */

/**
 * A text keeps its drawn size, a name fits into its item; none is drawn too small to read.
 * @param {Pick<Venue, "layout" | "items" | "box" | "sections" | "grid">} venue
 * @param {number} scale CSS pixels per canvas unit
 * @param {(weight: number, text: string) => number} widthOf a text at a size of 1
 * @returns {ItemLabel[]}
 */
export function itemLabels(venue, scale, widthOf) {
  const items = venue.layout.items ?? [];
  /** @type {ItemLabel[]} */
  const labels = [];
  const taken = [...items.map(coreOf), ...(venue.sections.length < 3 ? [] : venue.sections.filter(({ outline }) => outline.length >= 3).map(({ box }) => box))];
  for (const item of items) {
    const text = item.lbl;
    if (!text) continue;
    const { x: w = 0, y: h = 0 } = item.size ?? {};
    const isText = item.type === "text";
    const upright = !isText && h > w * 1.4;
    const [along, across] = upright ? [h, w] : [w, h];
    const weight = isText ? 500 : 650;
    // Letters that join, as Arabic ones, must not be pulled apart.
    const spacing = item.type === "stage" && !JOINING.test(text) ? STAGE_SPACING : 0;
    const width = widthOf(weight, text) + spacing * text.length;
    const base = isText ? across || TEXT_SIZE : Math.min(across * 0.46, 64);
    const fitting = along > 0 && base * width > along * 0.86 ? (along * 0.86) / width : base;
    const size = Math.min(fitting, LABEL_PX_MAX / scale);
    const label = { item, text, weight, at: item.pos, angle: (((item.rot ?? 0) - (upright ? 90 : 0)) * Math.PI) / 180 };
    const seen = along * scale >= EXTENT_PX_MIN && item.type !== "table" && !isText && items.length <= BESIDE_ITEMS_MAX;
    const beside = size * scale < LABEL_PX_READABLE && seen ? besideOf(venue, item, scale, width, taken) : null;
    if (beside) {
      taken.push(beside.box);
      labels.push({ ...label, ...beside, angle: 0, spacing: beside.size * spacing, beside: true });
    } else if (size * scale >= LABEL_PX_MIN) {
      const reach = Math.hypot(size * width, size * 1.3) / 2;
      const box = { x0: item.pos.x - reach, y0: item.pos.y - reach, x1: item.pos.x + reach, y1: item.pos.y + reach };
      labels.push({ ...label, size, spacing: size * spacing, beside: false, box });
    }
  }
  return labels;
}

/**
 * @param {Pick<Venue, "box" | "grid">} venue
 * @param {Item} item
 * @param {number} scale
 * @param {number} width of the text at a size of 1
 * @param {readonly Box[]} taken
 */
function besideOf({ box: whole, grid }, item, scale, width, taken) {
  const size = BESIDE_PX / scale;
  const own = coreOf(item);
  const { x } = item.pos;
  for (const y of [own.y1 + GAP_PX / scale + size * 0.6, own.y0 - GAP_PX / scale - size * 0.6]) {
    const box = { x0: x - (size * width) / 2, x1: x + (size * width) / 2, y0: y - size * 0.6, y1: y + size * 0.6 };
    const inside = box.x0 >= whole.x0 && box.x1 <= whole.x1 && box.y0 >= whole.y0 && box.y1 <= whole.y1;
    if (inside && !taken.some((other) => overlap(other, box)) && grid.cellsIn(box).every(({ box: cell }) => !overlap(cell, box))) return { at: { x, y }, size, box };
  }
  return null;
}

/**
 * What an item itself takes.
 * @param {Item} item
 * @returns {Box}
 */
function coreOf({ pos, size, rot = 0 }) {
  const [w, h] = [(size?.x ?? 0) / 2, (size?.y ?? 0) / 2];
  return boxOf([[-w, -h], [w, -h], [w, h], [-w, h]].map(([dx, dy]) => turned(pos, dx, dy, rot)));
}

/** Arabic, Syriac, N'Ko, Mongolian and their like. */
const JOINING = /[\u0600-\u08ff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufeff]/;
