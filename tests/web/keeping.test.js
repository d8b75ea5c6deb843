/** Keeping what was chosen: best seats, prolonging, leaving and coming back, other tabs. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiProblem, NoAnswer } from "../../src/frontrow/web/js/api.js";
import { Activity } from "../../src/frontrow/web/js/sale/activity.js";
import { HoldClock } from "../../src/frontrow/web/js/sale/hold-clock.js";
import { HoldTimes } from "../../src/frontrow/web/js/sale/hold-times.js";
import { LiveSale } from "../../src/frontrow/web/js/sale/live-sale.js";
import { PageLife } from "../../src/frontrow/web/js/sale/page-life.js";
import { AVAILABLE, HELD, MINE } from "../../src/frontrow/web/js/venue/seat-states.js";
import { Venue } from "../../src/frontrow/web/js/venue/venue.js";

const MINUTE_MS = 60_000;
const LAYOUT = {
  id: "hall", name: "The Hall", canvasW: 400, canvasH: 200, categories: [{ id: "seat", name: "Seat", color: "#336699" }],
  seats: [1, 2, 3, 4, 5, 6].map((n) => ({ id: `A${n}`, position: { x: 40 * n, y: 50 }, categoryId: "seat", rowLabel: "A", seatNumber: n })),
};
const EVENT = { eventId: "e", layoutId: "hall", layoutVersion: 1, prices: { seat: 1250 }, currency: "USD", saleStatus: "on_sale" };

/** A server with one event and one user; several pages may look at it. Its clock is ahead of theirs. */
class FakeServer {
  constructor() {
    this.aheadMs = 90_000;
    /** @type {Map<string, { seatIds: Set<string>, expiresAtMs: number }>} */
    this.holds = new Map();
    this.booked = new Set();
    this.number = 0;
    this.asked = [];
    this.fault = null;
  }

  nowMs() {
    return Date.now() + this.aheadMs;
  }

  _sweep() {
    for (const [holdId, { expiresAtMs }] of this.holds) if (expiresAtMs <= this.nowMs()) this.holds.delete(holdId);
  }

  _free(seatId) {
    return !this.booked.has(seatId) && ![...this.holds.values()].some(({ seatIds }) => seatIds.has(seatId));
  }

  _document(holdId) {
    const hold = this.holds.get(holdId);
    if (!hold || hold.expiresAtMs <= this.nowMs()) {
      this.holds.delete(holdId);
      throw new ApiProblem(404, { code: "hold_not_found" });
    }
    return { holdId, eventId: "e", seatIds: [...hold.seatIds], tableIds: [], expiresAt: new Date(hold.expiresAtMs).toISOString(), total: { amountMinor: 0, currency: "USD" } };
  }

  async _ask(name, ...about) {
    this.asked.push([name, ...about]);
    await new Promise(setImmediate);
    if (this.fault) throw this.fault;
  }

