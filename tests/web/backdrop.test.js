/** Tiles: what a frame paints, and that it paints no more; nothing here draws a pixel. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Backdrop } from "../../src/frontrow/web/js/drawing/backdrop.js";
import { Lens } from "../../src/frontrow/web/js/drawing/lens.js";
import { Look } from "../../src/frontrow/web/js/drawing/look.js";
import { Tiles } from "../../src/frontrow/web/js/drawing/tiles.js";
import { property } from "./random.js";

const SIDE = 100;
const never = () => false;
const always = () => true;

/** A painter that notes what it is asked for, each painting taking a millisecond of its own clock. */
function notingPainter() {
  const painter = {
    side: SIDE,
    nowMs: 0,
    /** @type {{ column: number, row: number, perUnit: number, part: any }[]} */
    painted: [],
    canvases: 0,
    canvas: () => ({ id: ++painter.canvases, width: SIDE }),
    newCanvas: () => painter.canvas(),
    paint: ({ column, row }, perUnit, part) => {
      painter.nowMs += 1;
      painter.painted.push({ column, row, perUnit, part: part && { ...part } });
    },
    take: () => painter.painted.splice(0),
  };
  return painter;
}

/** A canvas context that notes the copies made to it. */
function notingContext() {
  const copies = [];
  return { globalAlpha: 1, copies, drawImage: (canvas, x, y, w, h) => copies.push({ canvas, x, y, w, h }) };
}

property("tiles cover a box wholly, without gaps and without overlap, at any stretch", 200, (random) => {
  const painter = notingPainter();
  const perUnit = 0.1 + random() * 5;
  const tiles = new Tiles(perUnit, painter);
  const box = { x0: (random() - 0.5) * 900, y0: (random() - 0.5) * 900, x1: 0, y1: 0 };
  box.x1 = box.x0 + (random() * 900) / perUnit;
  box.y1 = box.y0 + (random() * 700) / perUnit;
  assert.equal(tiles.fill(box, never), true);
  assert.ok(tiles.complete(box));
  const ctx = notingContext();
  const shown = perUnit * (random() < 0.3 ? 1 : 0.4 + random() * 3);
  const left = Math.round(box.x0 * shown);
  const top = Math.round(box.y0 * shown);
  tiles.draw(ctx, box, left, top, shown);
  const columns = new Set(ctx.copies.map(({ x }) => x));
  const byRow = [...ctx.copies].sort((a, b) => a.y - b.y || a.x - b.x);
  byRow.forEach((copy, n) => {
    const next = byRow[n + 1];
    if (next?.y === copy.y) assert.equal(copy.x + copy.w, next.x, "neighbours meet");
  });
  assert.equal(ctx.copies.length % columns.size, 0);
  assert.ok(Math.min(...ctx.copies.map(({ x }) => x)) <= 1 && Math.min(...ctx.copies.map(({ y }) => y)) <= 1);
  assert.ok(Math.max(...ctx.copies.map(({ x, w }) => x + w)) >= (box.x1 - box.x0) * shown - 2);
  assert.ok(Math.max(...ctx.copies.map(({ y, h }) => y + h)) >= (box.y1 - box.y0) * shown - 2);
});

test("only what is spoilt of a tile is painted again, and only of tiles that show it", () => {
  const painter = notingPainter();
  const tiles = new Tiles(1, painter);
  const view = { x0: 0, y0: 0, x1: 399, y1: 199 };
  tiles.fill(view, never);
  painter.take();
  tiles.spoil({ x0: 110, y0: 20, x1: 120, y1: 30 });
  tiles.spoil({ x0: 140, y0: 40, x1: 150, y1: 50 });
  tiles.spoil({ x0: 5_000, y0: 0, x1: 5_010, y1: 10 });
  assert.ok(tiles.complete(view, false), "the old picture stays");
  assert.ok(!tiles.complete(view));
  assert.ok(tiles.fill(view, never));
  assert.deepEqual(painter.take(), [{ column: 1, row: 0, perUnit: 1, part: { x0: 110, y0: 20, x1: 150, y1: 50 } }]);
});

test("painting stops when its time is over and goes on where it stopped", () => {
  const painter = notingPainter();
  const tiles = new Tiles(1, painter);
  const view = { x0: 0, y0: 0, x1: 199, y1: 99 };
  let frames = 0;
  while (!tiles.fill(view, always)) frames += 1;
  assert.equal(frames, 7, "two tiles of four quarters, one a frame");
  assert.equal(painter.take().length, 8);
});

