/** The live connection without a browser: streams that come, break, stay away, and what a map shows of them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiProblem, NoAnswer } from "../../src/frontrow/web/js/api.js";
import { EventStreamReader } from "../../src/frontrow/web/js/sale/event-stream.js";
import { LiveFeed } from "../../src/frontrow/web/js/sale/live-feed.js";
import { PageLife } from "../../src/frontrow/web/js/sale/page-life.js";
import { SeatStore } from "../../src/frontrow/web/js/sale/seat-store.js";
import { decodeStates } from "../../src/frontrow/web/js/venue/seat-states.js";

const SEATS = 12;
const SEAT_IDS = Array.from({ length: SEATS }, (_, seat) => `A${seat}`);
const INDEX_OF = new Map(SEAT_IDS.map((id, seat) => [id, seat]));
const DRAWING = { layoutId: "hall", layoutVersion: 1 };
const bytes = (text) => new TextEncoder().encode(text);
const turn = () => new Promise(setImmediate);

/** Numbers from 0 to 1 that a seed gives again (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An event on a server: its seats, the history it still keeps, and who listens. */
class FakeServer {
  constructor(random = Math.random) {
    this._random = random;
    this.states = Array(SEATS).fill("a");
    this.epoch = "e1";
    this.number = 0;
    /** @type {{ number: number, seat: number, state: string }[]} */
    this.history = [];
    this.listeners = new Set();
    this.streams = "open";
    this.looks = "open";
    this.asked = [];
  }

  get offset() {
    return `${this.number}-0-t`;
  }

  get place() {
    return `${this.epoch}:${this.offset}`;
  }

  change(seat, state) {
    this.number += 1;
    this.states[seat] = state;
    this.history.push({ number: this.number, seat, state });
    this._send(this._changes([{ seat, state }]));
  }

  restart() {
    this.epoch = `e${Number(this.epoch.slice(1)) + 1}`;
    this.number = 1;
    this.history = [];
    this.cut();
  }

  trim() {
    this.history = this.history.slice(-2);
  }

  beat() {
    this._send(":\n\n");
  }

  cut() {
    for (const listener of this.listeners) listener.close();
    this.listeners.clear();
  }

  async open(lastEventId, signal) {
    this.asked.push(["stream", lastEventId]);
    if (this.streams instanceof Error) throw this.streams;
    const type = this.streams === "html" ? "text/html" : "text/event-stream";
    const listener = { mute: this.streams !== "open" };
    const body = new ReadableStream({
      start: (controller) => {
        listener.enqueue = (text) => this._pieces(bytes(text)).forEach((piece) => controller.enqueue(piece));
        listener.close = () => controller.close();
        signal.addEventListener("abort", () => {
          if (this.listeners.delete(listener)) controller.error(signal.reason);
        });
      },
    });
    this.listeners.add(listener);
    if (!listener.mute) listener.enqueue(`retry: 1500\n\n${this._first(lastEventId)}`);
    return new Response(body, { headers: { "Content-Type": type } });
  }

  async look(etag) {
    this.asked.push(["look", etag]);
    if (this.looks instanceof Error) throw this.looks;
    return etag === this.place ? { etag, states: null } : { etag: this.place, states: this._snapshot() };
  }

  count(what) {
    return this.asked.filter(([asked]) => asked === what).length;
  }

  _send(text) {
    for (const listener of this.listeners) {
      // What is held back once stays held back: a connection loses nothing in between.
      listener.mute ||= this.streams !== "open";
      if (!listener.mute) listener.enqueue(text);
    }
  }

  _pieces(all) {
    const cut = Math.floor(this._random() * all.length);
    return [all.slice(0, cut), all.slice(cut)].filter((piece) => piece.length);
  }

  _snapshot() {
    return { epoch: this.epoch, offset: this.offset, ...DRAWING, states: this.states.join("") };
  }

