/** Fees and taxes as a page computes them: the examples of tests/unit/test_charges.py. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { charged, keptMinor } from "../../src/frontrow/web/js/sale/charges.js";

const fee = (kind, amountMinor, more = {}) => ({ name: kind, kind, amountMinor, ...more });
const share = (basisPoints, more = {}) => ({ name: "share", kind: "share", basisPoints, ...more });
const included = (basisPoints) => ({ name: "VAT", kind: "included_share", basisPoints });
const amounts = (seats, charges) => charged(seats, charges).lines.map(({ minor }) => minor);
const totalOf = (seats, charges) => charged(seats, charges).totalMinor;

test("shares are of the seats and of the charges above them", () => {
  const charges = [fee("per_seat", 100), share(1_000), fee("per_order", 490), share(2_000)];
  assert.deepEqual(amounts([4_500, 4_500], charges), [200, 920, 490, 2_122]);
  assert.equal(totalOf([4_500, 4_500], charges), 12_732);
});

test("half a minor unit is rounded up, however large the sum", () => {
  for (const [price, points, expected] of [[50, 100, 1], [49, 100, 0], [150, 100, 2], [1, 5_000, 1], [1, 4_999, 0], [10 ** 12, 1, 10 ** 8]]) {
    assert.deepEqual(amounts([price], [share(points)]), [expected]);
  }
  assert.equal(totalOf([1], Array.from({ length: 20 }, () => share(10_000))), 2 ** 20);
});

test("an included share is the part that makes up the whole and adds nothing", () => {
  for (const [price, points, part] of [[11_900, 1_900, 1_900], [107, 700, 7], [3, 10_000, 2]]) {
    assert.deepEqual(charged([price], [included(points)]), { lines: [{ label: "VAT", minor: part, included: true }], totalMinor: price });
  }
  assert.deepEqual(amounts([7_800, 7_800, 7_800], [share(333), included(1_000)]), [779, 2_198]);
});

test("free seats carry no charges", () => {
  const charges = [fee("per_seat", 150), fee("per_order", 490), share(900)];
  assert.equal(totalOf([0, 0], charges), 0);
  assert.equal(totalOf([0, 1_000], charges), totalOf([1_000], charges));
});

test("what is kept when seats go back is what the server keeps", () => {
  const postage = [fee("per_order", 490)];
  assert.deepEqual([[1_000, 0], [1_000], [0], []].map((left) => keptMinor([1_000, 1_000, 0], postage, left)), [1_490, 1_490, 0, 0]);
  const charges = [fee("per_seat", 200, { refundable: false }), share(1_000)];
  assert.deepEqual([[1_000, 1_000], [1_000], []].map((left) => keptMinor([1_000, 1_000], charges, left)), [2_640, 1_540, 440]);
  assert.equal(keptMinor([1_000, 1_000], [share(1_000, { refundable: false })], []), 200);
});