  /** The API as one page sees it. */
  api() {
    const server = this;
    return {
      origin: "https://tickets.example",
      clock: { nowMs: () => server.nowMs() },
      changes: () => Promise.reject(new NoAnswer("no streams here")),
      seatStates: async () => {
        server._sweep();
        const letter = ({ id }) => (server.booked.has(id) ? "b" : server._free(id) ? "a" : "h");
        return { etag: "", states: { epoch: "e", offset: String(server.number), layoutVersion: 1, states: LAYOUT.seats.map(letter).join("") } };
      },
      suggestions: async (_event, seatIds) => {
        await server._ask("suggestions", seatIds);
        return [["A5", "A6"], ["A4", "A9"]];
      },
      holds: async () => {
        await server._ask("holds");
        server._sweep();
        return [...server.holds.keys()].map((holdId) => server._document(holdId));
      },
      hold: async (_event, { seatIds = [], bestAvailable, holdId = `h${(server.number += 1)}` }, key) => {
        await server._ask("hold", key);
        const wanted = bestAvailable ? LAYOUT.seats.map(({ id }) => id).filter((id) => server._free(id)).slice(0, bestAvailable.count) : seatIds;
        if (bestAvailable && wanted.length < bestAvailable.count) throw new ApiProblem(409, { code: "seats_unavailable", seats: [] });
        const taken = wanted.filter((id) => !server._free(id) && !server.holds.get(holdId)?.seatIds.has(id));
        if (taken.length) throw new ApiProblem(409, { code: "seats_unavailable", seats: taken.map((seatId) => ({ seatId, reason: "held" })) });
        const hold = server.holds.get(holdId) ?? { seatIds: new Set(), expiresAtMs: server.nowMs() + 10 * MINUTE_MS };
        for (const id of wanted) hold.seatIds.add(id);
        server.holds.set(holdId, hold);
        return server._document(holdId);
      },
      extend: async (_event, holdId) => {
        await server._ask("extend", holdId);
        server._document(holdId);
        const hold = server.holds.get(holdId);
        hold.expiresAtMs = Math.max(hold.expiresAtMs, server.nowMs() + 10 * MINUTE_MS);
        return server._document(holdId);
      },
      release: async (_event, holdId, seatIds) => {
        await server._ask("release", seatIds);
        const hold = server.holds.get(holdId);
        for (const id of seatIds) hold?.seatIds.delete(id);
        if (hold?.seatIds.size === 0) server.holds.delete(holdId);
      },
      releaseLeaving: (_event, holdId, afterSeconds) => {
        server.asked.push(["leaving", holdId, afterSeconds]);
        const hold = server.holds.get(holdId);
        if (hold) hold.expiresAtMs = Math.min(hold.expiresAtMs, server.nowMs() + afterSeconds * 1_000);
      },
      book: async (order) => {
        await server._ask("book");
        for (const id of server._document(order.holdId).seatIds) server.booked.add(id);
        server.holds.delete(order.holdId);
        return { bookingId: "b", seatIds: [] };
      },
    };
  }

  count(name) {
    return this.asked.filter(([asked]) => asked === name).length;
  }
}

/** Channels of one browser: what one posts the others of that name hear, later. */
class Channels {
  constructor() {
    this.open = new Set();
  }

  /** @returns {(name: string) => BroadcastChannel} */
  get opener() {
    return (name) => {
      const channel = { name, onmessage: null, close: () => this.open.delete(channel), postMessage: (data) => {
        const others = [...this.open].filter((other) => other !== channel && other.name === name);
        for (const other of others) setImmediate(() => this.open.has(other) && other.onmessage?.({ data }));
      } };
      this.open.add(channel);
      return channel;
    };
  }
}

const turns = async (count = 30) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

/** Pages of one browser, on one server, in a time of their own. */
function browser(t, server = new FakeServer()) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_800_000_000_000 });
  t.mock.method(performance, "now", () => Date.now());
  let channels = new Channels();
  const native = globalThis.BroadcastChannel;
  globalThis.BroadcastChannel = /** @type {any} */ (function open(name) { return channels.opener(name); });
  t.after(() => (globalThis.BroadcastChannel = native));
  const pass = async (ms) => {
    for (let left = ms; left > 0; left -= 500) {
      t.mock.timers.tick(Math.min(500, left));
      await turns(6);
    }
    await turns();
  };
  const open = async ({ onBasket = () => {}, event = EVENT, ...options } = {}) => {
    const view = new EventTarget();
    const surface = new EventTarget();
    const told = [];
    const hear = (name) => (...what) => told.push([name, ...what]);
    const sight = Object.assign(new EventTarget(), { hidden: false });
    const page = new PageLife(view, sight);
    const see = (visible) => {
      sight.hidden = !visible;
      sight.dispatchEvent(new Event("visibilitychange"));
    };
    const listener = { onSeats() {}, onBasket: () => onBasket(sale), onHeld: hear("held"), onRefused: hear("refused"), onBestRefused: hear("best refused"), onLost: hear("lost"), onProblem: hear("problem"), onConnection: hear("connection"), onNewLayout: hear("new layout") };
    const sale = new LiveSale(server.api(), event, new Venue(LAYOUT), { seatsMax: 4, listener, page, ...options });
    t.after(() => sale.stop());
    sale.start(surface);
    await turns();
    const leave = () => view.dispatchEvent(new Event("pagehide"));
    const comeBack = () => view.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    const wordsOf = (name) => told.filter(([what]) => what === name);
    return { sale, basket: sale.basket, told, wordsOf, surface, see, leave, comeBack, close: () => { leave(); sale.stop(); } };
  };
  /** From now on pages open on another device of the same user, where no channel reaches. */
  const otherDevice = () => (channels = new Channels());
  return { server, open, pass, otherDevice };
}

