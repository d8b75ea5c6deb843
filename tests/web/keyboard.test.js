/** The keyboard's way over a drawing: every seat can be reached, and arrows go where the eye sees them go. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MapSteps } from "../../src/frontrow/web/js/map-steps.js";
import { Venue } from "../../src/frontrow/web/js/venue/venue.js";

/** Seats of a row from one point on, each so far from the one before. */
function row(sectionId, rowLabel, count, [x, y], [dx, dy]) {
  return Array.from({ length: count }, (_, n) => ({
    id: `${sectionId}-${rowLabel}-${n + 1}`, position: { x: x + n * dx, y: y + n * dy }, categoryId: "c", sectionId, rowLabel, seatNumber: n + 1,
  }));
}

/** Stalls in front, a stand whose rows stand upright at the right, and a table with six seats below. */
const HOUSE = new Venue({
  id: "house", name: "House", canvasW: 2000, canvasH: 1000, categories: [{ id: "c", name: "C", color: "#336699" }],
  sections: [{ id: "stalls", name: "Stalls" }, { id: "stand", name: "Stand" }, { id: "tables", name: "Tables" }],
  items: [{ id: "t", type: "table", pos: { x: 200, y: 600 }, size: { x: 60, y: 60 }, shp: "round" }],
  seats: [
    ...row("stalls", "A", 10, [100, 100], [30, 1]),
    ...row("stalls", "B", 12, [80, 140], [30, -1]),
    ...row("stalls", "C", 1, [300, 180], [30, 0]),
    ...row("stand", "A", 8, [700, 80], [1, 30]),
    ...row("stand", "B", 9, [740, 70], [0, 30]),
    ...Array.from({ length: 6 }, (_, n) => ({
      id: `t-${n + 1}`, position: { x: 200 + 60 * Math.cos(n), y: 600 + 60 * Math.sin(n) }, categoryId: "c", sectionId: "tables", rowLabel: "1", seatNumber: n + 1, tableId: "t",
    })),
  ],
});
const STEPS = new MapSteps(HOUSE);
const seat = (/** @type {string} */ id) => /** @type {number} */ (HOUSE.indexOf.get(id));
const id = (/** @type {number} */ index) => HOUSE.seat(index).id;

test("every seat is reached from every seat by arrows and the keys for sections", () => {
  const moves = [...["left", "right", "up", "down"].map((direction) => (at) => STEPS.to(at, direction)), (at) => STEPS.section(at, 1), (at) => STEPS.section(at, -1)];
  for (let from = 0; from < HOUSE.seatCount; from++) {
    const reached = new Set([from]);
    for (const at of reached) for (const move of moves) reached.add(move(at));
    assert.equal(reached.size, HOUSE.seatCount, `from ${id(from)}`);
  }
});

test("arrows go along a row, to the nearest seat of the next row, and to the row's ends", () => {
  assert.equal(id(STEPS.to(seat("stalls-A-3"), "right")), "stalls-A-4");
  assert.equal(id(STEPS.to(seat("stalls-A-3"), "down")), "stalls-B-4");
  assert.equal(id(STEPS.to(seat("stalls-B-1"), "down")), "stalls-C-1");
  assert.equal(id(STEPS.end(seat("stalls-B-5"), "first")), "stalls-B-1");
  assert.equal(id(STEPS.end(seat("stalls-B-5"), "last")), "stalls-B-12");
});

test("rows that stand upright are walked up and down, and from the edge of a section the next is reached", () => {
  assert.equal(id(STEPS.to(seat("stand-A-2"), "down")), "stand-A-3");
  assert.equal(id(STEPS.to(seat("stand-A-2"), "right")), "stand-B-2");
  assert.match(id(STEPS.to(seat("stalls-B-12"), "right")), /^stand-/);
  assert.match(id(STEPS.to(seat("stand-A-3"), "left")), /^stalls-/);
});

test("the keys for sections prefer a seat that can be had", () => {
  const wanted = (/** @type {number} */ at) => at === seat("stand-B-9");
  assert.equal(id(STEPS.section(seat("stalls-A-1"), 1, wanted)), "stand-B-9");
  assert.match(id(STEPS.section(seat("stalls-A-1"), -1)), /^t-/);
});
