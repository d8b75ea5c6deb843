/** The logic of the operator's page: tokens, figures, series, names of seats, reports of drawings. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ApiProblem, NoAnswer } from "../../src/frontrow/web/js/api.js";
import { Venue } from "../../src/frontrow/web/js/venue/venue.js";
import { customerId, wishOf } from "../../src/frontrow/web/operator/box-office.js";
import { progressOf } from "../../src/frontrow/web/operator/cancellation-panel.js";
import { ChangeLog } from "../../src/frontrow/web/operator/change-log.js";
import { basisPointsOf, shareText } from "../../src/frontrow/web/operator/charge-inputs.js";
import { localText, majorText, minorOf, utcText } from "../../src/frontrow/web/operator/event-fields.js";
import { factsOf, formatOf, parsed, placed } from "../../src/frontrow/web/operator/layout-facts.js";
import { LiveCounts } from "../../src/frontrow/web/operator/live-counts.js";
import { Refresher } from "../../src/frontrow/web/operator/refresher.js";
import { blockFree } from "../../src/frontrow/web/operator/seat-blocks.js";
import { rowsOf, rowsText, runs } from "../../src/frontrow/web/operator/seat-names.js";
import { batches, byState, heatOf, rowsAmong, sectionsOf } from "../../src/frontrow/web/operator/selection.js";
import { fittingInterval, seriesOf } from "../../src/frontrow/web/operator/series.js";
import { KeptToken, claimsOf, judge, tokenIn, tokenPasted } from "../../src/frontrow/web/operator/kept-token.js";

const NOW_MS = Date.parse("2026-03-01T12:00:00Z");

/** @param {Record<string, unknown>} claims */
const token = (claims) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
const good = token({ sub: "مشغّل", exp: NOW_MS / 1000 + 60, roles: ["admin"] });

const layout = {
  id: "hall", name: "Hall", canvasW: 400, canvasH: 300,
  categories: [{ id: "near", name: "Near", color: "#aa0000" }, { id: "far", name: "Far", color: "#0000aa" }],
  sections: [{ id: "left", name: "Left" }, { id: "empty", name: "Empty" }],
  seats: [
    ...[1, 2, 3, 5].map((n) => ({ id: `A${n}`, position: { x: 20 * n, y: 50 }, categoryId: "near", sectionId: "left", rowLabel: "A", seatNumber: n })),
    ...[1, 2].map((n) => ({ id: `B${n}`, position: { x: 20 * n, y: 90 }, categoryId: "far", sectionId: "left", rowLabel: "B", seatNumber: n })),
    { id: "Z", position: { x: 20, y: 200 }, categoryId: "far", rowLabel: "Z", seatNumber: "Box", accessible: true },
  ],
  items: [{ id: "t1", type: /** @type {const} */ ("table"), pos: { x: 0, y: 0 } }],
};
const venue = new Venue(layout);

describe("the operator's token", () => {
  it("is read from the link's fragment and from what people paste", () => {
    assert.equal(tokenIn(`#token=${good}`), good);
    assert.equal(tokenIn("#/event/a"), null);
    assert.equal(tokenPasted(`  https://tickets.example/operator/#token=${good}\n`), good);
    assert.equal(tokenPasted(`Bearer ${good}`), good);
  });

  it("is judged by what it says of itself", () => {
    assert.deepEqual(claimsOf(good), { user: "مشغّل", roles: ["admin"], expiresAtMs: NOW_MS + 60_000 });
    assert.equal(judge(good, NOW_MS), "ok");
    assert.equal(judge(good, NOW_MS + 60_000), "expired");
    assert.equal(judge(token({ sub: "b", exp: NOW_MS }), NOW_MS), "no_role");
    for (const text of ["", "hello", "a.b.c", token({ roles: ["admin"] })]) assert.equal(judge(text, NOW_MS), "unreadable");
  });

  it("is kept only when it serves, and until it is given up", () => {
    const items = new Map();
    const storage = { getItem: (/** @type {string} */ k) => items.get(k) ?? null, setItem: (/** @type {string} */ k, /** @type {string} */ v) => void items.set(k, v), removeItem: (/** @type {string} */ k) => void items.delete(k) };
    let nowMs = NOW_MS;
    const kept = new KeptToken({ storage, nowMs: () => nowMs });
    assert.equal(kept.signIn(token({ sub: "b", exp: NOW_MS, roles: [] })), "no_role");
    assert.equal(kept.state, "missing");
    assert.equal(kept.signIn(good), "ok");
    assert.equal(kept.state, "ok");
    nowMs += 61_000;
    assert.equal(kept.state, "expired");
    kept.signOut();
    assert.equal(items.size, 0);
  });
});

