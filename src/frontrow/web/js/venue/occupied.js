/** Whether a part of the canvas has something of the venue on it. */

/** @import { Box } from "./geometry.js" */
/** @import { Venue } from "./venue.js" */

import { overlap } from "./geometry.js";

/**
 * @param {Pick<Venue, "items" | "xs" | "ys" | "radii">} venue
 * @param {Box} box canvas units
 * @returns {boolean} whether a seat, the stage or another item reaches into it
 */
export function occupied({ items, xs, ys, radii }, box) {
  if (items.some((item) => overlap(item.box, box))) return true;
  for (let seat = 0; seat < xs.length; seat++) {
    const reach = radii[seat];
    if (xs[seat] + reach > box.x0 && xs[seat] - reach < box.x1 && ys[seat] + reach > box.y0 && ys[seat] - reach < box.y1) return true;
  }
  return false;
}
