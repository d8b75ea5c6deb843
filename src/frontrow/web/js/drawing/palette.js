/** The colours of seats on a theme, each 3:1 or more from what seats stand on, and of what is written on them, 4.5:1. */

/** @import { Theme } from "../theme.js" */
/** @import { Scene } from "./scene.js" */

import { keptApart } from "./color-vision.js";
import { contrast, inkOn, standingOutOn } from "./colors.js";
import { heatRamp } from "./heat.js";

/** WCAG 2.2, 1.4.11: what must be seen to understand the map. */
const GRAPHICS_CONTRAST_MIN = 3;
/** WCAG 2.2, 1.4.3: the numbers on seats, all in the theme's own ink for dark (or light) surfaces. */
const TEXT_CONTRAST_MIN = 4.5;

/**
 * @typedef {object} Palette
 * @property {readonly string[]} fills of full seats: by category, or by step of heat
 * @property {readonly string[]} inks on them
 * @property {readonly string[]} tints by category, not shaded for what is written on seats: for areas
 * @property {string} booked
 * @property {string} held
 * @property {string} blocked
 */

/**
 * The venue's colours as this theme can show them: their own where they stand out from what seats stand on and carry the
 * theme's `onInk`, else the nearest shade that does; and apart from one another, for colour-blind people too.
 * @param {readonly { color: string }[]} categories
 * @param {Theme} theme
 * @returns {string[]} by category index
 */
export function categoryColors(categories, theme) {
  return keptApart(categories.map(({ color }) => seatColor(color, theme)), awayFromGround(theme));
}

/** @param {Theme} theme @returns {string} in which direction a colour stands out more */
function awayFromGround({ block }) {
  return contrast(block, "#000000") > contrast(block, "#ffffff") ? "#000000" : "#ffffff";
}

/**
 * @param {string} color
 * @param {Theme} theme
 */
function seatColor(color, theme) {
  const shade = standingOutOn(color, [theme.block, theme.ground], GRAPHICS_CONTRAST_MIN);
  return standingOutOn(shade, [theme.onInk], TEXT_CONTRAST_MIN);
}

/** @type {WeakMap<object, Palette>} by what decides: the ramp's theme or the categories' colours */
const palettes = new WeakMap();

/**
 * @param {Pick<Scene, "venue" | "theme" | "categoryColors" | "heat">} scene
 * @returns {Palette} the same for the same colours
 */
export function paletteOf({ venue, theme, categoryColors: colors, heat }) {
  const key = heat ? theme : colors;
  let palette = palettes.get(key);
  if (!palette) {
    const grounds = [theme.block, theme.ground];
    const fills = heat ? heatRamp(theme) : colors;
    palette = {
      fills,
      inks: fills.map((fill) => (contrast(fill, theme.onInk) >= TEXT_CONTRAST_MIN ? theme.onInk : inkOn(fill))),
      tints: keptApart(venue.categories.map(({ color }) => standingOutOn(color, grounds, GRAPHICS_CONTRAST_MIN)), awayFromGround(theme)),
      booked: standingOutOn(theme.taken, grounds, GRAPHICS_CONTRAST_MIN),
      held: standingOutOn(theme.held, grounds, GRAPHICS_CONTRAST_MIN),
      blocked: standingOutOn(theme.taken, grounds, GRAPHICS_CONTRAST_MIN),
    };
    palettes.set(key, palette);
  }
  return palette;
}
