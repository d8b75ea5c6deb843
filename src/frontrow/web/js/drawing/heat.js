/**
 * Heat as colour: a ramp that grows evenly darker (on a light theme; lighter on a dark one), so that it reads in order
 * also without its hues.
 *
 * The stops go from gold through red to plum with even steps of lightness (OKLCH), each 3:1 or more from the ground.
 */

/** @import { Theme } from "../theme.js" */

import { contrast, mixed } from "./colors.js";

/** So many colours: more are not told apart, and each is one path to fill. */
export const HEAT_STEPS = 9;

const ON_LIGHT = ["#b38007", "#a95307", "#952224", "#6c013a", "#3d003b"];
const ON_DARK = ["#a34892", "#d56080", "#f98467", "#ffb76c", "#ffe787"];

/**
 * @param {Theme} theme
 * @returns {string[]} HEAT_STEPS colours, from the least to the most wanted
 */
export function heatRamp(theme) {
  const stops = contrast(theme.block, "#000000") > contrast(theme.block, "#ffffff") ? ON_LIGHT : ON_DARK;
  return Array.from({ length: HEAT_STEPS }, (_, step) => {
    const at = (step / (HEAT_STEPS - 1)) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    return mixed(stops[from], stops[from + 1], at - from);
  });
}

/**
 * @param {number} heat 0 to 1; outside it counts as the nearer end
 * @returns {number} 0 to HEAT_STEPS - 1; -1 where it is not known
 */
export function heatStep(heat) {
  if (Number.isNaN(heat)) return -1;
  return Math.min(HEAT_STEPS - 1, Math.max(0, Math.floor(heat * HEAT_STEPS)));
}

/** @type {WeakMap<Float32Array, number[]>} */
const means = new WeakMap();

/**
 * How wanted each section is: the mean of those of its seats that are known.
 * @param {Float32Array} heat by layout index
 * @param {readonly { seats: readonly number[] }[]} sections
 * @returns {number[]} by section index, NaN where no seat is known
 */
export function sectionHeat(heat, sections) {
  let found = means.get(heat);
  if (!found) {
    found = sections.map(({ seats }) => {
      const known = seats.filter((seat) => !Number.isNaN(heat[seat]));
      return known.reduce((sum, seat) => sum + heat[seat], 0) / known.length;
    });
    means.set(heat, found);
  }
  return found;
}
