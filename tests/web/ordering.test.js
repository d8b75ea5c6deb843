/** An order without a page: what it is to its buyer, how it is paid, waited for, given up and found again. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiProblem, NoAnswer } from "../../src/frontrow/web/js/api.js";
import { isEnded, isPayable, isStanding, mayGiveUp, phaseOf } from "../../src/frontrow/web/js/sale/order-phases.js";
import { Ordering } from "../../src/frontrow/web/js/sale/ordering.js";

const NOW_MS = Date.parse("2030-01-01T00:00:00Z");
const RETURN_URL = "https://tickets.example/?event=e";
const order = (status, more = {}) => ({ orderId: "o", eventId: "e", status, seatIds: ["A1"], tableIds: [], lines: [], payUntil: "2030-01-01T00:15:00Z", refunds: [], ...more });
const payment = (status, more = {}) => ({ paymentId: "p", gateway: "demo", status, ...more });
const waiting = order("paying", { payment: payment("action_required", { action: { kind: "redirect", url: "/pay/demo/p" } }) });

/** A page that tells what happens to it. */
function pageOf() {
  let heard = {};
  return { hidden: false, watch: (hear) => ((heard = hear), () => (heard = {})), happens: (what) => heard[what]?.() };
}

/** An ordering on a server that answers as told; `calls` is what it was asked. */
function orderingOn(answers, { remembered = null, hidden = false } = {}) {
  const calls = [];
  const told = [];
  const went = [];
  const items = new Map(remembered === null ? [] : [["frontrow.order:https://tickets.example:e", remembered]]);
  const api = Object.assign({ origin: "https://tickets.example", clock: { nowMs: () => NOW_MS } }, Object.fromEntries(["order", "openOrders", "payOrder", "cancelOrder"].map((name) => [name, async (...args) => {
    calls.push([name, ...args]);
    const answer = answers[name];
    const result = typeof answer === "function" ? await answer(...args) : answer;
    if (result instanceof Error) throw result;
    return result;
  }])));
  const page = Object.assign(pageOf(), { hidden });
  const storage = { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value), removeItem: (key) => void items.delete(key) };
  const ordering = new Ordering({ api, eventId: "e", page, storage, listener: { onOrder: () => told.push([ordering.phase, ordering.doing]), onAction: (of, action) => went.push([of.orderId, action.url]) } });
  return { ordering, calls, told, went, items, page };
}

test("what an order is to its buyer follows from its status and its payment", () => {
  const phases = [order("claimed"), order("claimed", { payment: payment("declined") }), waiting, order("paying", { payment: payment("processing") }), order("paid"), order("cancelling"), order("booked"), order("expired"), order("cancelled"), order("refunding"), order("refunded"), order("needs_attention")].map(phaseOf);
  assert.deepEqual(phases, ["payable", "declined", "waiting", "processing", "processing", "giving_up", "booked", "expired", "given_up", "refunding", "refunded", "attention"]);
  assert.deepEqual(phases.filter(isPayable), ["payable", "declined", "waiting"]);
  assert.ok(phases.every((phase) => !(isStanding(phase) && isEnded(phase))));
  assert.ok(!isEnded("refunding"), "money on its way is looked after");
});

test("an order is given up as long as its money is not known to be taken, and its time is told while it is processed", () => {
  assert.deepEqual(["pending", "claimed", "paying", "paid", "cancelling", "booked"].filter((status) => mayGiveUp(order(status))), ["pending", "claimed", "paying"]);
  const { ordering } = orderingOn({});
  ordering.placed(order("paying", { payment: payment("processing") }));
  assert.deepEqual([ordering.payUntilMs, ordering.windowEndMs], [null, Date.parse("2030-01-01T00:15:00Z")]);
  ordering.placed(order("paying", { payment: payment("processing"), payUntil: "2029-12-31T23:59:00Z" }));
  assert.equal(ordering.windowEndMs, null, "a time that is over says nothing");
});

test("an order of this event that is open is found; one of another event, or a refund of another purchase, is not", async () => {
  const other = { ...order("claimed"), orderId: "elsewhere", eventId: "f" };
  const { ordering, items } = orderingOn({ openOrders: [other, { ...order("refunding"), orderId: "refund" }, order("claimed")] });
  await ordering.find();
  assert.equal(ordering.order?.orderId, "o");
  assert.deepEqual([...items.values()], ["o"], "it is remembered until its end was seen");
  assert.equal(ordering.payUntilMs, Date.parse("2030-01-01T00:15:00Z"));
});

test("how a remembered order ended is told though it is open no more, and forgotten once it was seen", async () => {
  const { ordering, calls, items } = orderingOn({ order: order("refunded"), openOrders: [] }, { remembered: "o" });
  await ordering.find();
  assert.equal(ordering.phase, "refunded");
  assert.equal(ordering.standing, false);
  ordering.dismiss();
  assert.equal(items.size, 0);
  assert.deepEqual(calls.map(([name]) => name), ["order"]);
});

