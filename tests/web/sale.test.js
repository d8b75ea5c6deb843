/** The sale without a page: basket, clock, and what is said of what went wrong. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiClient } from "../../src/frontrow/web/js/api.js";
import { Basket } from "../../src/frontrow/web/js/sale/basket.js";
import { countdown } from "../../src/frontrow/web/js/sale/countdown.js";
import { Echoes } from "../../src/frontrow/web/js/sale/echoes.js";
import { ApiProblem, NoAnswer, retryAfterMs } from "../../src/frontrow/web/js/api/problems.js";
import { ServerClock } from "../../src/frontrow/web/js/api/server-clock.js";
import { SeatStore } from "../../src/frontrow/web/js/sale/seat-store.js";
import { AVAILABLE, BLOCKED, BOOKED, HELD, MINE, UNKNOWN, countStates } from "../../src/frontrow/web/js/venue/seat-states.js";
import { priceOf } from "../../src/frontrow/web/js/venue/prices.js";
import { Venue } from "../../src/frontrow/web/js/venue/venue.js";
import { problemText, refusedText } from "../../src/frontrow/web/js/words/problem-words.js";
import { noneFreeText } from "../../src/frontrow/web/js/words/seat-words.js";
import { wordsFor } from "../../src/frontrow/web/js/words/words.js";

const LAYOUT = {
  id: "parlour", name: "The Parlour", canvasW: 400, canvasH: 200,
  categories: [{ id: "seat", name: "Seat", color: "#336699" }],
  items: [{ id: "t1", type: "table", pos: { x: 200, y: 150 }, size: { x: 40, y: 40 }, lbl: "1", shp: "round", bookAs: "whole" }],
  seats: [
    ...[1, 2, 3, 4].map((n) => ({ id: `A${n}`, position: { x: 40 * n, y: 50 }, categoryId: "seat", rowLabel: "A", seatNumber: n })),
    ...[1, 2].map((n) => ({ id: `t1_${n}`, position: { x: 160 + 30 * n, y: 120 }, categoryId: "seat", rowLabel: "1", seatNumber: n, tableId: "t1" })),
  ],
};
const ENGLISH = wordsFor("en-US");
const EVENT = { eventId: "e", prices: { seat: 1250 }, currency: "USD" };

/** A basket on a server that answers as told; `calls` is what it was asked. */
function basketOn(answers) {
  const calls = [];
  const told = [];
  const venue = new Venue(LAYOUT);
  const api = Object.assign({ clock: { nowMs: Date.now } }, Object.fromEntries(["hold", "release", "extend", "holds", "book"].map((name) => [name, async (...args) => {
    calls.push([name, ...args]);
    const answer = answers[name];
    const result = typeof answer === "function" ? await answer(...args) : answer;
    if (result instanceof Error) throw result;
    return result;
  }])));
  const hear = (name) => (...args) => told.push([name, ...args]);
  const listener = { onChange() {}, onHeld: hear("held"), onProlonged: hear("prolonged"), onBestRefused: hear("best refused"), onReleased: hear("released"), onRefused: hear("refused"), onLost: hear("lost"), onProblem: hear("problem") };
  return { basket: new Basket({ api, event: EVENT, venue, seatsMax: 4, listener }), calls, told, venue };
}

const EXPIRES = "2030-01-01T00:10:00Z";
const held = (holdId) => async (_event, wanted) => ({ holdId: wanted.holdId ?? holdId, eventId: "e", seatIds: wanted.seatIds ?? [], tableIds: wanted.tableIds ?? [], expiresAt: EXPIRES });
const turn = () => new Promise(setImmediate);
const settled = async (basket) => {
  for (let turn = 0; turn < 100 && (basket._working || basket.holdings._looking); turn++) await new Promise(setImmediate);
};

test("a seat shows as wanted at once and as held after the answer", async () => {
  const { basket, calls, told } = basketOn({ hold: held("h") });
  assert.equal(basket.take([0]), "done");
  assert.deepEqual(basket.seats, [0]);
  assert.equal(basket.settled, false);
  await settled(basket);
  assert.equal(basket.settled, true);
  assert.equal(basket.expiresAtMs, Date.parse(EXPIRES));
  assert.deepEqual(calls[0].slice(0, 3), ["hold", "e", { seatIds: ["A1"] }]);
  assert.equal(told[0][0], "held");
});