const left = (server) => Math.round((Math.min(...[...server.holds.values()].map(({ expiresAtMs }) => expiresAtMs)) - server.nowMs()) / 1_000);

test("the server chooses the best seats, which come as held", async (t) => {
  const { server, open } = browser(t);
  const { basket, told } = await open();
  basket.take([2]);
  await turns();
  assert.equal(basket.takeBest({ count: 2 }), "done");
  assert.deepEqual([basket.choosing, basket.settled], [true, false]);
  assert.equal(basket.takeBest({ count: 1 }), "busy");
  assert.equal(basket.take([3, 4]), "full", "room is kept for what the server chooses");
  await turns();
  assert.deepEqual([basket.choosing, basket.settled, basket.seats], [false, true, [2, 0, 1]]);
  assert.deepEqual(told.filter(([what]) => what === "held").map(([, hold, added]) => [hold.holdId, added]), [["h1", [2]], ["h1", [0, 1]]]);
  assert.equal(server.holds.size, 1, "onto the hold there is");
});

test("where no such seats are left it is said, and nothing is wanted any more", async (t) => {
  const { server, open } = browser(t);
  for (const { id } of LAYOUT.seats.slice(0, 4)) server.booked.add(id);
  const { basket, wordsOf } = await open();
  basket.takeBest({ count: 3 });
  await turns();
  assert.deepEqual([wordsOf("best refused"), basket.choosing, basket.seats], [[["best refused", "none_left"]], false, []]);
});

test("best seats asked for without an answer are looked for, and found where they were held after all", async (t) => {
  const { server, open } = browser(t);
  const { basket, sale, wordsOf } = await open();
  const { hold } = sale._api;
  sale._api.hold = async (...wish) => {
    await hold(...wish);
    throw new NoAnswer("cut");
  };
  basket.takeBest({ count: 2 });
  await turns();
  assert.equal(wordsOf("problem").length, 1);
  assert.deepEqual([basket.seats, basket.settled], [[0, 1], true]);
  assert.equal(server.holds.size, 1);
});

test("what is lost to somebody else has alternatives on this map, or none", async (t) => {
  const { server, open } = browser(t);
  const { sale } = await open();
  assert.deepEqual(await sale.alternativesTo([0, 1]), [[4, 5], [3]]);
  assert.deepEqual(server.asked.at(-1), ["suggestions", ["A1", "A2"]]);
  server.fault = new NoAnswer("cut");
  assert.deepEqual(await sale.alternativesTo([0]), []);
});

test("a sale that begins while its map is open begins there by the server's clock, and nobody asks for it", async (t) => {
  const { server, open, pass } = browser(t);
  const salesStart = new Date(server.nowMs() + MINUTE_MS).toISOString();
  const { sale } = await open({ event: { ...EVENT, saleStatus: "scheduled", salesStart } });
  const { sale: someday } = await open({ event: { ...EVENT, saleStatus: "scheduled" } });
  const asked = server.asked.length;
  await pass(MINUTE_MS);
  assert.equal(sale.onSale, false, "its clock may be two seconds ahead of the server's");
  await pass(2_000);
  assert.equal(sale.onSale, true);
  assert.equal(someday.onSale, false);
  assert.equal(server.asked.length, asked);
});

test("the countdown is by the server's clock", async (t) => {
  const { server, open } = browser(t);
  const { basket } = await open();
  basket.take([0]);
  await turns();
  assert.equal(basket.expiresAtMs - server.nowMs(), 10 * MINUTE_MS);
  assert.equal(basket.expiresAtMs - Date.now(), 10 * MINUTE_MS + server.aheadMs);
});

