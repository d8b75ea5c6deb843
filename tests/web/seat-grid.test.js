/** The grid against looking at every seat: what is under a point, what is in a box. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { SeatGrid } from "../../src/frontrow/web/js/venue/seat-grid.js";
import { property } from "./random.js";

/** Seats of several sizes, in clumps and alone, some on top of one another. */
function scattered(random) {
  const count = 1 + Math.floor(random() * 400);
  const xs = new Float32Array(count);
  const ys = new Float32Array(count);
  const radii = new Float32Array(count);
  const spread = 1 + random() * 3000;
  for (let seat = 0; seat < count; seat++) {
    const beside = seat > 0 && random() < 0.7;
    xs[seat] = beside ? xs[seat - 1] + 20 * (random() - 0.2) : random() * spread;
    ys[seat] = beside ? ys[seat - 1] + 6 * (random() - 0.5) : random() * spread * 0.4;
    radii[seat] = 6 + random() * 20;
  }
  const bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (let seat = 0; seat < count; seat++) {
    bounds.x0 = Math.min(bounds.x0, xs[seat] - radii[seat]);
    bounds.y0 = Math.min(bounds.y0, ys[seat] - radii[seat]);
    bounds.x1 = Math.max(bounds.x1, xs[seat] + radii[seat]);
    bounds.y1 = Math.max(bounds.y1, ys[seat] + radii[seat]);
  }
  return { xs, ys, radii, bounds, grid: new SeatGrid(xs, ys, radii, bounds) };
}

/** A point that is mostly near a seat. */
function somewhere(random, { xs, ys }) {
  const seat = Math.floor(random() * xs.length);
  return { x: xs[seat] + (random() - 0.5) * 80, y: ys[seat] + (random() - 0.5) * 80 };
}

property("the seat found under a point is the nearest of all that reach it", 300, (random) => {
  const venue = scattered(random);
  for (let n = 0; n < 10; n++) {
    const { x, y } = somewhere(random, venue);
    const slack = random() * 15;
    const found = venue.grid.seatAt(x, y, slack);
    const distance = (seat) => Math.hypot(venue.xs[seat] - x, venue.ys[seat] - y);
    const reached = [...venue.xs.keys()].filter((seat) => distance(seat) <= venue.radii[seat] * 1.15 + slack);
    if (reached.length === 0) assert.equal(found, -1);
    else assert.equal(distance(found), Math.min(...reached.map(distance)));
  }
});

property("the seats of a box are those whose centre lies in it, in layout order", 300, (random) => {
  const venue = scattered(random);
  const [a, b] = [somewhere(random, venue), somewhere(random, venue)];
  const box = { x0: Math.min(a.x, b.x), y0: Math.min(a.y, b.y), x1: Math.max(a.x, b.x), y1: Math.max(a.y, b.y) };
  const inside = [...venue.xs.keys()].filter(
    (seat) => venue.xs[seat] >= box.x0 && venue.xs[seat] <= box.x1 && venue.ys[seat] >= box.y0 && venue.ys[seat] <= box.y1,
  );
  assert.deepEqual(venue.grid.seatsIn(box), inside);
});

property("every seat that touches a box is in one of the box's cells, and each seat is in one cell", 200, (random) => {
  const venue = scattered(random);
  const { x, y } = somewhere(random, venue);
  const box = { x0: x, y0: y, x1: x + random() * 200, y1: y + random() * 200 };
  const found = new Set(venue.grid.cellsIn(box).flatMap(({ seats }) => [...seats]));
  for (let seat = 0; seat < venue.xs.length; seat++) {
    const r = venue.radii[seat];
    const touches =
      venue.xs[seat] + r >= box.x0 && venue.xs[seat] - r <= box.x1 && venue.ys[seat] + r >= box.y0 && venue.ys[seat] - r <= box.y1;
    if (touches) assert.ok(found.has(seat), `seat ${seat}`);
  }
  const all = venue.grid.cells.flatMap(({ seats }) => [...seats]);
  assert.deepEqual(all.sort((a, b) => a - b), [...venue.xs.keys()]);
  for (const { index, seats } of venue.grid.cells) assert.ok(seats.every((seat) => venue.grid.cellOf[seat] === index));
});

test("a drawing of no seats has no cells and nothing under any point", () => {
  const none = new Float32Array(0);
  const grid = new SeatGrid(none, none, none, { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity });
  assert.deepEqual([grid.cells.length, grid.seatAt(0, 0, 10)], [0, -1]);
});
