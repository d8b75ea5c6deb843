/** The API client as a module of its own, and what is said of it and of the element in declarations and documents. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ApiClient, ApiProblem, NoAnswer, OriginNotAllowed, Problem, freshKey } from "../../src/frontrow/web/js/api.js";
import { GrowingPause } from "../../src/frontrow/web/js/api/growing-pause.js";

const GUEST = { body: { token: "guest", userId: "g", expiresAt: "2099-01-01T00:00:00Z" } };

/** A client on a list of answers, one per request; a function is what the request itself does. */
function clientOn(...answers) {
  const sent = [];
  const pauses = [];
  const client = new ApiClient({
    origin: "https://tickets.example/shop/", storage: null, pause: async (ms) => void pauses.push(ms),
    fetch: async (url, init) => {
      sent.push({ url: String(url), ...init });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      if (typeof answer === "function") return answer(init);
      const { status = 200, body = {}, headers = {} } = answer;
      return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
    },
  });
  return { client, sent, pauses };
}

const bodyOf = ({ body }) => JSON.parse(body);
const silent = ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

test("every call has a time limit, and one that runs out is tried again under the same key", async () => {
  const { client, sent } = clientOn(GUEST, silent, { status: 201, body: { holdId: "h" } });
  await client.tokens.needed();
  assert.deepEqual(await client.request("/events/e/holds", { method: "POST", body: {}, token: "needed", key: "k", timeoutMs: 5 }), { holdId: "h" });
  assert.deepEqual(sent.slice(1).map(({ headers }) => headers["Idempotency-Key"]), ["k", "k"]);
});

test("a call nobody answers fails after four tries with growing pauses", async () => {
  const { client, sent, pauses } = clientOn(...Array.from({ length: 4 }, () => new TypeError("down")));
  await assert.rejects(client.event("e"), (problem) => problem instanceof NoAnswer && problem instanceof Problem && problem.code === "no_answer" && problem.passing);
  assert.equal(sent.length, 4);
  assert.ok(pauses[0] < pauses[1] && pauses[1] < pauses[2], pauses.join());
});

test("what a server wants waited for longer than somebody waits is told at once", async () => {
  const { client, pauses } = clientOn({ status: 429, body: { code: "rate_limited" }, headers: { "Retry-After": "40" } });
  await assert.rejects(client.events(), (problem) => problem.code === "rate_limited" && problem.retryAfterMs === 40_000);
  assert.deepEqual(pauses, []);
});

test("every hold and booking has a key of its own, and the same one where the caller says it is the same wish", async () => {
  const { client, sent } = clientOn(GUEST, ...Array.from({ length: 4 }, () => ({ status: 201 })));
  await client.hold("e", { seatIds: ["A1"] });
  await client.hold("e", { bestAvailable: { count: 2 } });
  await client.book({ eventId: "e", holdId: "h", contactInfo: { name: "Ada", email: "ada@example.org" } }, "mine");
  await client.book({ eventId: "e", holdId: "h", contactInfo: { name: "Ada", email: "ada@example.org" } }, "mine");
  const keys = sent.slice(1).map(({ headers }) => headers["Idempotency-Key"]);
  assert.notEqual(keys[0], keys[1]);
  assert.deepEqual(keys.slice(2), ["mine", "mine"]);
  assert.match(freshKey(), /^[0-9a-f]{32}$/);
});

test("a hold is prolonged, given back in part, later, and without a word where it is gone", async () => {
  const { client, sent } = clientOn(GUEST, { body: { expiresAt: "x" } }, {}, {}, { status: 404, body: { code: "hold_not_found" } }, { status: 404, body: { code: "not_found" } });
  await client.extend("e", "h/1", 15);
  await client.release("e", "h", ["A1"]);
  await client.release("e", "h", undefined, { afterSeconds: 15 });
  await client.release("e", "h");
  await assert.rejects(client.release("e", "h"), ApiProblem);
  assert.equal(sent[1].url, "https://tickets.example/shop/api/v1/events/e/holds/h%2F1/extend");
  assert.deepEqual(sent.slice(1, 5).map(bodyOf), [{ durationMinutes: 15 }, { seatIds: ["A1"] }, { afterSeconds: 15 }, {}]);
});

test("what is said while the page goes away outlives it, carries the last token, and fails in silence", async () => {
  const { client, sent } = clientOn(GUEST, { status: 201 }, new TypeError("gone"));
  client.releaseLeaving("e", "h", 15);
  assert.equal(sent.length, 0, "who never had a token holds nothing");
  await client.hold("e", { seatIds: ["A1"] });
  client.releaseLeaving("e", "h", 15);
  const { url, keepalive, headers, method, ...rest } = sent[2];
  assert.deepEqual([url, keepalive, method, headers.Authorization, bodyOf(rest)], ["https://tickets.example/shop/api/v1/events/e/holds/h/release", true, "POST", "Bearer guest", { afterSeconds: 15 }]);
  await new Promise(setImmediate);
});