test("seats chosen while a request is under way go together in the next one, onto the same hold", async () => {
  const { basket, calls } = basketOn({ hold: held("h") });
  basket.take([0]);
  basket.take([1]);
  basket.take([2]);
  await settled(basket);
  assert.deepEqual(calls.map(([, , wanted]) => wanted), [{ seatIds: ["A1"] }, { seatIds: ["A2", "A3"], holdId: "h" }]);
  assert.equal(basket.totalMinor, 3750);
});

test("a seat given back before its hold was answered is released afterwards", async () => {
  const { basket, calls } = basketOn({ hold: held("h"), release: undefined });
  basket.take([0]);
  basket.giveBack([0]);
  await settled(basket);
  assert.deepEqual(calls.map(([name]) => name), ["hold", "release"]);
  assert.deepEqual(basket.seats, []);
});

test("a whole table is asked for by its id and given back as one", async () => {
  const { basket, calls } = basketOn({ hold: held("h"), release: undefined });
  basket.take([4, 5], "t1");
  await settled(basket);
  assert.deepEqual(calls[0][2], { tableIds: ["t1"] });
  basket.giveBack([5]);
  await settled(basket);
  assert.deepEqual(calls[1].slice(2), ["h", ["t1_1", "t1_2"]]);
});

test("of several seats only the refused ones leave the basket, and the rest is asked for again", async () => {
  let asked = 0;
  const { basket, calls, told } = basketOn({ hold: async (event, wanted) => {
    asked += 1;
    if (asked === 1) return new ApiProblem(409, { code: "seats_unavailable", seats: [{ seatId: "A2", reason: "booked" }] });
    return held("h")(event, wanted);
  } });
  basket.take([0, 1]);
  await settled(basket);
  assert.deepEqual(told[0], ["refused", [{ seat: 1, reason: "booked" }]]);
  assert.deepEqual(calls[1][2], { seatIds: ["A1"] });
  assert.deepEqual(basket.seats, [0]);
});

test("a request without an answer is followed by a look at what the server holds", async () => {
  const { basket, told } = basketOn({
    hold: new NoAnswer("cut"),
    holds: [{ holdId: "h", eventId: "e", seatIds: ["A3"], tableIds: [], expiresAt: EXPIRES }],
  });
  basket.take([2]);
  await settled(basket);
  assert.equal(told[0][0], "problem");
  assert.deepEqual(basket.seats, [2], "the hold had been made after all");
});

test("seats the server holds no more are told as lost", async () => {
  const { basket, told } = basketOn({ hold: held("h"), holds: [] });
  basket.take([0]);
  await settled(basket);
  await basket.look();
  assert.deepEqual(told.at(-1), ["lost", [0]]);
  assert.deepEqual(basket.seats, []);
});

test("no more seats than allowed", () => {
  const { basket } = basketOn({ hold: held("h") });
  assert.equal(basket.take([0, 1, 2, 3]), "done");
  assert.equal(basket.take([4]), "full");
});

test("a booking tried again carries the same key, another contact another one", async () => {
  let answer = /** @type {unknown} */ (new NoAnswer("cut"));
  const { basket, calls } = basketOn({ hold: held("h"), book: () => answer });
  basket.take([0]);
  await settled(basket);
  const ada = { name: "Ada", email: "ada@example.org" };
  await assert.rejects(basket.book(ada), NoAnswer);
  await assert.rejects(basket.book(ada), NoAnswer);
  answer = { bookingId: "b" };
  await basket.book({ ...ada, name: "Eve" });
  const keys = calls.filter(([name]) => name === "book").map(([, , key]) => key);
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[1], keys[2]);
  assert.deepEqual(basket.seats, [], "what is booked is in the basket no more");
});

