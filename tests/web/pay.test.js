/** Card numbers and dates as people type them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { dateFault, dated, digitsIn, grouped, isCardNumber } from "../../src/frontrow/web/pay/card-digits.js";

test("digits are found among whatever is typed or pasted, in Arabic digits too", () => {
  assert.equal(digitsIn(" 4242-4242 4242.4242 "), "4242424242424242");
  assert.equal(digitsIn("٤٢٤٢"), "4242");
});

test("a number is written in groups of four, and no longer than a card's", () => {
  assert.equal(grouped("42424"), "4242 4");
  assert.equal(grouped("4242"), "4242");
  assert.equal(grouped("4".repeat(30)).replaceAll(" ", "").length, 19);
});

test("a number's last digit follows from the others", () => {
  for (const good of ["4242424242424242", "4000000000000002", "378282246310005"]) assert.ok(isCardNumber(good), good);
  for (const bad of ["4242424242424241", "424242424241", "1234", "", "4".repeat(20)]) assert.ok(!isCardNumber(bad), bad);
});

test("a date gets its stroke after the month, and a month its zero", () => {
  assert.deepEqual(["1", "12", "123", "1234", "5", "527", "12345"].map(dated), ["1", "12", "12/3", "12/34", "05", "05/27", "12/34"]);
});

test("a card is good until its month ends", () => {
  const now = new Date(2027, 4, 31, 23, 59);
  assert.equal(dateFault("0527", now), null);
  assert.equal(dateFault("0427", now), "past");
  assert.equal(dateFault("0526", now), "past");
  for (const odd of ["", "05", "1327", "0027", "05277"]) assert.equal(dateFault(odd, now), "form", odd);
});