test("who is at it keeps their hold: below seven tenths of its time, and at most once a minute", async (t) => {
  const { server, open, pass } = browser(t);
  const { basket, surface, told } = await open();
  basket.take([0]);
  await turns();
  const move = () => surface.dispatchEvent(new Event("pointermove"));
  for (let second = 0; second < 175; second++) {
    move();
    await pass(1_000);
  }
  assert.equal(server.count("extend"), 0, "seven tenths are left");
  await pass(10_000);
  move();
  await turns();
  assert.equal(server.count("extend"), 1);
  assert.equal(left(server), 600);
  server.holds.forEach((hold) => (hold.expiresAtMs = server.nowMs() + 2 * MINUTE_MS));
  await basket.look();
  move();
  await turns();
  assert.equal(server.count("extend"), 1, "once a minute");
  await pass(60_000);
  surface.dispatchEvent(new Event("keydown"));
  await turns();
  assert.equal(server.count("extend"), 2);
  assert.deepEqual(told.filter(([what]) => what === "problem"), []);
});

test("who does nothing loses the hold in time, and is told", async (t) => {
  const { server, open, pass } = browser(t);
  const { basket, wordsOf } = await open();
  basket.take([0]);
  await turns();
  await pass(9 * MINUTE_MS);
  assert.equal(server.count("extend"), 0);
  await pass(2 * MINUTE_MS);
  assert.deepEqual(wordsOf("lost"), [["lost", [0]]]);
});

test("seats that look lost are asked about, however fast others' changes follow", async (t) => {
  const { server, open, pass } = browser(t);
  const { basket, sale, wordsOf } = await open();
  basket.take([0]);
  await turns();
  await pass(2_000);
  server.holds.clear();
  for (let frame = 1; frame <= 10; frame++) {
    sale.feed._listener.onChanges(`e:${frame}`, { offset: String(frame), seats: { a: ["A1"], [frame % 2 ? "h" : "b"]: ["A6"] } });
    await pass(200);
  }
  assert.deepEqual([wordsOf("lost"), basket.seats], [[["lost", [0]]], []]);
});

test("a hold at the longest time it may last is asked for no more", () => {
  let nowMs = 0;
  const times = new HoldTimes(() => nowMs);
  const expiring = (ms) => ({ holdId: "h", expiresAt: new Date(ms).toISOString() });
  times.learn(expiring(600_000));
  assert.deepEqual(times.due, []);
  nowMs = 200_000;
  assert.deepEqual(times.due, ["h"]);
  times.prolonged(expiring(800_000));
  assert.deepEqual(times.due, []);
  nowMs = 500_000;
  assert.deepEqual(times.due, ["h"]);
  times.prolonged(expiring(800_000));
  assert.deepEqual(times.due, [], "nothing was gained");
  nowMs = 900_000;
  times.replace([]);
  assert.equal(times.expiresAtMs("h"), null);
});

test("what is not due is looked at once a second, however fast the pointer moves", () => {
  let nowMs = 0;
  let looks = 0;
  const target = new EventTarget();
  const activity = new Activity(() => (looks += 1) > 3, { nowMs: () => nowMs });
  activity.watch(target);
  for (; nowMs < 10_000; nowMs += 16) target.dispatchEvent(new Event("pointermove"));
  assert.equal(looks, 4, "three looks, then a prolongation and a minute's rest");
  activity.end();
  nowMs = 100_000;
  target.dispatchEvent(new Event("pointermove"));
  assert.equal(looks, 4);
});

test("a page that is left gives its seats back in 15 seconds, and one that comes back has them", async (t) => {
  const { server, open, pass } = browser(t);
  const { basket, leave, comeBack, wordsOf } = await open();
  basket.take([0]);
  await turns();
  leave();
  assert.deepEqual(server.asked.at(-1), ["leaving", "h1", 15]);
  assert.equal(left(server), 15);
  await pass(5_000);
  comeBack();
  await turns();
  assert.equal(left(server), 600);
  assert.deepEqual([basket.seats, wordsOf("lost")], [[0], []]);
});

test("a map that is taken away while it looks prolongs nothing afterwards", async (t) => {
  const { server, open, pass } = browser(t);
  const { basket, sale, comeBack } = await open();
  basket.take([0]);
  await turns();
  comeBack();
  sale.stop();
  await turns();
  const prolonged = server.count("extend");
  assert.equal(prolonged, 1, "what was under way");
  await pass(10_000);
  assert.equal(server.count("extend"), prolonged);
});

