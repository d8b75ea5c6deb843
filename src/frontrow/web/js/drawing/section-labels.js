/**
 * Where the names of sections stand from afar: inside where there is room, else beside, where nothing else is. Worked
 * out once for a scale, for all sections together, so that no two names meet and every tile tells the same.
 */

/** @import { Point } from "../wire.js" */
/** @import { Box } from "../venue/geometry.js" */
/** @import { Venue } from "../venue/venue.js" */

import { overlap } from "../venue/geometry.js";

/** Smaller names are left out rather than guessed at; smaller than wished for, they may better stand outside. */
const NAME_PX_MIN = 8.5;
const NAME_PX_COMFORTABLE = 11;
const NAME_PX_MAX = 20;
const NAME_PX_OUTSIDE = 12.5;
/** How much of the free room across its place a name may take. */
const NAME_WIDTH_SHARE = 1.7;
const ROOM_PX_MIN = 6;
const GAP_PX = 5;
/** Beyond so many sections of a drawing no names are looked for a place outside: there is none. */
const OUTSIDE_SECTIONS_MAX = 300;
/** A section smaller than this is a speck; a name beside it would name nothing that is seen. */
const EXTENT_PX_MIN = 14;

/**
 * @typedef {object} SectionLabel
 * @property {number} section index
 * @property {string} name what is written: the whole name, or its last word where only that has room and tells it from the others
 * @property {Point} at the middle of the name, canvas units
 * @property {number} size of the name, pixels
 * @property {number} roomPx free radius around `at`; 0 for a name outside
 * @property {Box} box of all that may be written, canvas units
 */

/**
 * @param {Venue} venue
 * @param {number} scale CSS pixels per canvas unit
 * @param {(name: string) => number} widthOf a name at a size of 1
 * @returns {SectionLabel[]} by section index, without those that have no place
 */
export function sectionLabels(venue, scale, widthOf) {
  /** @type {SectionLabel[]} */
  const labels = [];
  /** @type {number[]} */
  const outside = [];
  const shorts = shortNames(venue.sections.map(({ name }) => name));
  venue.sections.forEach(({ name: whole, nameAt, box, outline }, section) => {
    if (!whole || outline.length < 3) return;
    const roomPx = nameAt.room * scale;
    const wished = Math.min(NAME_PX_MAX, Math.max(9, roomPx * 0.62));
    const sizeOf = (/** @type {string} */ text) => Math.min(wished, (roomPx * NAME_WIDTH_SHARE) / widthOf(text));
    const name = sizeOf(whole) < NAME_PX_COMFORTABLE && shorts ? shorts[section] : whole;
    const size = sizeOf(name);
    const seen = Math.max(box.x1 - box.x0, box.y1 - box.y0) * scale >= EXTENT_PX_MIN;
    if (size < NAME_PX_COMFORTABLE && seen && venue.sections.length <= OUTSIDE_SECTIONS_MAX) outside.push(section);
    if (size >= NAME_PX_MIN && roomPx >= ROOM_PX_MIN) labels[section] = { section, name, at: nameAt, size, roomPx, box };
  });
  /** @type {Box[]} */
  const taken = venue.items.map(({ box }) => box);
  for (const section of venue.sections) if (section.outline.length >= 3) taken.push(section.box);
  for (const section of outside) {
    const label = besideOf(venue, section, scale, widthOf, taken);
    if (!label) continue;
    labels[section] = label;
    taken.push(label.box);
  }
  return labels.filter(Boolean);
}

/**
 * The names' last words, `A1` of `Floor A1`, where each of them has a number and no two are the same.
 * @param {readonly string[]} names
 */
function shortNames(names) {
  const shorts = names.map((name) => name.split(" ").at(-1) ?? name);
  return new Set(shorts).size === shorts.length && shorts.every((short) => /\d/.test(short)) ? shorts : null;
}

/**
 * The first free place of those below, above, to the right and to the left.
 * @param {Venue} venue
 * @param {number} section
 * @param {number} scale
 * @param {(name: string) => number} widthOf
 * @param {readonly Box[]} taken
 * @returns {SectionLabel | null}
 */
function besideOf(venue, section, scale, widthOf, taken) {
  const { name, box: own } = venue.sections[section];
  const size = NAME_PX_OUTSIDE;
  // Two lines, the second a little smaller: what it costs is seldom longer than the name and eight letters.
  const halfW = (size * Math.max(widthOf(name), 5)) / 2 / scale;
  const halfH = (size * 1.2) / scale;
  const gap = GAP_PX / scale;
  const x = (own.x0 + own.x1) / 2;
  const y = (own.y0 + own.y1) / 2;
  const places = [
    { x, y: own.y1 + gap + halfH }, { x, y: own.y0 - gap - halfH },
    { x: own.x1 + gap + halfW, y }, { x: own.x0 - gap - halfW, y },
  ];
  for (const at of places) {
    const box = { x0: at.x - halfW, y0: at.y - halfH, x1: at.x + halfW, y1: at.y + halfH };
    const { x0, y0, x1, y1 } = venue.box;
    if (box.x0 < x0 || box.y0 < y0 || box.x1 > x1 || box.y1 > y1 || taken.some((other) => overlap(box, other))) continue;
    return { section, name, at: { x: at.x, y: at.y - halfH * 0.4 }, size, roomPx: 0, box };
  }
  return null;
}
