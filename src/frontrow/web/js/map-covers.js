/** What lies over the map now, as boxes: prices, buttons, key, the panel's edge on a phone, and sheets. */

/** @import { Box } from "./venue/geometry.js" */

import { EMPTY_BOX, grown, joined } from "./venue/geometry.js";

/** Each of these by itself. A key that was opened by its button goes away again: nothing makes room for it. */
const COVERS = ".map-actions, .key-toggle, .map:not([data-key]) .key, .controls";
const GAP_PX = 8;

/**
 * @param {HTMLElement} map
 * @returns {Box[]} CSS pixels from the map's top left, with a little distance
 */
export function coversOf(map) {
  const own = map.getBoundingClientRect();
  /** @param {Element} element @returns {Box} within the map */
  const boxOn = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { x0: Math.max(0, left - own.left), y0: Math.max(0, top - own.top), x1: Math.min(own.width, right - own.left), y1: Math.min(own.height, bottom - own.top) };
  };
  const around = map.parentElement?.querySelectorAll(":scope > .panel, dialog[open][data-sheet]") ?? [];
  const boxes = [...map.querySelectorAll(COVERS), ...around].map(boxOn);
  return [...boxes, ...lines([...map.querySelectorAll(".chip")].map(boxOn))].filter(({ x0, y0, x1, y1 }) => x1 > x0 && y1 > y0).map((box) => grown(box, GAP_PX));
}

/**
 * Boxes that stand side by side, as one each line.
 * @param {readonly Box[]} boxes
 * @returns {Box[]}
 */
function lines(boxes) {
  /** @type {Map<number, Box>} by its upper edge */
  const found = new Map();
  for (const box of boxes) if (box.x1 > box.x0) found.set(Math.round(box.y0), joined(found.get(Math.round(box.y0)) ?? EMPTY_BOX, box));
  return [...found.values()];
}