test("who comes back too late is told what was lost", async (t) => {
  const { open, pass } = browser(t);
  const { basket, leave, comeBack, wordsOf } = await open();
  basket.take([0]);
  await turns();
  leave();
  await pass(20_000);
  comeBack();
  await pass(1_000);
  assert.deepEqual([basket.seats, wordsOf("lost")], [[], [["lost", [0]]]]);
});

test("a reload finds the hold and prolongs it, though the release of the page before arrives late", async (t) => {
  const { server, open, pass } = browser(t);
  const before = await open();
  before.basket.take([0, 1]);
  await turns();
  before.sale.stop(); // its release is on its way
  const { basket } = await open();
  assert.deepEqual([basket.seats, basket.settled], [[0, 1], true]);
  server.api().releaseLeaving("e", "h1", 15);
  assert.equal(left(server), 15);
  await pass(4_000);
  assert.equal(left(server) > 590, true);
});

/** A hold's clock, looked at whenever the basket says that something is new. */
function clockOf(server) {
  const warned = [];
  const shown = [];
  const clock = new HoldClock((leftMs) => {
    warned.push(Math.round(leftMs / 1_000));
    return () => warned.push("withdrawn");
  });
  const look = (sale) => {
    const text = clock.look(sale.basket.expiresAtMs, server.nowMs(), sale.keeping)?.text;
    if (text !== shown.at(-1)) shown.push(text);
  };
  return { warned, shown, look };
}

test("a reload prolongs once, and shows the full time without a warning of the seconds that leaving left", async (t) => {
  const { server, open, pass } = browser(t);
  const before = await open();
  before.basket.take([0]);
  await turns();
  before.close();
  assert.equal(left(server), 15);
  const { look, shown, warned } = clockOf(server);
  const { sale } = await open({ onBasket: look });
  assert.deepEqual(shown, ["10:00"], "the 15 seconds are never shown");
  await pass(10_000);
  look(sale);
  assert.deepEqual([shown.at(-1), warned, server.count("extend"), sale.keeping], ["9:50", [], 1, false]);
});

test("who goes back, too, is not warned, not even when the release was slower than the way back", async (t) => {
  const { server, open, pass } = browser(t);
  const { look, warned } = clockOf(server);
  const { sale, leave, comeBack } = await open({ onBasket: look });
  sale.basket.take([0]);
  await turns();
  leave();
  comeBack();
  await turns();
  server.api().releaseLeaving("e", "h1", 15);
  await sale.basket.look();
  await pass(4_000);
  look(sale);
  assert.deepEqual([warned, server.count("extend"), sale.keeping], [[], 2, false]);
  assert.ok(left(server) > 590);
});

test("who comes back to a hold that cannot be prolonged is warned of it", async (t) => {
  const { server, open, pass } = browser(t);
  const before = await open();
  before.basket.take([0]);
  await turns();
  before.close();
  const { look, warned, shown } = clockOf(server);
  const { api } = server;
  server.api = () => Object.assign(api.call(server), { extend: async () => { throw new ApiProblem(409, { code: "event_not_on_sale" }); } });
  const { sale } = await open({ onBasket: look });
  await pass(1_000);
  look(sale);
  assert.deepEqual([warned, shown.at(-1)], [[14], "0:14"]);
});

test("a hold is warned of once, and not any more when it lasts longer or is gone", () => {
  const told = [];
  const clock = new HoldClock((leftMs, expiresAtMs) => {
    told.push(["warned", leftMs, expiresAtMs]);
    return () => told.push(["withdrawn", expiresAtMs]);
  });
  assert.equal(clock.look(100_000, 0, false)?.text, "1:40");
  for (const nowMs of [45_000, 50_000]) clock.look(100_000, nowMs, false);
  assert.deepEqual(told, [["warned", 55_000, 100_000]]);
  assert.equal(clock.look(700_000, 51_000, false)?.text, "10:49");
  assert.deepEqual(told.slice(1), [["withdrawn", 100_000]]);
  clock.look(700_000, 650_000, false);
  assert.equal(clock.look(null, 651_000, false), null);
  assert.deepEqual(told.slice(2), [["warned", 50_000, 700_000], ["withdrawn", 700_000]]);
});