/** An API client on a list of answers, one per request. */
function clientOn(...answers) {
  const sent = [];
  const client = new ApiClient({
    origin: "https://tickets.example/", storage: null, pause: async (ms) => void sent.push({ pauseMs: ms }),
    fetch: async (url, init) => {
      sent.push({ url: String(url), ...init });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      const { status = 200, body = {}, headers = {} } = answer;
      return new Response(status === 304 ? null : JSON.stringify(body), { status, headers });
    },
  });
  return { client, sent, requests: () => sent.filter(({ url }) => url) };
}

const GUEST = { body: { token: "guest", userId: "g", expiresAt: "2099-01-01T00:00:00Z" } };

test("a hold is repeated under one key until it is answered", async () => {
  const { client, requests } = clientOn(GUEST, new TypeError("cut"), { status: 503, headers: { "Retry-After": "1" } }, { status: 201, body: { holdId: "h" } });
  assert.deepEqual(await client.hold("e", { seatIds: ["A1"] }, "key-1"), { holdId: "h" });
  const holds = requests().slice(1);
  assert.deepEqual(holds.map(({ headers }) => headers["Idempotency-Key"]), ["key-1", "key-1", "key-1"]);
  assert.ok(holds.every(({ headers }) => headers.Authorization === "Bearer guest"));
});

test("the pause before a repetition is at least what the server asks for", async () => {
  const { client, sent } = clientOn({ status: 429, headers: { "Retry-After": "3" } }, { body: { items: [] } });
  await client.events();
  assert.ok(sent[1].pauseMs >= 3000);
});

test("a refusal is final and names the seats", async () => {
  const { client, requests } = clientOn(GUEST, { status: 409, body: { code: "seats_unavailable", seats: [{ seatId: "A1", reason: "held" }] } });
  await assert.rejects(client.hold("e", { seatIds: ["A1"] }, "k"), (problem) => problem.code === "seats_unavailable" && problem.refusals[0].seatId === "A1");
  assert.equal(requests().length, 2);
});

test("a guest token the server refuses is replaced once", async () => {
  const { client, requests } = clientOn(GUEST, { status: 401, body: { code: "token_invalid" } }, { body: { ...GUEST.body, token: "another" } }, { status: 201, body: {} });
  await client.hold("e", { seatIds: ["A1"] }, "k");
  assert.equal(requests().at(-1).headers.Authorization, "Bearer another");
});

test("somebody without a token has no holds, and is made no user for asking", async () => {
  const { client, requests } = clientOn();
  assert.deepEqual(await client.holds(), []);
  assert.equal(requests().length, 0);
});

test("an unchanged map costs a 304", async () => {
  const { client, requests } = clientOn({ body: { states: "a" }, headers: { ETag: '"1"' } }, { status: 304 });
  const first = await client.seatStates("e");
  assert.deepEqual(await client.seatStates("e", first.etag), { etag: '"1"', states: null });
  assert.equal(requests()[1].headers["If-None-Match"], '"1"');
});

test("ids travel encoded", async () => {
  const { client, requests } = clientOn({ body: {} });
  await client.event("a/../b");
  assert.equal(requests()[0].url, "https://tickets.example/api/v1/events/a%2F..%2Fb");
});

test("the clock learns the server's time from Date headers and is never behind it", () => {
  const clock = new ServerClock(() => 0);
  const trueAheadMs = 90_000;
  for (const localMs of [100, 1_350, 2_620, 4_990]) {
    const server = localMs + trueAheadMs;
    clock.learn(new Date(Math.floor(server / 1000) * 1000).toUTCString(), localMs - 20, localMs + 20);
  }
  assert.ok(clock.aheadMs >= trueAheadMs && clock.aheadMs < trueAheadMs + 1_600, String(clock.aheadMs));
});

test("a server that writes its date once a second makes no hold longer than it is", () => {
  const trueAheadMs = 90_000;
  for (let writtenMs = 0; writtenMs < 1_000; writtenMs += 50) {
    const clock = new ServerClock(() => 0);
    for (const localMs of [writtenMs + 1, writtenMs + 999]) {
      clock.learn(new Date(Math.floor((writtenMs + trueAheadMs) / 1_000) * 1_000).toUTCString(), localMs - 1, localMs + 1);
    }
    const expiresAtMs = trueAheadMs + 600_000;
    const shown = countdown(expiresAtMs, clock.nowMs()).text;
    assert.ok(["10:00", "9:59", "9:58"].includes(shown), shown);
  }
});