/** A backdrop with a view that can be moved, and a frame of it. */
function shown({ width = 300, height = 200 } = {}) {
  const painter = notingPainter();
  const backdrop = new Backdrop(painter, () => painter.nowMs);
  const view = new Lens();
  /** @param {{ x?: number, y?: number, scale?: number, moving?: boolean, still?: boolean, whole?: boolean }} [frame] */
  const frame = ({ x = 500, y = 500, scale = 1, moving = false, still = true, whole = false } = {}) => {
    const left = Math.round(x * scale - width / 2);
    const top = Math.round(y * scale - height / 2);
    view.look((left + width / 2) / scale, (top + height / 2) / scale, scale, width, height);
    const ctx = notingContext();
    painter.nowMs += 16;
    const more = backdrop.show(ctx, view, { perUnit: scale, left, top, whole, moving, still });
    return { more, copies: ctx.copies, painted: painter.take() };
  };
  const settle = (options = {}) => {
    for (let n = 0; n < 500; n++) if (!frame(options).more) return;
    assert.fail("never at rest");
  };
  return { backdrop, painter, frame, settle };
}

test("the first frame is whole, and a view at rest asks for no more frames", () => {
  const { frame, settle } = shown();
  const { copies } = frame();
  assert.ok(copies.length >= 6);
  settle();
  const { more, painted } = frame();
  assert.deepEqual([more, painted], [false, []]);
});

test("a pan paints what comes into view, a little a frame, and always shows a picture", () => {
  const { frame, settle } = shown();
  settle();
  let most = 0;
  for (let x = 500; x < 1_500; x += 25) {
    const { painted, copies } = frame({ x, moving: true });
    most = Math.max(most, painted.length);
    assert.ok(painted.every(({ perUnit }) => perUnit === 1));
    assert.ok(copies.length > 0);
  }
  assert.ok(most <= 4, `${most} paintings in a frame of a millisecond each, three milliseconds allowed`);
});

test("while the zoom goes on the old picture is stretched; at rest it is painted anew and replaces it at once", () => {
  const { frame, settle, backdrop } = shown();
  settle();
  let scale = 1;
  for (let n = 0; n < 6; n++) {
    scale *= 1.1;
    const { painted, copies } = frame({ scale, moving: true });
    assert.deepEqual(painted, [], "within the stretch nothing is painted");
    assert.ok(copies.length > 0);
  }
  settle({ scale });
  const { copies } = frame({ scale });
  assert.ok(copies.every(({ w, h }) => w === SIDE && h === SIDE), "copied as they are");
  backdrop.clear();
});

test("where the close picture has a gap the overview shows", () => {
  const { frame, settle } = shown();
  settle({ scale: 0.2, whole: true });
  settle({ scale: 1 });
  const far = frame({ scale: 0.3, moving: true });
  assert.ok(far.copies.some(({ w }) => w > SIDE), "the overview, stretched");
});

test("a change of everything keeps the old picture until the new one is there", () => {
  const { frame, settle, backdrop } = shown();
  settle();
  backdrop.spoilAll();
  let frames = 0;
  for (let more = true; more; frames += 1) {
    const now = frame();
    assert.ok(now.copies.length >= 6, "never a gap");
    more = now.more;
  }
  assert.ok(frames > 1);
  assert.deepEqual(frame().painted, []);
});

test("tiles far from the view are given up and their canvases used again", () => {
  const { frame, settle, painter } = shown();
  settle();
  for (let x = 500; x < 40_000; x += 200) {
    frame({ x, moving: true });
    settle({ x });
  }
  assert.ok(painter.canvases < 400, `${painter.canvases} canvases for some 3,000 tiles`);
});

/** @returns {any} */
function sceneOf(overrides = {}) {
  return {
    theme: {}, categoryColors: [], category: -1, heat: null, words: {}, fontFamily: "", priceText: never,
    states: Uint8Array.of(0, 0, 1, 2), sales: [{ available: 2, held: 1, booked: 1, total: 4, fromMinor: 100 }], ...overrides,
  };
}

test("a look finds the seats and sections that differ, whoever changed them, and each only once", () => {
  const scene = sceneOf();
  const look = new Look(scene);
  assert.equal(look.update(scene), false);
  assert.deepEqual([look.seats, look.sections], [[], []]);
  scene.states = Uint8Array.of(0, 3, 1, 0);
  scene.sales = [{ ...scene.sales[0], available: 1 }];
  assert.equal(look.update(scene), false);
  assert.deepEqual([look.seats, look.sections], [[1, 3], [0]]);
  look.update(scene);
  assert.deepEqual([look.seats, look.sections], [[], []]);
  scene.states[0] = 2;
  look.update(scene);
  assert.deepEqual(look.seats, [0], "changed in place");
});

test("another theme, filter, language or heat is a new picture", () => {
  const scene = sceneOf();
  const look = new Look(scene);
  for (const change of [{ theme: {} }, { category: 1 }, { words: {} }, { heat: new Float32Array(4) }]) {
    Object.assign(scene, change);
    assert.equal(look.update(scene), true);
    assert.equal(look.update(scene), false);
  }
});