test("an order that somebody else's token had is forgotten", async () => {
  const { ordering, items } = orderingOn({ order: new ApiProblem(404, { code: "not_found" }), openOrders: [] }, { remembered: "o" });
  await ordering.find();
  assert.deepEqual([ordering.phase, items.size], [null, 0]);
});

test("without an answer the order stays as it was", async () => {
  let answer = order("claimed");
  const { ordering } = orderingOn({ order: () => answer }, { remembered: "o" });
  await ordering.find();
  answer = /** @type {any} */ (new NoAnswer("cut"));
  await ordering.find();
  assert.equal(ordering.phase, "payable");
});

test("paying leads to the gateway's page, once however often it is pressed", async () => {
  const { ordering, calls, went } = orderingOn({ payOrder: waiting });
  ordering.placed(order("claimed"));
  await Promise.all([ordering.pay(RETURN_URL), ordering.pay(RETURN_URL)]);
  assert.deepEqual(went, [["o", "/pay/demo/p"]]);
  assert.deepEqual(calls.map(([name, id, wish]) => [name, id, wish]), [["payOrder", "o", { returnUrl: RETURN_URL }]]);
});

test("who comes back from the gateway's page without having paid goes on with the same payment", async () => {
  const { ordering, calls, went, page } = orderingOn({ order: waiting }, { remembered: "o" });
  await ordering.start();
  ordering.leave();
  await ordering.pay(RETURN_URL);
  assert.deepEqual(went, [], "the page is being left");
  page.happens("back");
  await ordering.find();
  await ordering.pay(RETURN_URL);
  assert.deepEqual(went, [["o", "/pay/demo/p"]]);
  assert.ok(calls.every(([name]) => name !== "payOrder"));
  ordering.stop();
});

test("an attempt repeated after a lost answer is the same attempt; the one after a declined card is another", async () => {
  let answer = /** @type {unknown} */ (new NoAnswer("cut"));
  let now = order("claimed");
  const { ordering, calls } = orderingOn({ payOrder: () => answer, order: () => now });
  ordering.placed(now);
  await ordering.pay(RETURN_URL);
  assert.ok(ordering.fault instanceof NoAnswer);
  answer = new ApiProblem(402, { code: "payment_declined" });
  now = order("claimed", { payment: payment("declined", { reason: "Not enough money" }) });
  await ordering.pay(RETURN_URL);
  assert.equal(ordering.phase, "declined");
  assert.equal(ordering.fault, null, "how the order stands says it");
  await ordering.pay(RETURN_URL);
  const keys = calls.filter(([name]) => name === "payOrder").map(([, , , key]) => key);
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[1], keys[2]);
});

test("a refusal that the order does not explain is a fault, and the order can be paid again", async () => {
  const { ordering, told } = orderingOn({ payOrder: new ApiProblem(422, { code: "validation_failed" }), order: order("claimed") });
  ordering.placed(order("claimed"));
  await ordering.pay(RETURN_URL);
  assert.equal(ordering.fault?.code, "validation_failed");
  assert.deepEqual(told.at(-1), ["payable", null]);
});

test("an order that cannot be paid any more is shown as it stands instead of a fault", async () => {
  const { ordering } = orderingOn({ payOrder: new ApiProblem(409, { code: "order_state" }), order: order("expired") });
  ordering.placed(order("claimed"));
  await ordering.pay(RETURN_URL);
  assert.deepEqual([ordering.phase, ordering.fault], ["expired", null]);
});

test("giving up shows what the server made of it", async () => {
  const { ordering, told } = orderingOn({ cancelOrder: order("cancelling") });
  ordering.placed(order("claimed"));
  await ordering.giveUp();
  assert.equal(ordering.phase, "giving_up");
  assert.ok(told.some(([, doing]) => doing === "giving_up"));
  ordering.dismiss();
  assert.equal(ordering.phase, "giving_up", "what stands cannot be put away");
});

test("a payment that is processed is looked at again by itself, and not while nobody sees the page", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = order("paying", { payment: payment("processing") });
  const { ordering, calls, page } = orderingOn({ order: () => now }, { remembered: "o" });
  await ordering.start();
  assert.equal(calls.length, 1);
  page.hidden = true;
  page.happens("hidden");
  t.mock.timers.tick(60_000);
  assert.equal(calls.length, 1);
  page.hidden = false;
  page.happens("shown");
  await ordering.find();
  assert.equal(calls.length, 2);
  now = order("booked", { bookingId: "b" });
  t.mock.timers.tick(60_000);
  await ordering.find();
  assert.equal(ordering.phase, "booked");
  t.mock.timers.tick(600_000);
  assert.equal(calls.length, 3, "what has ended is not looked at any more");
  ordering.stop();
});

test("an order that waits for its buyer is looked at when its time has run out", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { ordering, calls } = orderingOn({ order: order("claimed", { payUntil: "2030-01-01T00:02:00Z" }) }, { remembered: "o" });
  await ordering.start();
  t.mock.timers.tick(119_000);
  assert.equal(calls.length, 1);
  t.mock.timers.tick(4_000);
  assert.equal(calls.length, 2);
  ordering.stop();
});
