/** Geometry, picking and the camera, and what the drawing promises about colours. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Camera, poseBetween } from "../../src/frontrow/web/js/drawing/camera.js";
import { freeRoom } from "../../src/frontrow/web/js/drawing/free-room.js";
import { contrast, inkOn, mixed, standingOut } from "../../src/frontrow/web/js/drawing/colors.js";
import { DARK, LIGHT } from "../../src/frontrow/web/js/theme.js";
import { contains, hullOf, roomiestPoint } from "../../src/frontrow/web/js/venue/geometry.js";
import { SeatGrid } from "../../src/frontrow/web/js/venue/seat-grid.js";
import { occupied } from "../../src/frontrow/web/js/venue/occupied.js";
import { changedSeats, decodeStates } from "../../src/frontrow/web/js/venue/seat-states.js";
import { seatInDirection } from "../../src/frontrow/web/js/venue/seat-steps.js";
import { Venue } from "../../src/frontrow/web/js/venue/venue.js";

const ROWS = 30;
const COLUMNS = 40;
/** A block of 1,200 seats in two sections. */
const HALL = new Venue({
  id: "hall", name: "Hall", canvasW: 1300, canvasH: 1000,
  categories: [{ id: "near", name: "Near", color: "#336699" }, { id: "far", name: "Far", color: "#993366" }],
  sections: [{ id: "front", name: "Front" }, { id: "back", name: "Back" }],
  items: [{ id: "stage", type: "stage", pos: { x: 600, y: 20 }, size: { x: 400, y: 40 } }],
  seats: Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    const row = Math.floor(i / COLUMNS);
    return {
      id: `s${i}`, position: { x: 40 + (i % COLUMNS) * 30, y: 100 + row * 30 }, size: { x: 24, y: 24 }, rowLabel: String(row), seatNumber: i % COLUMNS,
      categoryId: row < 10 ? "near" : "far", sectionId: row < 15 ? "front" : "back",
    };
  }),
});

test("the seat under a point is found, and none beside it", () => {
  for (const seat of [0, 39, 617, 1199]) {
    assert.equal(HALL.grid.seatAt(HALL.xs[seat] + 5, HALL.ys[seat] - 5, 0), seat);
  }
  assert.equal(HALL.grid.seatAt(-200, -200, 10), -1);
});

test("the cells of a box hold every seat in it", () => {
  const box = { x0: 300, y0: 300, x1: 500, y1: 420 };
  const found = new Set(HALL.grid.cellsIn(box).flatMap(({ seats }) => [...seats]));
  for (let seat = 0; seat < HALL.seatCount; seat++) {
    const inside = HALL.xs[seat] >= box.x0 && HALL.xs[seat] <= box.x1 && HALL.ys[seat] >= box.y0 && HALL.ys[seat] <= box.y1;
    if (inside) assert.ok(found.has(seat));
  }
  assert.ok(found.size < HALL.seatCount / 2, "and not simply all of them");
});

test("arrow keys go to the neighbours and stop at the edge", () => {
  const step = (seat, direction) => seatInDirection(HALL.grid, HALL.xs, HALL.ys, seat, direction);
  assert.deepEqual([step(100, "left"), step(100, "right"), step(100, "up"), step(100, "down")], [99, 101, 60, 140]);
  assert.equal(step(0, "left"), 0);
  assert.equal(step(1199, "down"), 1199);
});

test("a section without an outline gets one around its seats, and its commonest category", () => {
  const [front, back] = HALL.sections;
  assert.ok(front.seats.every((seat) => contains(front.outline, { x: HALL.xs[seat], y: HALL.ys[seat] })));
  assert.deepEqual([front.category, back.category], [0, 1]);
  assert.equal(HALL.sectionAt({ x: HALL.xs[5], y: HALL.ys[5] }), front);
});

test("a crescent's name stands inside it", () => {
  const arc = (radius, from, to) => Array.from({ length: 21 }, (_, i) => {
    const angle = from + ((to - from) * i) / 20;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
  const crescent = [...arc(100, 0, Math.PI), ...arc(70, Math.PI, 0)];
  const { room, ...point } = roomiestPoint(crescent);
  assert.ok(contains(crescent, point));
  assert.ok(room > 12);
});

test("a hull leaves out what lies inside", () => {
  const square = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 10 }, { x: 0, y: 10 }];
  assert.equal(hullOf([...square, { x: 5, y: 5 }]).length, 4);
});

test("zooming keeps the place under the pointer, panning keeps the drawing in reach", () => {
  const camera = new Camera(HALL.box, HALL.seatExtent);
  Object.assign(camera, { width: 800, height: 600 });
  camera.pose = camera.fitted;
  const anchor = { x: 300, y: 200 };
  const before = camera.toCanvas(anchor);
  camera.zoomBy(2, anchor);
  const after = camera.toCanvas(anchor);
  assert.ok(Math.hypot(after.x - before.x, after.y - before.y) < 1e-6);
  camera.panBy(1e6, -1e6);
  const { x0, x1, y0, y1 } = camera.viewBox;
  assert.ok(x0 < HALL.box.x1 && x1 > HALL.box.x0 && y0 < HALL.box.y1 && y1 > HALL.box.y0);
  camera.zoomBy(1e6, anchor);
  assert.equal(camera.pose.scale, camera.scaleMax);
});