test("suggestions, bookings and their cancelling", async () => {
  const booking = { bookingId: "b", eventId: "e", status: "booked" };
  const { client, sent } = clientOn({ body: { suggestions: [["A3"]] } }, GUEST, { body: { items: [booking], nextCursor: "c d" } }, { body: { items: [], nextCursor: null } }, { body: booking }, { body: booking }, { status: 204 });
  assert.deepEqual(await client.bookings(), { items: [], nextCursor: null }, "nobody is made a user for asking");
  assert.deepEqual(await client.suggestions("e", ["A,1", "A2"], 2), [["A3"]]);
  await client.tokens.needed();
  assert.deepEqual((await client.bookings()).items, [booking]);
  await client.bookings("c d");
  await client.booking("b");
  await client.cancel("b", ["A1"]);
  assert.equal(await client.request("/anything", { method: "DELETE", token: "present" }), undefined);
  assert.deepEqual(sent.map(({ url }) => url.split("/api/v1")[1]), [
    "/events/e/suggestions?seatIds=A%2C1,A2&count=2", "/guest-tokens", "/bookings?limit=100", "/bookings?limit=100&cursor=c%20d", "/bookings/b", "/bookings/b/cancel", "/anything",
  ]);
  assert.deepEqual(bodyOf(sent[5]), { seatIds: ["A1"] });
});

test("a stream is opened once, without a time limit, and its refusal says how long to wait", async () => {
  const { client, sent } = clientOn({ headers: { "Content-Type": "text/event-stream" } }, { status: 503, body: { code: "stream_unavailable" }, headers: { "Retry-After": "10" } });
  const { signal } = new AbortController();
  const response = await client.changes("e", "x.hall.1:7-0-t", signal);
  assert.equal(response.headers.get("Content-Type"), "text/event-stream");
  assert.deepEqual([sent[0].url.split("/api/v1")[1], sent[0].signal, sent[0].headers], ["/events/e/changes?lastEventId=x.hall.1%3A7-0-t", signal, { Accept: "text/event-stream" }]);
  await assert.rejects(client.changes("e", null, signal), (problem) => problem.code === "stream_unavailable" && problem.retryAfterMs === 10_000);
  assert.equal(sent[1].url.split("/api/v1")[1], "/events/e/changes");
});

test("the clock learns from the stream too", async () => {
  const date = new Date(Date.now() + 3_600_000);
  const { client } = clientOn({ headers: { Date: date.toUTCString() } });
  await client.changes("e", null, new AbortController().signal);
  assert.ok(Math.abs(client.clock.nowMs() - date.getTime()) < 5_000);
});

test("a refusal of this site is no refusal of the server's", () => {
  assert.equal(new OriginNotAllowed("https://shop.example").passing, false);
  assert.equal(new ApiProblem(503, {}).code, "status_503");
});

const source = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("every attribute, property, method and event of the element is declared and documented", () => {
  const element = source("src/frontrow/web/js/seat-map.js");
  const declared = source("src/frontrow/web/embed/seat-map.d.ts");
  const documented = source("docs/embedding.md");
  const attributes = /observedAttributes = \[(.*)\]/.exec(element)[1].match(/[\w-]+/g);
  const events = [...element.matchAll(/_tell\("([\w-]+)"|CustomEvent\("([\w-]+)"/g)].map(([, one, other]) => one ?? other);
  assert.ok(attributes.length >= 8 && events.length >= 7);
  for (const name of [...attributes, ...new Set(events)]) {
    assert.match(declared, new RegExp(`^  "?${name}"?\\??:`, "m"), `${name} is declared`);
    assert.match(documented, new RegExp(`^\\| \`${name}\` \\|`, "m"), `${name} is documented`);
  }
  for (const name of ["getToken", "stateOf(seatId)", "positionOf(seatId)", "selected", "heat"]) assert.ok(documented.includes(`| \`${name}\` |`), name);
});

test("every code of a problem that the server knows is in the types, and no other", () => {
  const served = [...source("src/frontrow/http/problems.py").matchAll(/^    [A-Z_]+ = "([a-z_]+)"$/gm)].map(([, code]) => code);
  const typed = /type ProblemCode =([^;]*);/.exec(source("src/frontrow/web/js/wire.d.ts"))[1].match(/[a-z_]+/g);
  assert.deepEqual(typed.toSorted(), served.toSorted());
});

test("who tries again waits longer each time, up to a bound, and begins anew after a success", () => {
  const pause = new GrowingPause({ firstMs: 5_000, mostMs: 60_000, random: () => 0.5 });
  assert.deepEqual(Array.from({ length: 6 }, () => pause.next()), [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  pause.reset();
  assert.equal(pause.next(), 5_000);
});

test("who waits for the same server comes back at another moment, and never before the server allows it", () => {
  const nextOf = (random, leastMs) => new GrowingPause({ firstMs: 5_000, mostMs: 60_000, random: () => random }).next(leastMs);
  assert.deepEqual([nextOf(0), nextOf(1)], [3_750, 6_250]);
  assert.deepEqual([nextOf(0, 30_000), nextOf(1, 30_000)], [30_000, 37_500]);
});