test("nothing is given back while a booking is being made, nor where the page is to keep it, nor without a hold", async (t) => {
  const { server, open } = browser(t);
  const one = await open();
  one.leave();
  one.comeBack();
  one.basket.take([0]);
  await turns();
  const booking = one.sale.book({ name: "Ada", email: "ada@example.org" });
  one.leave();
  one.comeBack();
  await booking;
  one.leave();
  const other = await open({ keepsHolds: true });
  other.basket.take([1]);
  await turns();
  other.leave();
  assert.equal(server.count("leaving"), 0);
});

test("a look while a booking is being made is no loss", async (t) => {
  const { open } = browser(t);
  const { basket, sale, wordsOf } = await open();
  basket.take([0]);
  await turns();
  const { book } = sale._api;
  sale._api.book = async (...order) => {
    const booking = await book(...order);
    void basket.look();
    await turns(10);
    return booking;
  };
  await sale.book({ name: "Ada", email: "ada@example.org" });
  await turns();
  assert.deepEqual([basket.seats, wordsOf("lost")], [[], []]);
});

test("tabs of one browser agree on what is held, given back and booked, and nobody hears of a loss", async (t) => {
  const { open, pass, server } = browser(t);
  const [one, other] = [await open(), await open()];
  one.basket.take([0, 1]);
  await turns();
  assert.deepEqual(other.basket.seats, [0, 1]);
  assert.equal(other.sale.states[0], MINE);
  other.basket.giveBack([0]);
  await turns();
  assert.deepEqual(one.basket.seats, [1]);
  other.basket.take([3]);
  await turns();
  assert.deepEqual(one.basket.seats, [1, 3]);
  assert.equal(server.holds.size, 1, "onto the hold they share");
  await one.sale.book({ name: "Ada", email: "ada@example.org" });
  await pass(12_000);
  assert.deepEqual([one.basket.seats, other.basket.seats], [[], []]);
  assert.deepEqual([...one.wordsOf("lost"), ...other.wordsOf("lost")], []);
  assert.equal(other.sale.states[1] === AVAILABLE, false);
});

test("a tab that stays keeps what another one leaves", async (t) => {
  const { open, pass, server } = browser(t);
  const [one, other] = [await open(), await open()];
  one.basket.take([0]);
  await turns();
  one.close();
  assert.equal(left(server), 15);
  await pass(1_000);
  assert.ok(left(server) > 590);
  await pass(20_000);
  assert.deepEqual([other.basket.seats, other.wordsOf("lost")], [[0], []]);
  other.close();
  await pass(1_000);
  assert.ok(left(server) <= 15, "the last one that leaves gives it back");
});

test("a page in use keeps what another device of its user leaves, and its countdown is right", async (t) => {
  const { open, pass, server, otherDevice } = browser(t);
  const one = await open();
  one.basket.take([0]);
  await turns();
  otherDevice();
  const other = await open();
  await pass(4_000);
  assert.deepEqual(other.basket.seats, [0]);
  other.close();
  assert.equal(left(server), 15);
  await pass(10_000);
  assert.ok(left(server) > 580);
  assert.equal(one.basket.expiresAtMs, [...server.holds.values()][0].expiresAtMs);
  await pass(20_000);
  assert.deepEqual([one.basket.seats, one.wordsOf("lost"), one.wordsOf("problem")], [[0], [], []]);
});

test("an expiry that came nearer is mended too where something else read it first", async (t) => {
  const { open, pass, server, otherDevice } = browser(t);
  const one = await open();
  one.basket.take([0]);
  await turns();
  otherDevice();
  (await open()).close();
  await one.basket.look();
  assert.ok(one.basket.expiresAtMs - server.nowMs() <= 15_000);
  await pass(10_000);
  assert.ok(left(server) > 580);
});