  _first(lastEventId) {
    const [epoch, offset = ""] = (lastEventId ?? "").split(":");
    const number = Number.parseInt(offset, 10);
    const kept = this.history.length === 0 ? number === this.number : number >= this.history[0].number - 1;
    if (epoch !== this.epoch || !kept || number > this.number) return `event: snapshot\nid: ${this.place}\ndata: ${JSON.stringify(this._snapshot())}\n\n`;
    const missing = this.history.filter((entry) => entry.number > number);
    return missing.length ? this._changes(missing) : "";
  }

  _changes(entries) {
    const last = new Map(entries.map(({ seat, state }) => [seat, state]));
    const seats = {};
    for (const [seat, state] of last) (seats[state] ??= []).push(SEAT_IDS[seat]);
    return `event: changes\nid: ${this.place}\ndata: ${JSON.stringify({ offset: this.offset, seats })}\n\n`;
  }
}

/** A feed on that server, in a page and a time of its own. */
function watching(t, { server = new FakeServer(), random = () => 0.5 } = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const passedMs = Date.now;
  t.mock.method(performance, "now", () => passedMs());
  const view = new EventTarget();
  const page = Object.assign(new EventTarget(), { hidden: false });
  const store = new SeatStore(INDEX_OF, DRAWING);
  const said = [];
  /** Somebody sets the clock of the day. */
  const setClock = (byMs) => t.mock.method(Date, "now", () => passedMs() + byMs);
  const feed = new LiveFeed(
    { open: (lastEventId, signal) => server.open(lastEventId, signal), look: (etag) => server.look(etag), position: () => store.position },
    {
      onSnapshot: (snapshot) => assert.ok(store.takeSnapshot(snapshot)),
      onChanges: (position, changes) => store.takeChanges(position, changes),
      onUnchanged() {},
      onConnection: (connection) => said.push(connection),
    },
    { page: new PageLife(view, page), random },
  );
  t.after(() => feed.stop());
  const show = (visible) => {
    page.hidden = !visible;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  const pass = async (ms) => {
    for (let left = ms; left > 0; left -= 250) {
      t.mock.timers.tick(Math.min(250, left));
      for (let turns = 0; turns < 6; turns++) await turn();
    }
  };
  const begin = async () => {
    feed.start();
    for (let turns = 0; turns < 6; turns++) await turn();
  };
  const exact = () => assert.deepEqual([...store.states], [...decodeStates(server.states.join(""), SEATS)]);
  return { server, store, feed, said, view, show, setClock, pass, begin, exact };
}

test("a stream is read whatever pieces it comes in", () => {
  const text = '\uFEFF: hello\r\nretry: 2500\r\nevent: snapshot\rid: e:1\rdata: {"a":\ndata: "ä"}\n\nid\ndata:x\n\n:\n\nevent: nothing\n\ndata: begun';
  const all = bytes(text);
  for (let cut = 0; cut <= all.length; cut++) {
    const reader = new EventStreamReader();
    const messages = [...reader.read(all.slice(0, cut)), ...reader.read(all.slice(cut))];
    assert.deepEqual(messages, [
      { event: "snapshot", id: "e:1", data: '{"a":\n"ä"}' },
      { event: "message", id: "", data: "x" },
    ], `cut at ${cut}`);
    assert.equal(reader.retryMs, 2500);
  }
});

test("a store takes what continues it, and asks for a snapshot where something is missing", () => {
  const store = new SeatStore(INDEX_OF, DRAWING);
  assert.equal(store.position, null);
  assert.equal(store.takeChanges("e:2", { offset: "2", seats: { h: ["A0"] } }), false, "nothing is known yet");
  assert.equal(store.takeSnapshot({ epoch: "e.hall.1", offset: "1", ...DRAWING, states: "a".repeat(SEATS) }), true);
  assert.equal(store.takeChanges("e.hall.1:2", { offset: "2", seats: { h: ["A1", "A2"], b: ["A3"] } }), true);
  assert.deepEqual([...store.states.slice(0, 5)], [0, 1, 1, 2, 0]);
  assert.equal(store.position, "e.hall.1:2");
  assert.equal(store.takeChanges("f:3", { offset: "3", seats: { a: ["A1"] } }), false, "another epoch");
  assert.deepEqual([store.position, store.states[1], store.known], [null, 1, true], "what is known stays to be seen");
  store.takeSnapshot({ epoch: "f", offset: "3", ...DRAWING, states: "a".repeat(SEATS) });
  assert.equal(store.takeChanges("f:4", { offset: "4", seats: { h: ["A0", "Z9"] } }), false, "a seat of another drawing");
  assert.equal(store.states[0], 0, "half of a frame is none");
});

test("a snapshot of another drawing is not taken", () => {
  const store = new SeatStore(INDEX_OF, DRAWING);
  const states = "a".repeat(SEATS);
  for (const other of [{ layoutVersion: 2 }, { layoutId: "barn" }, { states: "aa" }]) {
    assert.equal(store.takeSnapshot({ epoch: "e", offset: "1", ...DRAWING, states, ...other }), false);
  }
  assert.equal(store.known, false);
});

test("first the snapshot, then every change as it happens", async (t) => {
  const { server, said, begin, exact, pass } = watching(t);
  server.change(3, "b");
  await begin();
  exact();
  server.change(4, "h");
  await pass(250);
  exact();
  assert.deepEqual(said, ["connecting", "live"]);
  assert.deepEqual(server.asked, [["stream", null]]);
});

test("a cut stream goes on from where it was, after the pause the server asks for", async (t) => {
  const { server, said, begin, exact, pass } = watching(t);
  await begin();
  const place = server.place;
  server.cut();
  server.change(1, "h");
  await pass(1_250);
  assert.equal(server.count("stream"), 1, "not before the pause is over");
  await pass(500);
  assert.deepEqual(server.asked.at(-1), ["stream", place]);
  exact();
  assert.deepEqual(said, ["connecting", "live", "connecting", "live"]);
});

test("a new epoch, or a history trimmed meanwhile, brings a snapshot", async (t) => {
  const { server, begin, exact, pass, store } = watching(t);
  await begin();
  server.restart();
  server.change(5, "x");
  await pass(3_000);
  exact();
  assert.equal(store.position, server.place);
  server.cut();
  for (let seat = 0; seat < SEATS; seat++) server.change(seat, "b");
  server.trim();
  await pass(3_000);
  exact();
});

test("frames that do not continue what is known end in a snapshot", async (t) => {
  const { server, begin, exact, pass } = watching(t);
  await begin();
  server.epoch = "e9"; // a server that goes on under another epoch without saying so
  server.change(2, "h");
  await pass(3_000);
  assert.deepEqual(server.asked.at(-1), ["stream", null]);
  exact();
});

for (const [what, streams] of /** @type {const} */ ([["never speaks", "silent"], ["is answered by something else", "html"], ["is refused", new ApiProblem(503, { code: "stream_unavailable" }, 10_000)]])) {
  test(`a stream that ${what} gives way to a look every ten seconds, and is tried again`, async (t) => {
    const { server, said, begin, exact, pass } = watching(t);
    server.streams = streams;
    server.change(0, "h");
    await begin();
    await pass(5_500);
    assert.equal(said.at(-1), "polling");
    exact();
    const looks = server.count("look");
    await pass(20_000);
    assert.equal(server.count("look"), looks + 2);
    server.change(1, "b");
    await pass(10_000);
    exact();
    server.streams = "open";
    await pass(90_000);
    assert.equal(said.at(-1), "live");
    assert.deepEqual(new Set(said), new Set(["connecting", "polling", "live"]));
  });
}

test("while a stream is held back the first look does not wait for its end", async (t) => {
  const { server, begin, store, pass } = watching(t);
  server.streams = "silent";
  await begin();
  await pass(1_750);
  assert.equal(store.known, true);
});

test("a stream that is cut again and again gives way to looks", async (t) => {
  const { server, said, begin, pass, exact } = watching(t);
  await begin();
  for (let cut = 0; cut < 3; cut++) {
    server.cut();
    await pass(2_000);
  }
  assert.equal(said.at(-1), "polling");
  server.change(7, "h");
  await pass(10_000);
  exact();
});

test("streams that last are no trouble, however many there are", async (t) => {
  const { server, said, begin, pass } = watching(t);
  await begin();
  for (let cut = 0; cut < 5; cut++) {
    await pass(15_000);
    server.beat();
    await pass(10_000);
    server.cut();
    await pass(2_000);
  }
  assert.equal(said.includes("polling"), false);
  assert.equal(said.at(-1), "live");
});

test("a stream that is silent for forty seconds is begun anew; heartbeats keep it", async (t) => {
  const { server, begin, pass } = watching(t);
  await begin();
  for (let beat = 0; beat < 6; beat++) {
    await pass(15_000);
    server.beat();
  }
  assert.equal(server.count("stream"), 1);
  await pass(43_000);
  assert.equal(server.count("stream"), 2);
});

test("where nobody answers the map is offline, asks less and less often, and is live again by itself", async (t) => {
  const { server, said, begin, pass, exact } = watching(t);
  await begin();
  server.streams = server.looks = new NoAnswer("down");
  server.cut();
  await pass(10_000);
  assert.equal(said.at(-1), "offline");
  const early = server.asked.length;
  await pass(120_000);
  assert.ok(server.asked.length - early <= 18, `${server.asked.length - early} requests in two minutes`);
  server.streams = server.looks = "open";
  server.change(6, "b");
  await pass(21_000);
  assert.equal(said.at(-1), "live");
  exact();
});

test("those cut in the same moment do not come back in the same moment", async () => {
  const times = new Set();
  for (const share of [0, 0.2, 0.4, 0.6, 0.8]) {
    await test(`share ${share}`, async (t) => {
      const { server, begin, pass } = watching(t, { random: () => share });
      await begin();
      server.streams = server.looks = new NoAnswer("down");
      server.cut();
      await pass(20_000);
      const asked = server.asked.length;
      let waitedMs = 0;
      while (server.asked.length === asked && waitedMs < 30_000) {
        await pass(250);
        waitedMs += 250;
      }
      times.add(waitedMs);
    });
  }
  assert.ok(times.size >= 3, [...times].join());
});

test("nobody is asked before the server wants to be asked, whoever hurries", async (t) => {
  const { server, begin, pass, feed, show } = watching(t);
  server.streams = server.looks = new ApiProblem(429, { code: "rate_limited" }, 30_000);
  await begin();
  await pass(1_000);
  const asked = server.asked.length;
  for (let second = 0; second < 25; second++) {
    feed.soon();
    show(false);
    show(true);
    await pass(1_000);
  }
  assert.equal(server.asked.length, asked);
  server.streams = server.looks = "open";
  await pass(10_000);
  assert.ok(server.asked.length > asked);
});

test("a clock that is set back by hours makes nobody wait for hours, nor one set forward hurry", async (t) => {
  for (const hours of [-5, 5]) {
    await t.test(`${hours} hours`, async (t) => {
      const { server, begin, pass, said, setClock, exact } = watching(t);
      server.streams = server.looks = new ApiProblem(429, { code: "rate_limited" }, 30_000);
      await begin();
      await pass(1_000);
      const asked = server.asked.length;
      setClock(hours * 3_600_000);
      await pass(20_000);
      assert.equal(server.asked.length, asked);
      server.streams = server.looks = "open";
      await pass(15_000);
      assert.equal(said.at(-1), "live");
      exact();
    });
  }
});

test("a hidden page lets its stream go after a while, and goes on at once when it is seen", async (t) => {
  const { server, feed, begin, pass, show, exact } = watching(t);
  await begin();
  assert.equal(feed.isLive, true);
  const place = server.place;
  show(false);
  await pass(10_000);
  assert.equal(server.listeners.size, 1, "a glance elsewhere is no absence");
  await pass(15_000);
  assert.equal(server.listeners.size, 0);
  assert.equal(feed.isLive, false, "what rests tells nothing");
  server.change(8, "b");
  await pass(600_000);
  assert.equal(server.asked.length, 1, "nobody asks for a page that nobody sees");
  show(true);
  await pass(250);
  assert.deepEqual(server.asked.at(-1), ["stream", place]);
  exact();
});

test("a page that is left lets its stream go, and takes it up when it is come back to", async (t) => {
  const { server, begin, pass, view, exact } = watching(t);
  await begin();
  view.dispatchEvent(new Event("pagehide"));
  await pass(250);
  assert.equal(server.listeners.size, 0);
  server.change(8, "b");
  view.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await pass(250);
  exact();
});

test("a fault of whoever listens is reported, and the feed goes on", async (t) => {
  const { server, store, feed, begin, pass, exact } = watching(t);
  const surfaced = [];
  const { onChanges } = feed._listener;
  feed._listener.onChanges = () => {
    feed._listener.onChanges = onChanges;
    throw new TypeError("a fault in a drawing");
  };
  t.mock.method(globalThis, "queueMicrotask", (task) => surfaced.push(task));
  await begin();
  server.change(2, "h");
  await pass(3_000);
  assert.equal(surfaced.length, 1);
  assert.throws(surfaced[0], /a fault in a drawing/);
  assert.equal(store.position, server.place);
  exact();
});

test("a stopped feed asks nothing any more", async (t) => {
  const { server, begin, pass, feed, show } = watching(t);
  await begin();
  feed.stop();
  const asked = server.asked.length;
  show(false);
  show(true);
  await pass(60_000);
  assert.equal(server.asked.length, asked);
  assert.equal(server.listeners.size, 0);
});

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

for (let round = 0; round < 30; round++) {
  test(`whatever happens on the way, the map ends as the server is (SEED=${SEED + round})`, async (t) => {
    const random = randomOf(SEED + round);
    const { server, begin, pass, show, view, exact, said } = watching(t, { server: new FakeServer(random), random });
    const pick = (choices) => choices[Math.floor(random() * choices.length)];
    const happenings = {
      change: () => server.change(Math.floor(random() * SEATS), pick(["a", "h", "b", "x"])),
      cut: () => server.cut(),
      restart: () => server.restart(),
      trim: () => server.trim(),
      beat: () => server.beat(),
      block: () => (server.streams = pick(["silent", "html", new NoAnswer("cut"), new ApiProblem(503, {}, 1_000)])),
      unblock: () => (server.streams = "open"),
      down: () => (server.looks = new NoAnswer("down")),
      up: () => (server.looks = "open"),
      hide: () => show(false),
      see: () => show(true),
      leave: () => view.dispatchEvent(new Event("pagehide")),
      back: () => view.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true })),
      network: () => view.dispatchEvent(new Event(pick(["online", "offline"]))),
    };
    const names = Object.keys(happenings);
    await begin();
    for (let step = 0; step < 60; step++) {
      happenings[random() < 0.5 ? "change" : pick(names)]();
      if (random() < 0.5) await pass(pick([250, 1_000, 6_000, 30_000]));
    }
    server.streams = server.looks = "open";
    view.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    show(true);
    await pass(60_000); // a stream that fell silent is noticed after 40 s
    exact();
    for (let seconds = 0; seconds < 700 && said.at(-1) !== "live"; seconds += 10) await pass(10_000);
    assert.equal(said.at(-1), "live");
    server.change(0, "b");
    await pass(3_000);
    exact();
  });
}
