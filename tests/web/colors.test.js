/** Whatever colours a venue has: seats stand out, numbers on them can be read, heat is in order. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { apartForAll, keptApart } from "../../src/frontrow/web/js/drawing/color-vision.js";
import { contrast, inkOn, standingOutOn } from "../../src/frontrow/web/js/drawing/colors.js";
import { HEAT_STEPS, heatRamp, heatStep, sectionHeat } from "../../src/frontrow/web/js/drawing/heat.js";
import { categoryColors, paletteOf } from "../../src/frontrow/web/js/drawing/palette.js";
import { DARK, LIGHT } from "../../src/frontrow/web/js/theme.js";
import { property } from "./random.js";

const THEMES = { light: LIGHT, dark: DARK };
const anyColor = (random) => `#${Math.floor(random() * 0x1000000).toString(16).padStart(6, "0")}`;

property("any colour of a category stands out 3:1 from the grounds, and the number on it reads 4.5:1", 500, (random) => {
  const color = anyColor(random);
  for (const [name, theme] of Object.entries(THEMES)) {
    const colors = categoryColors([{ color }], theme);
    const { fills, inks } = paletteOf({ venue: { categories: [{ color }] }, theme, categoryColors: colors, heat: null });
    assert.ok(contrast(fills[0], theme.block) >= 3 && contrast(fills[0], theme.ground) >= 3, `${color} on ${name}`);
    assert.ok(contrast(inks[0], fills[0]) >= 4.5, `ink on ${color}, ${name}`);
    assert.equal(inks[0], theme.onInk, "one ink for all seats");
  }
});

property("ink on any colour reads 4.5:1", 500, (random) => {
  const color = anyColor(random);
  assert.ok(contrast(inkOn(color), color) >= 4.5, color);
});

property("a colour that stands out already is left alone", 200, (random) => {
  const color = anyColor(random);
  const shade = standingOutOn(color, [LIGHT.block], 3);
  if (contrast(color, LIGHT.block) >= 3) assert.equal(shade, color);
  assert.equal(standingOutOn(shade, [LIGHT.block], 3), shade);
});

test("what is not available stands out 3:1 from what seats stand on", () => {
  for (const theme of Object.values(THEMES)) {
    const { booked, held, blocked } = paletteOf({ venue: { categories: [] }, theme, categoryColors: [], heat: null });
    for (const color of [booked, held, blocked]) {
      assert.ok(contrast(color, theme.block) >= 3 && contrast(color, theme.ground) >= 3, color);
    }
  }
});

test("heat grows darker on light and lighter on dark, step by step, and each step stands out and can be written on", () => {
  for (const theme of Object.values(THEMES)) {
    const ramp = heatRamp(theme);
    assert.equal(ramp.length, HEAT_STEPS);
    const apart = ramp.map((color) => contrast(color, theme.block));
    assert.ok(apart.every((value) => value >= 3));
    assert.ok(apart.every((value, step) => step === 0 || value > apart[step - 1]), "in order without any hue");
    for (const color of ramp) assert.ok(contrast(color, inkOn(color)) >= 4.5);
  }
});

test("heat from 0 to 1 has a step, what is outside of it the nearer one, what is not known none", () => {
  assert.deepEqual([0, 0.5, 1, -3, 7, NaN].map(heatStep), [0, 4, 8, 0, 8, -1]);
});

test("a section is as wanted as its known seats are on average", () => {
  const heat = Float32Array.of(0, 1, NaN, NaN);
  assert.deepEqual(sectionHeat(heat, [{ seats: [0, 1, 2] }, { seats: [2, 3] }, { seats: [] }]), [0.5, NaN, NaN]);
});

property("colours of several categories stay readable when they are kept apart, and the first keeps its own", 100, (random) => {
  const categories = Array.from({ length: 2 + Math.floor(random() * 6) }, () => ({ color: anyColor(random) }));
  for (const theme of Object.values(THEMES)) {
    const colors = categoryColors(categories, theme);
    for (const color of colors) {
      assert.ok(contrast(color, theme.block) >= 3 && contrast(color, theme.ground) >= 3);
      assert.ok(contrast(color, theme.onInk) >= 4.5);
    }
    assert.equal(colors[0], categoryColors(categories.slice(0, 1), theme)[0]);
  }
});

test("violet and blue, one colour for people without red or green cones, are shaded apart; a colour given twice stays one", () => {
  const given = ["#8b5cf6", "#2f80ed", "#8b5cf6"];
  assert.ok(apartForAll(given[0], given[1]) < 0.02);
  const kept = keptApart(given, "#000000");
  assert.ok(apartForAll(kept[0], kept[1]) > 0.05);
  assert.equal(kept[2], kept[0]);
});
