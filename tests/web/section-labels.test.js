/** Names of sections from afar: inside where there is room, beside where there is none, never over one another. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { itemLabels } from "../../src/frontrow/web/js/drawing/item-labels.js";
import { sectionLabels } from "../../src/frontrow/web/js/drawing/section-labels.js";
import { overlap } from "../../src/frontrow/web/js/venue/geometry.js";
import { Venue } from "../../src/frontrow/web/js/venue/venue.js";
import { property } from "./random.js";

const widthOf = (name) => name.length * 0.6;

/** @param {{ name: string, x: number, y: number, w: number, h: number }[]} blocks */
function venueOf(blocks) {
  return new Venue({
    id: "v", name: "V", canvasW: 4000, canvasH: 4000, categories: [{ id: "c", name: "C", color: "#336699" }],
    sections: blocks.map(({ name, x, y, w, h }, n) => ({
      id: `s${n}`, name, outline: [{ x, y }, { x: x + w, y }, { x: x + w, y: y + h }, { x, y: y + h }],
    })),
    seats: blocks.map(({ x, y, w, h }, n) => ({
      id: `${n}`, position: { x: x + w / 2, y: y + h / 2 }, categoryId: "c", sectionId: `s${n}`, rowLabel: "A", seatNumber: 1,
    })),
  });
}

test("a name stands inside where it fits and beside where it does not", () => {
  const venue = venueOf([{ name: "101", x: 0, y: 0, w: 800, h: 600 }, { name: "Grandstand North", x: 2000, y: 1000, w: 200, h: 40 }]);
  const [inside, outside] = sectionLabels(venue, 0.2, widthOf);
  assert.ok(inside.roomPx > 0 && inside.size > 11);
  assert.equal(outside.roomPx, 0);
  assert.ok(!overlap(outside.box, venue.sections[1].box));
});

test("no name is written smaller than can be read", () => {
  const venue = venueOf([{ name: "Grandstand", x: 0, y: 0, w: 30, h: 30 }, { name: "B", x: 3000, y: 3000, w: 900, h: 900 }]);
  for (const scale of [0.05, 0.2, 1]) for (const { size } of sectionLabels(venue, scale, widthOf)) assert.ok(size >= 8.5);
});

property("names beside sections meet neither one another nor any section", 60, (random) => {
  const blocks = Array.from({ length: 3 + Math.floor(random() * 30) }, (_, n) => ({
    name: `Block ${n}`.repeat(1 + Math.floor(random() * 2)), x: random() * 3500, y: random() * 3500, w: 40 + random() * 400, h: 30 + random() * 200,
  }));
  const venue = venueOf(blocks);
  const labels = sectionLabels(venue, 0.05 + random() * 0.4, widthOf);
  const outside = labels.filter(({ roomPx }) => roomPx === 0);
  outside.forEach(({ box }, n) => {
    assert.ok(venue.sections.every((section) => !overlap(section.box, box)));
    assert.ok(outside.every((other, m) => m === n || !overlap(other.box, box)));
  });
});

test("a thin screen's name stands below it where it would be too small on it, and on it where it can be read", () => {
  const screen = { id: "screen", type: "stage", pos: { x: 300, y: 60 }, size: { x: 520, y: 16 }, lbl: "Screen" };
  const venue = new Venue({
    id: "v", name: "V", canvasW: 600, canvasH: 600, categories: [{ id: "c", name: "C", color: "#336699" }], items: [screen],
    seats: [{ id: "A1", position: { x: 300, y: 400 }, categoryId: "c", rowLabel: "A", seatNumber: 1 }],
  });
  const [below] = itemLabels(venue, 0.6, (_, text) => widthOf(text));
  assert.ok(below.beside && below.at.y > 68 && below.size * 0.6 >= 10);
  const [on] = itemLabels(venue, 2, (_, text) => widthOf(text));
  assert.ok(!on.beside && on.at.y === 60);
});