describe("bookings over time", () => {
  const usd = (/** @type {number} */ amountMinor) => ({ amountMinor, currency: "USD" });
  const bucket = (/** @type {string} */ startsAt, /** @type {number} */ seats) => ({ startsAt, bookings: 1, seats, revenue: usd(seats * 100) });

  it("have a point for every interval up to the one that is running, and revenue that only adds up", () => {
    const overTime = { interval: /** @type {const} */ ("hour"), since: "2026-02-01T00:00:00Z", buckets: [bucket("2026-03-01T09:00:00Z", 2), bucket("2026-03-01T11:00:00Z", 3)], earlier: { bookings: 1, seats: 1, revenue: usd(50) } };
    const series = seriesOf(overTime, NOW_MS + 60_000);
    assert.equal(series.startsAtMs.length, 24);
    assert.equal(series.startsAtMs.at(-1), NOW_MS);
    assert.deepEqual(series.seats.slice(-4), [2, 0, 3, 0]);
    assert.deepEqual(series.revenueMinor.slice(-5), [50, 250, 250, 550, 550]);
  });

  it("are bounded, and what lies before counts as taken", () => {
    const buckets = Array.from({ length: 500 }, (_, at) => bucket(new Date(NOW_MS - (499 - at) * 60_000).toISOString(), 1));
    const series = seriesOf({ interval: "minute", since: "", buckets, earlier: { bookings: 0, seats: 0, revenue: usd(0) } }, NOW_MS);
    assert.equal(series.seats.length, 240);
    assert.equal(series.revenueMinor[0], 261 * 100);
    assert.equal(series.revenueMinor.at(-1), 500 * 100);
  });

  it("are shown by an interval that fits the sale's age", () => {
    const ago = (/** @type {number} */ hours) => fittingInterval(NOW_MS - hours * 3_600_000, NOW_MS);
    assert.deepEqual([ago(-Infinity), ago(1), ago(10), ago(24 * 30)], ["minute", "minute", "hour", "day"]);
  });
});

describe("seats' names", () => {
  it("join neighbours and name the row once", () => {
    assert.equal(runs([5, 1, "A", 3, 2]), "1–3, 5, A");
    assert.deepEqual(rowsOf(venue, ["A3", "A2", "A1", "A5", "B1", "Z", "unknown"]), ["Left A 1–3, 5", "Left B 1", "Z Box"]);
    assert.deepEqual(rowsText(venue, ["A1", "B1", "Z"]), { text: "Left A 1 · Left B 1 · Z Box", more: 0 });
  });
});

describe("a selection", () => {
  it("is told by state, and taken by section and row", () => {
    const stateOf = (/** @type {string} */ seatId) => (seatId === "A1" ? "held" : seatId === "Z" ? null : "available");
    assert.deepEqual(byState(["A1", "A2", "Z"], stateOf), { available: ["A2"], held: ["A1"], booked: [], blocked: [] });
    assert.deepEqual(sectionsOf(venue).map(({ name, seats }) => [name, seats.length]), [["Left", 6], ["", 1]]);
    assert.deepEqual(rowsAmong(venue, sectionsOf(venue)[0].seats), [{ label: "A", seats: [0, 1, 2, 3] }, { label: "B", seats: [4, 5] }]);
    assert.deepEqual(batches([1, 2, 3], 2), [[1, 2], [3]]);
  });

  it("is blocked without the seats that somebody was faster to take", async () => {
    /** @type {(readonly string[])[]} */
    const asked = [];
    const api = { block: async (/** @type {string} */ _, /** @type {readonly string[]} */ seatIds) => {
      asked.push(seatIds);
      if (seatIds.includes("A2")) throw new ApiProblem(409, { code: "seats_unavailable", seats: [{ seatId: "A2", reason: "held" }] });
    } };
    assert.deepEqual(await blockFree(api, "e", ["A1", "A2", "A3"], ""), { blocked: ["A1", "A3"], refused: ["A2"] });
    assert.deepEqual(asked, [["A1", "A2", "A3"], ["A1", "A3"]]);
    await assert.rejects(blockFree({ block: async () => Promise.reject(new NoAnswer("no")) }, "e", ["A1"], ""), NoAnswer);
  });

  it("has a heat beside the most wanted seat", () => {
    assert.deepEqual({ ...heatOf([{ seatId: "A", holds: 3, refusals: 1 }, { seatId: "B", holds: 1 }]) }, { A: 1, B: 0.25 });
    assert.deepEqual({ ...heatOf([]) }, {});
  });

  it("has its own heat, and none but its own, whatever it is called", () => {
    const heat = heatOf([{ seatId: "__proto__", holds: 2 }]);
    assert.deepEqual(Object.entries(heat), [["__proto__", 1]]);
    assert.equal(heat.constructor, undefined);
  });
});