test("whether a hold was shortened elsewhere is asked only for seats, by a page that is seen and used", async (t) => {
  const { open, pass, server } = browser(t);
  const one = await open();
  const move = () => one.surface.dispatchEvent(new Event("pointermove"));
  const asks = async (ms) => {
    const before = server.count("holds");
    await pass(ms);
    return server.count("holds") - before;
  };
  move();
  assert.equal(await asks(30_000), 0, "nothing is held");
  one.basket.take([0]);
  await pass(5_000);
  move();
  const inUse = await asks(30_000);
  assert.ok(inUse >= 3 && inUse <= 5, `${inUse} in 30 s`);
  await pass(90_000);
  assert.equal(await asks(60_000), 0, "nobody is at it");
  move();
  assert.equal(await asks(1_000), 1, "who is back is looked after at once");
  one.see(false);
  assert.equal(await asks(60_000), 0, "nobody sees it");
  const hidden = server.count("holds");
  one.see(true);
  assert.equal(server.count("holds"), hidden + 1, "who turns to it again may have been elsewhere");
  await turns();
  one.sale.stop();
  move();
  assert.equal(await asks(60_000), 0);
});

test("a look for shortened holds that fails says nothing, and waits as long as the server asks", async (t) => {
  const { open, pass, server, otherDevice } = browser(t);
  const one = await open();
  one.basket.take([0]);
  await pass(5_000);
  server.fault = new ApiProblem(429, { code: "rate_limited" }, 20_000);
  const before = server.count("holds");
  await pass(20_000);
  assert.equal(server.count("holds") - before, 1);
  server.fault = null;
  otherDevice();
  server.api().releaseLeaving("e", "h1", 15);
  await pass(14_000);
  assert.ok(left(server) > 580);
  assert.deepEqual(one.wordsOf("problem"), []);
});

test("what a page found out before it was left it does not act upon afterwards", async (t) => {
  const { open, pass, server } = browser(t);
  const one = await open();
  one.basket.take([0]);
  await turns();
  server.api().releaseLeaving("e", "h1", 15);
  let answer = () => {};
  const { holds } = one.sale._api;
  one.sale._api.holds = async () => {
    const answered = await holds();
    await new Promise((resolve) => (answer = resolve));
    return answered;
  };
  await pass(8_000);
  one.leave();
  answer();
  await turns();
  assert.ok(left(server) <= 15);
});

test("what another tab leaves during a booking is kept when the booking comes to nothing", async (t) => {
  const { open, pass, server } = browser(t);
  const [one, other] = [await open(), await open()];
  one.basket.take([0]);
  await turns();
  let refuse = () => {};
  one.sale._api.book = () => new Promise((_, reject) => (refuse = () => reject(new ApiProblem(503, {}))));
  const booking = one.sale.book({ name: "Ada", email: "ada@example.org" });
  other.close();
  await pass(1_000);
  assert.ok(left(server) <= 15);
  refuse();
  await assert.rejects(booking);
  await pass(1_000);
  assert.ok(left(server) > 590);
});

test("an extension in one tab moves the countdown of the other", async (t) => {
  const { open, pass } = browser(t);
  const [one, other] = [await open(), await open()];
  one.basket.take([0]);
  await turns();
  await pass(5 * MINUTE_MS);
  await one.basket.extend();
  await turns();
  assert.equal(other.basket.expiresAtMs, one.basket.expiresAtMs);
});

test("while the states come by looks, a seat given back is free at once and stays so", async (t) => {
  const { open, pass } = browser(t);
  const { basket, sale } = await open();
  basket.take([0]);
  await pass(11_000);
  basket.giveBack([0]);
  await turns();
  for (let second = 0; second < 12; second++) {
    assert.equal(sale.states[0], AVAILABLE, `after ${second} s`);
    await pass(1_000);
  }
});

test("a seat that is refused looks taken at once", async (t) => {
  const { open, server } = browser(t);
  const { basket, sale, wordsOf } = await open();
  server.holds.set("foreign", { seatIds: new Set(["A1"]), expiresAtMs: server.nowMs() + MINUTE_MS });
  const { holds } = sale._api;
  sale._api.holds = async () => (await holds()).filter(({ holdId }) => holdId !== "foreign");
  basket.take([0]);
  await turns();
  assert.deepEqual(wordsOf("refused"), [["refused", [{ seat: 0, reason: "held" }]]]);
  assert.equal(sale.states[0], HELD);
});