test("a flight starts where it starts and ends where it ends", () => {
  const from = { x: 0, y: 0, scale: 1 };
  const to = { x: 100, y: 50, scale: 4 };
  assert.deepEqual([poseBetween(from, to, 0), poseBetween(from, to, 1)], [from, to]);
  const middle = poseBetween(from, to, 0.5);
  assert.equal(middle.scale, 2);
  assert.ok(middle.x > 50, "coming closer, most of the way is made while it is still far");
});

test("states are read letter by letter, and an unknown one as not for sale", () => {
  assert.deepEqual([...decodeStates("ahbx?", 5)], [0, 1, 2, 3, 3]);
  assert.throws(() => decodeStates("aa", 3), RangeError);
  assert.deepEqual(changedSeats(Uint8Array.of(0, 1, 2), Uint8Array.of(0, 2, 2)), [1]);
});

test("any colour is made to stand out from both themes' grounds", () => {
  for (const { block } of [LIGHT, DARK]) {
    for (const color of ["#ffffff", "#000000", "#ffff00", "#336699", "nonsense"]) {
      assert.ok(contrast(standingOut(color, block, 3), block) >= 3, `${color} on ${block}`);
    }
  }
  assert.equal(inkOn("#ffee88"), "#14171f");
  assert.equal(mixed("#000000", "#ffffff", 0.5), "#808080");
});

test("text of the themes has a contrast of 4.5 and controls of 3 on every ground", () => {
  for (const theme of [LIGHT, DARK]) {
    for (const ground of [theme.ground, theme.surface, theme.raised]) {
      assert.ok(contrast(theme.ink, ground) >= 7);
      assert.ok(contrast(theme.soft, ground) >= 4.5, `soft on ${ground}`);
    }
    assert.ok(contrast(theme.edge, theme.surface) >= 3);
    for (const [text, wash] of [[theme.danger, theme.dangerWash], [theme.warn, theme.warnWash], [theme.good, theme.goodWash]]) {
      assert.ok(contrast(text, wash) >= 4.5, `${text} on ${wash}`);
    }
  }
});

test("the page's style sheet and the themes agree on every colour they share", () => {
  const css = readFileSync(new URL("../../src/frontrow/web/css/page.css", import.meta.url), "utf8");
  const [light, dark] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body);
  for (const [theme, body] of [[LIGHT, light], [DARK, dark]]) {
    const told = [...body.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)];
    assert.ok(told.length > 8);
    for (const [, name, value] of told) {
      assert.equal(value, theme[name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())], name);
    }
  }
});

test("a box is occupied where a seat or the stage reaches into it, and nowhere else", () => {
  const [xs, ys, radii] = [Float32Array.of(50), Float32Array.of(80), Float32Array.of(10)];
  const venue = { items: [{ box: { x0: 0, y0: 0, x1: 100, y1: 20 } }], xs, ys, radii, grid: new SeatGrid(xs, ys, radii, { x0: 40, y0: 70, x1: 60, y1: 90 }) };
  const boxAt = (x, y) => ({ x0: x, y0: y, x1: x + 8, y1: y + 8 });
  assert.equal(occupied(venue, boxAt(96, 15)), true);
  assert.equal(occupied(venue, boxAt(56, 66)), true);
  assert.equal(occupied(venue, boxAt(62, 66)), false);
  assert.equal(occupied(venue, boxAt(10, 30)), false);
});

test("a drawing gets the largest room that nothing lies over", () => {
  const view = { width: 400, height: 600 };
  const square = { x0: 0, y0: 0, x1: 100, y1: 100 };
  const bar = { x0: 0, y0: 0, x1: 400, y1: 60 };
  const buttons = { x0: 340, y0: 470, x1: 400, y1: 600 };
  const full = () => true;
  assert.deepEqual(freeRoom(view, [], 10, square, 10, full), { top: 10, right: 10, bottom: 10, left: 10 });
  assert.deepEqual(freeRoom(view, [bar, buttons], 10, square, 10, full), { top: 60, right: 10, bottom: 130, left: 10 });
  const low = { width: 600, height: 300 };
  const key = { x0: 0, y0: 250, x1: 60, y1: 300 };
  const side = { x0: 540, y0: 170, x1: 600, y1: 300 };
  assert.deepEqual(freeRoom(low, [{ ...bar, x1: 600 }, key, side], 10, square, 10, full), { top: 60, right: 60, bottom: 10, left: 60 });
});

test("what lies beside a drawing's own outline takes no room from it", () => {
  const view = { width: 300, height: 300 };
  const corner = { x0: 260, y0: 260, x1: 300, y1: 300 };
  const disc = ({ x0, y0 }) => Math.hypot(x0 - 50, y0 - 50) < 50;
  assert.deepEqual(freeRoom(view, [corner], 10, { x0: 0, y0: 0, x1: 100, y1: 100 }, 10, disc), { top: 10, right: 10, bottom: 10, left: 10 });
  assert.notDeepEqual(freeRoom(view, [corner], 10, { x0: 0, y0: 0, x1: 100, y1: 100 }, 10, () => true), { top: 10, right: 10, bottom: 10, left: 10 });
});