describe("live counts", () => {
  it("follow the states, by category too, and name what changed", () => {
    const counts = new LiveCounts(venue);
    assert.equal(counts.stateOf("A1"), null);
    const states = new Uint8Array(7);
    assert.deepEqual(counts.see(states), {});
    states.set([1, 2, 3], 0);
    assert.deepEqual(counts.see(states), { held: ["A1"], booked: ["A2"], blocked: ["A3"] });
    assert.deepEqual(counts.house, { available: 4, held: 1, booked: 1, blocked: 1, total: 7 });
    assert.deepEqual(counts.categories[1], { available: 3, held: 0, booked: 0, blocked: 0, total: 3 });
    assert.equal(counts.stateOf("A2"), "booked");
  });

  it("leave a list of changes in which the server's own words replace what was only heard", () => {
    const log = new ChangeLog();
    const told = (/** @type {number} */ at) => ({ offset: `${at}`, at: new Date(at).toISOString(), seatIds: ["A1"], state: /** @type {const} */ ("held"), cause: "held" });
    assert.equal(log.tell([told(1_000)]), true);
    assert.equal(log.tell([told(1_000)]), false);
    log.hear(2_000, { available: ["A1"], booked: [] });
    assert.deepEqual(log.changes.map(({ state, cause }) => [state, cause]), [["available", null], ["held", "held"]]);
    assert.equal(log.tell([{ ...told(2_000), state: "available", cause: "expired" }, told(1_000)]), true);
    assert.deepEqual(log.changes.map(({ cause, fresh }) => [cause, fresh]), [["expired", true], ["held", false]]);
    for (let at = 0; at < 100; at++) log.hear(at, { held: ["A1"] });
    assert.equal(log.changes.length, 60);
  });
});

describe("a drawing's report", () => {
  it("counts seats by category and section", () => {
    const facts = factsOf(layout);
    assert.deepEqual([facts.seats, facts.tables, facts.accessible], [7, 1, 1]);
    assert.deepEqual(facts.byCategory.map(({ seats }) => seats), [4, 3]);
    assert.deepEqual(facts.bySection, [{ name: "Left", seats: 6 }, { name: "Empty", seats: 0 }, { name: "", seats: 1 }]);
  });

  it("shows what stands at a fault's place, and in what", () => {
    const document = { seats: [{ id: "A1", position: { x: "wide" } }] };
    assert.deepEqual(placed(document, { field: "seats[0].position.x", message: "expected a number" }), { path: "seats[0].position.x", message: "expected a number", of: "A1", value: "\"wide\"" });
    assert.deepEqual(placed(document, { field: "body.name", message: "missing" }), { path: "name", message: "missing", of: "", value: null });
    assert.equal(placed({ name: "x".repeat(200) }, { field: "name", message: "" }).value?.length, 81);
  });

  it("tells the formats apart, and where a text stops being JSON", () => {
    assert.equal(formatOf(layout), "frontrow");
    assert.equal(formatOf({ name: "Chart", subChart: {}, categories: { list: [] } }), "seatsio");
    assert.deepEqual(parsed("[1]"), { document: [1] });
    assert.ok("message" in parsed("{\n\"a\": 1,\n}"));
  });
});

