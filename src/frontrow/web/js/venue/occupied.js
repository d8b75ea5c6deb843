/** Whether a part of the canvas has something of the venue on it. */

/** @import { Box } from "./geometry.js" */
/** @import { Venue } from "./venue.js" */

import { overlap } from "./geometry.js";

/**
 * @param {Pick<Venue, "items" | "grid" | "xs" | "ys" | "radii">} venue
 * @param {Box} box canvas units
 * @returns {boolean} whether a seat, the stage or another item reaches into it
 */
export function occupied({ items, grid, xs, ys, radii }, box) {
  if (items.some((item) => overlap(item.box, box))) return true;
  return grid.cellsIn(box).some(({ seats }) => seats.some((seat) => {
    const reach = radii[seat];
    return xs[seat] + reach > box.x0 && xs[seat] - reach < box.x1 && ys[seat] + reach > box.y0 && ys[seat] - reach < box.y1;
  }));
}