test("a clock that was set is learnt anew", () => {
  const clock = new ServerClock(() => 0);
  clock.learn(new Date(10_000).toUTCString(), 0, 10);
  clock.learn(new Date(500_000).toUTCString(), 20, 30);
  assert.equal(clock.aheadMs, 500_000 + 2_000 - 20);
});

test("a countdown says 0:01 last, and how loudly to say it", () => {
  assert.deepEqual([600_000, 119_000, 59_001, 1, 0].map((ms) => countdown(ms, 0)).map(({ text, phase }) => `${text} ${phase}`),
    ["10:00 calm", "1:59 soon", "1:00 expiring", "0:01 expiring", "0:00 over"]);
  assert.equal(countdown(3_600_000, 0).text, "1:00:00");
});

test("Retry-After is seconds or a date", () => {
  assert.equal(retryAfterMs("2"), 2000);
  assert.equal(retryAfterMs(new Date(5_000).toUTCString(), 2_000), 3_000);
  assert.equal(retryAfterMs(null), 0);
  assert.equal(retryAfterMs("soon"), 0);
});

test("too many calls are told with the time to wait", () => {
  assert.match(problemText(ENGLISH, new ApiProblem(429, { code: "rate_limited" }, 12_000)), /in 12 seconds/);
  assert.match(problemText(ENGLISH, new ApiProblem(429, { code: "rate_limited" }, 1_000)), /in a moment/);
});

test("what an answer told stays until the feed tells of a later time", () => {
  const echoes = new Echoes();
  echoes.hear([1], 0, 1_000);
  const states = Uint8Array.of(1, 1);
  echoes.forgetBefore(1_100);
  echoes.layOver(states);
  assert.deepEqual([...states], [1, 0]);
  states[1] = 1;
  echoes.forgetBefore(2_000);
  echoes.layOver(states);
  assert.deepEqual([...states], [1, 1]);
});

test("where no seat is free it is said whether one may be again", () => {
  const states = Uint8Array.from([BOOKED, HELD, MINE, BLOCKED, AVAILABLE]);
  assert.deepEqual(countStates(states, [0, 1, 2, 3, 4]), { available: 1, held: 2, booked: 1 });
  assert.equal(noneFreeText(ENGLISH, countStates(states, [0, 3])), "Sold out");
  assert.equal(noneFreeText(ENGLISH, countStates(states, [0, 1])), "None free now");
  assert.equal(noneFreeText(ENGLISH, countStates(states, [2])), "None free now");
  assert.equal(noneFreeText(ENGLISH, countStates(states, [3])), "Not for sale");
  assert.equal(noneFreeText(ENGLISH, {}), "Not for sale");
});

test("before the server has told of a seat it counts as nothing at all", () => {
  const store = new SeatStore(new Map([["A1", 0], ["A2", 1]]), { layoutId: "l", layoutVersion: 1 });
  assert.deepEqual([...store.states], [UNKNOWN, UNKNOWN]);
  assert.deepEqual(countStates(store.states, [0, 1]), { available: 0, held: 0, booked: 0 });
  assert.equal(store.takeSnapshot({ epoch: "e", offset: "1", layoutVersion: 1, states: "ab" }), true);
  assert.deepEqual([...store.states], [AVAILABLE, BOOKED]);
});

test("a category may be called what every object has, with a price or without", () => {
  assert.deepEqual(["seat", "constructor", "__proto__"].map((id) => priceOf(JSON.parse('{"seat": 100, "__proto__": 200}'), id)), [100, 0, 200]);
});

test("the bookings of an event are gathered over the pages, without those cancelled whole", async () => {
  const booking = (bookingId, members = {}) => ({ bookingId, eventId: "e", status: "booked", ...members });
  const first = { items: [booking("1"), booking("2", { eventId: "other" }), booking("3", { status: "cancelled" })], nextCursor: "a/b" };
  const second = { items: [booking("4", { status: "partly_cancelled" })], nextCursor: null };
  const { client, requests } = clientOn(GUEST, { body: first }, { body: second });
  assert.deepEqual(await client.bookingsOf("e"), [], "who has no token has booked nothing, and is made no user for asking");
  assert.equal(requests().length, 0);
  await client.tokens.needed();
  assert.deepEqual((await client.bookingsOf("e")).map(({ bookingId }) => bookingId), ["1", "4"]);
  assert.equal(new URL(requests()[2].url).search, "?limit=100&cursor=a%2Fb");
});