describe("an event's fields", () => {
  it("go between what people type and what the server reads", () => {
    assert.deepEqual(["45", "45.5", "45,50", "0", "45.505", "", "-1", "1e3"].map((typed) => minorOf(typed, "EUR")), [4500, 4550, 4550, 0, null, null, null, null]);
    assert.equal(minorOf("4500", "JPY"), 4500);
    assert.equal(minorOf("1.234", "KWD"), 1234);
    assert.deepEqual([majorText(4500, "EUR"), majorText(4550, "EUR"), majorText(4500, "JPY")], ["45", "45.50", "4500"]);
    assert.equal(utcText(localText("2026-03-01T19:30:00.000Z")), "2026-03-01T19:30:00.000Z");
    assert.deepEqual([localText(null), utcText("")], ["", null]);
  });
});

describe("asking again", () => {
  /** @param {() => Promise<void>} ask */
  const made = (ask) => {
    /** @type {{ run: () => void, ms: number } | null} */
    let due = null;
    let looked = () => {};
    const page = { hidden: false, addEventListener: (/** @type {string} */ _, /** @type {any} */ listener) => (looked = listener), removeEventListener: () => {} };
    const refresher = new Refresher(ask, { page, later: (run, ms) => (due = { run, ms }), cancel: () => (due = null) });
    return { refresher, due: () => due?.ms ?? null, run: () => due?.run(), turn: (/** @type {boolean} */ hidden) => {
      page.hidden = hidden;
      looked();
    } };
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it("goes on every ten seconds, sooner after something happened, and rests while hidden", async () => {
    let asked = 0;
    const { refresher, due, run, turn } = made(async () => void (asked += 1));
    refresher.now();
    await settled();
    assert.deepEqual([asked, due()], [1, 10_000]);
    refresher.soon();
    assert.equal(due(), 1_200);
    run();
    await settled();
    assert.deepEqual([asked, due()], [2, 10_000]);
    turn(true);
    assert.equal(due(), null);
    refresher.soon();
    assert.equal(due(), null);
    turn(false);
    await settled();
    assert.equal(asked, 3);
    refresher.end();
    assert.equal(due(), null);
  });

  it("never asks twice at once", async () => {
    let asked = 0;
    let answer = () => {};
    const { refresher, due } = made(() => {
      asked += 1;
      return new Promise((resolve) => (answer = () => resolve(undefined)));
    });
    refresher.now();
    refresher.now();
    refresher.soon();
    assert.equal(asked, 1);
    answer();
    await settled();
    assert.equal(due(), 1_200);
  });
});

describe("the box office", () => {
  it("holds tables that are sold whole as whole tables", () => {
    const seat = (/** @type {string} */ id, /** @type {object} */ more) => ({ id, position: { x: 1, y: 1 }, categoryId: "near", rowLabel: "1", seatNumber: 1, ...more });
    const hall = new Venue({
      ...layout, items: [{ id: "whole", type: "table", pos: { x: 0, y: 0 }, bookAs: "whole" }, { id: "either", type: "table", pos: { x: 0, y: 0 }, bookAs: "either" }],
      seats: [seat("A1", {}), seat("w1", { tableId: "whole" }), seat("w2", { tableId: "whole" }), seat("e1", { tableId: "either" })],
    });
    assert.deepEqual(wishOf(hall, ["A1", "w1", "w2", "e1"]), { seatIds: ["A1", "e1"], tableIds: ["whole"] });
    assert.deepEqual(wishOf(hall, ["A1"]), { seatIds: ["A1"] });
  });

  it("makes every customer a guest of their own", () => {
    assert.match(customerId(), /^guest-[A-Za-z0-9_-]{22}$/);
    assert.notEqual(customerId(), customerId());
  });
});

it("a share is typed in per cent and sent in basis points", () => {
  assert.deepEqual(["7", "7.5", "7,25", "100", " 19 % "].map(basisPointsOf), [700, 750, 725, 10_000, 1900]);
  assert.deepEqual(["", "101", "7.125", "-1", "x"].map(basisPointsOf), [null, null, null, null, null]);
  assert.equal(basisPointsOf(shareText(725)), 725);
});

it("the progress of a cancellation is what is given back of what is to be", () => {
  const none = { bookings: { total: 0, cancelled: 0 }, orders: { open: 0, needingAttention: 0 }, refunds: { due: 0, done: 0, failed: 0 } };
  assert.deepEqual(progressOf({ ...none, done: true }), [1, 1]);
  assert.deepEqual(progressOf({ bookings: { total: 4, cancelled: 2 }, orders: { open: 1, needingAttention: 0 }, refunds: { due: 2, done: 1, failed: 0 }, done: false }), [3, 8]);
});
