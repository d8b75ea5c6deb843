/**
 * Colours as people see them who lack one kind of cones, and colours kept apart for them too.
 *
 * The matrices are those of Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color
 * Vision Deficiency" (2009), for the full deficiency, on linear RGB. Distances are Euclidean in OKLab.
 */

import { mixed, parseHex } from "./colors.js";

const USUAL = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const DEUTERANOPIA = [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881];
const PROTANOPIA = [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998];
const EYES = [USUAL, DEUTERANOPIA, PROTANOPIA];

/** Less than this apart, two colours of small seats are taken for one. */
const APART_MIN = 0.055;
const SHADES = 8;
const SHADE_STEP = 0.05;
/** With more colours than this there is no keeping all of them apart. */
const COLORS_MAX = 16;

/**
 * @param {string} color
 * @param {readonly number[]} eye
 * @returns {[number, number, number]} OKLab
 */
function seen(color, eye) {
  const [r, g, b] = parseHex(color).map((part) => (part <= 10.31475 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  const [x, y, z] = [0, 3, 6].map((row) => Math.min(1, Math.max(0, eye[row] * r + eye[row + 1] * g + eye[row + 2] * b)));
  const l = Math.cbrt(0.4122214708 * x + 0.5363325363 * y + 0.0514459929 * z);
  const m = Math.cbrt(0.2119034982 * x + 0.6806995451 * y + 0.1073969566 * z);
  const s = Math.cbrt(0.0883024619 * x + 0.2817188376 * y + 0.6299787005 * z);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/**
 * How far apart two colours are for the eyes that tell them apart least.
 * @param {string} a
 * @param {string} b
 */
export function apartForAll(a, b) {
  return Math.min(...EYES.map((eye) => {
    const [x, y] = [seen(a, eye), seen(b, eye)];
    return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
  }));
}

/**
 * The colours, those shaded that somebody would take for an earlier one. Colours given twice stay alike.
 * @param {readonly string[]} colors
 * @param {string} towards black or white: the direction in which they stand out more from their ground
 * @returns {string[]}
 */
export function keptApart(colors, towards) {
  if (new Set(colors).size > COLORS_MAX) return [...colors];
  /** @type {Map<string, string>} */
  const kept = new Map();
  for (const color of colors) {
    if (kept.has(color)) continue;
    let best = color;
    let bestApart = -1;
    for (let n = 0; n <= SHADES; n++) {
      const shade = mixed(color, towards, n * SHADE_STEP);
      const apart = Math.min(...[...kept.values()].map((other) => apartForAll(shade, other)));
      if (apart > bestApart) [best, bestApart] = [shade, apart];
      if (apart >= APART_MIN) break;
    }
    kept.set(color, best);
  }
  return colors.map((color) => kept.get(color) ?? color);
}