test("a server that answers, but not to this site, is no server out of reach", async (t) => {
  globalThis.location = { origin: "https://shop.example" };
  t.after(() => delete globalThis.location);
  const { client, requests } = clientOn(new TypeError("blocked"), { body: {} });
  const refused = (problem) => problem.code === "origin_not_allowed" && /https:\/\/shop\.example.*FRONTROW_CORS_ORIGINS/.test(problem.message);
  await assert.rejects(client.event("e"), refused);
  assert.deepEqual(requests().map(({ url, mode }) => [new URL(url).pathname, mode]), [["/api/v1/events/e", undefined], ["/health/live", "no-cors"]]);
  const away = clientOn(...Array.from({ length: 8 }, () => new TypeError("down")));
  await assert.rejects(away.client.event("e"), NoAnswer);
  const known = clientOn({ body: {} }, ...Array.from({ length: 4 }, () => new TypeError("cut")));
  await known.client.event("e");
  await assert.rejects(known.client.event("e"), NoAnswer, "who was answered once is known");
  assert.ok(known.requests().every(({ mode }) => mode === undefined));
});

test("a conflict is told in words", () => {
  const venue = new Venue(LAYOUT);
  assert.equal(refusedText(ENGLISH, venue, [{ seat: 0, reason: "held" }]), "Row A, Seat 1 was just taken by someone else.");
  assert.equal(refusedText(ENGLISH, venue, [0, 1].map((seat) => ({ seat, reason: "booked" }))), "Row A, Seats 1 and 2 were just sold.");
});

test("a look overtaken by a grant is taken again instead of believed", async () => {
  const answers = [];
  const { basket, told, calls } = basketOn({ hold: held("h"), holds: () => new Promise((resolve) => answers.push(resolve)) });
  void basket.look();
  basket.take([0]);
  while (!basket.settled) await turn();
  answers[0]([]); // what was so before the grant
  while (answers.length < 2) await turn();
  answers[1]([{ holdId: "h", eventId: "e", seatIds: ["A1"], tableIds: [], expiresAt: EXPIRES }]);
  await settled(basket);
  assert.deepEqual(basket.seats, [0]);
  assert.deepEqual(told.map(([what]) => what), ["held"]);
  assert.equal(calls.filter(([name]) => name === "holds").length, 2);
});

test("looks that fail are told once and wait longer each time, until the server answers again", async () => {
  let refusal = new ApiProblem(401, { code: "token_invalid" });
  const { basket, told } = basketOn({ holds: async () => {
    if (refusal) throw refusal;
    return [];
  }, hold: held("h") });
  const problems = () => told.filter(([name]) => name === "problem").map(([, { code }]) => code);
  const pauses = [];
  for (let look = 0; look < 10; look++) {
    await basket.look();
    pauses.push(basket.lookPauseMs);
  }
  assert.deepEqual(problems(), ["token_invalid"]);
  assert.ok(pauses[0] > 0 && pauses[0] <= 625, `${pauses[0]}`);
  assert.ok(pauses[9] > 20_000 && pauses[9] <= 37_500, `${pauses[9]}`);
  assert.equal(basket.doubts(new Uint8Array(6), 0), true, "it is still not known");
  refusal = new ApiProblem(503, { code: "store_unavailable" });
  await basket.look();
  assert.deepEqual(problems(), ["token_invalid", "store_unavailable"], "another problem is told");
  refusal = null;
  await basket.look();
  assert.equal(basket.lookPauseMs, 0);
  refusal = new ApiProblem(503, { code: "store_unavailable" });
  await basket.look();
  assert.deepEqual(problems(), ["token_invalid", "store_unavailable", "store_unavailable"], "the same is told again after an answer");
});
