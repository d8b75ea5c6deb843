/** The pages without a browser: addresses, lists, groups, calendar files, QR codes, what can be cancelled. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { standingSeatIds } from "../../src/frontrow/web/js/api/standing-seats.js";
import { groupOf, groupsOf } from "../../src/frontrow/web/js/page/booking-groups.js";
import { calendarFile } from "../../src/frontrow/web/js/page/calendar-file.js";
import { EventList, soonestFirst, standingOf } from "../../src/frontrow/web/js/page/event-list.js";
import { toneOf } from "../../src/frontrow/web/js/page/poster.js";
import { foundBooking, keepFound } from "../../src/frontrow/web/js/page/found-bookings.js";
import { unpaid } from "../../src/frontrow/web/js/page/open-orders.js";
import { refundedMinor } from "../../src/frontrow/web/js/page/refunds.js";
import { codeOf } from "../../src/frontrow/web/js/api/booking-code.js";
import { codeText, qrPath } from "../../src/frontrow/web/js/panels/qr.js";
import { addressOf, routeOf } from "../../src/frontrow/web/js/page/route.js";
import { cancelChoices, seatLines } from "../../src/frontrow/web/js/page/seat-lines.js";
import { wordsFor } from "../../src/frontrow/web/js/words/words.js";

const BOOKING_ID = "1-Qm4c8TzPp0a1x2K9sLw3vA";
const HERE = { search: "" };
const routeAt = (path) => routeOf(new URL(path, "http://localhost:8000"));

test("every page has an address that leads back to it", () => {
  for (const route of [{ page: "list" }, { page: "event", eventId: "a.b-c_1" }, { page: "booking", bookingId: BOOKING_ID }, { page: "bookings" }, { page: "find" }]) {
    assert.deepEqual(routeAt(addressOf(route, HERE)), route);
    assert.deepEqual(routeAt(addressOf(route, { search: "?event=x&lang=ar" })), route);
  }
  assert.equal(addressOf({ page: "list" }, HERE), "/");
  assert.equal(addressOf({ page: "bookings" }, HERE), "/?bookings");
  assert.equal(addressOf({ page: "bookings" }, { search: "?lang=de" }), "/?bookings&lang=de", "a language asked for is asked for on");
  assert.equal(addressOf({ page: "event", eventId: "a&b=c" }, HERE), "/?event=a%26b%3Dc");
});

test("an address that says nothing of use leads to a page all the same", () => {
  assert.deepEqual(routeAt("/?event="), { page: "list" });
  assert.deepEqual(routeAt("/?booking="), { page: "bookings" });
  assert.deepEqual(routeAt("/index.html?lang=de"), { page: "list" });
  assert.deepEqual(routeAt("/evnets"), { page: "missing" });
  assert.deepEqual(routeAt(`/?event=e&booking=${BOOKING_ID}`), { page: "booking", bookingId: BOOKING_ID });
});

const event = (eventId, startsAt, more = {}) => ({ eventId, name: eventId, startsAt, saleStatus: "on_sale", prices: {}, currency: "USD", ...more });

test("what is to come is listed soonest first, what is over after it, latest first", () => {
  const events = [event("march", "2030-03-01T00:00:00Z"), event("old", "2029-01-01T00:00:00Z", { saleStatus: "closed" }),
    event("january", "2030-01-01T00:00:00Z", { saleStatus: "scheduled" }), event("recent", "2029-12-01T00:00:00Z", { saleStatus: "closed" })];
  assert.deepEqual(soonestFirst(events).map(({ eventId }) => eventId), ["january", "march", "recent", "old"]);
});

test("a list reads pages until it has enough of them, and says whether there is more", async () => {
  const asked = [];
  const list = new EventList(async (cursor) => {
    asked.push(cursor);
    const page = cursor === null ? 0 : Number(cursor);
    return { items: [event(`e${page}`, `2030-01-${String(28 - page).padStart(2, "0")}T00:00:00Z`)], nextCursor: page < 11 ? String(page + 1) : null };
  });
  assert.equal(list.hasMore, true);
  await list.readMore();
  assert.equal(asked.length, 10, "ten pages are put in order together");
  assert.equal(list.events[0].eventId, "e9");
  assert.equal(list.hasMore, true);
  await list.readMore();
  assert.deepEqual([list.events.length, list.hasMore], [12, false]);
});

test("a page that cannot be read leaves the list as it was, to be read again", async () => {
  let broken = true;
  const list = new EventList(async () => {
    if (broken) throw new Error("away");
    return { items: [event("e", "2030-01-01T00:00:00Z")] };
  });
  await assert.rejects(list.readMore(), /away/);
  assert.deepEqual([list.events.length, list.hasMore], [0, true]);
  broken = false;
  await list.readMore();
  assert.deepEqual([list.events.length, list.hasMore], [1, false]);
});

test("a search finds every word anywhere in name or house, whatever its case and accents", async () => {
  const list = new EventList(async () => ({ items: [
    event("a", "2030-01-01T00:00:00Z", { name: "Così fan tutte", layoutName: "Lumière Cinema" }),
    event("b", "2030-01-02T00:00:00Z", { name: "Die Zauberflöte" }),
  ] }));
  await list.readMore();
  const found = (term) => list.matching(term).map(({ eventId }) => eventId);
  assert.deepEqual(found("  "), ["a", "b"]);
  assert.deepEqual(found("cosi LUMIERE"), ["a"]);
  assert.deepEqual(found("zauberflo"), ["b"]);
  assert.deepEqual(found("cosi zauber"), []);
});

test("an event's standing tells few seats from none, and none for now from none at all", () => {
  const standing = (counts, saleStatus = "on_sale") => standingOf(event("e", "2030-01-01T00:00:00Z", { counts, saleStatus }));
  assert.equal(standing({ available: 50, total: 100 }), "on_sale");
  assert.equal(standing({ available: 10, total: 100 }), "few");
  assert.equal(standing({ available: 0, held: 1, booked: 99, total: 100 }), "none_free");
  assert.equal(standing({ available: 0, booked: 100, total: 100 }), "sold_out");
  assert.equal(standing({ available: 0, total: 100 }, "closed"), "closed");
  assert.equal(standing(null), "on_sale", "the counts may be missing");
});

const booking = (bookingId, more = {}) => ({ bookingId, eventId: "e", seatIds: ["A1", "A2"], tableIds: [], status: "booked", bookedAt: "2029-06-01T00:00:00Z", ...more });

test("bookings come as upcoming soonest first, past latest first, and cancelled", () => {
  const now = Date.parse("2030-01-01T00:00:00Z");
  const known = [
    { booking: booking("late"), event: event("l", "2030-09-01T00:00:00Z") },
    { booking: booking("soon", { status: "partly_cancelled" }), event: event("s", "2030-02-01T00:00:00Z") },
    { booking: booking("was"), event: event("w", "2029-02-01T00:00:00Z") },
    { booking: booking("just"), event: event("j", "2029-12-31T00:00:00Z") },
    { booking: booking("gone", { status: "cancelled" }), event: event("g", "2030-02-01T00:00:00Z") },
    { booking: booking("lost"), event: null },
  ];
  const { upcoming, past, cancelled } = groupsOf(known, now);
  assert.deepEqual(upcoming.map(({ booking: { bookingId } }) => bookingId), ["soon", "late"]);
  assert.deepEqual(past.map(({ booking: { bookingId } }) => bookingId), ["just", "lost", "was"], "of an event that is gone, when it was booked counts");
  assert.deepEqual(cancelled.map(({ booking: { bookingId } }) => bookingId), ["gone"]);
  assert.equal(groupOf(known[0], Date.parse("2030-09-01T00:00:00Z")), "past", "what begins now is not to come");
  assert.deepEqual(standingSeatIds(booking("b", { cancelledSeatIds: ["A1"] })), ["A2"]);
});

const LAYOUT = {
  id: "parlour", name: "The Parlour", canvasW: 400, canvasH: 200, categories: [{ id: "seat", name: "Seat", color: "#336699" }],
  items: [{ id: "t1", type: "table", pos: { x: 200, y: 150 }, size: { x: 40, y: 40 }, lbl: "1", shp: "round", bookAs: "whole" }],
  seats: [
    ...[1, 2].map((n) => ({ id: `A${n}`, position: { x: 40 * n, y: 50 }, categoryId: "seat", rowLabel: "A", seatNumber: n })),
    ...[1, 2].map((n) => ({ id: `t1_${n}`, position: { x: 160 + 30 * n, y: 120 }, categoryId: "seat", rowLabel: "1", seatNumber: n, tableId: "t1" })),
  ],
};

test("a table that is only sold whole is cancelled whole, seats one by one", () => {
  const words = wordsFor("en");
  const lines = seatLines(["t1_2", "A2", "t1_1", "A1"], LAYOUT, words);
  assert.deepEqual(lines.map(({ seatId }) => seatId), ["A1", "A2", "t1_1", "t1_2"]);
  assert.deepEqual(cancelChoices(lines, words).map(({ seatIds }) => seatIds), [["A1"], ["A2"], ["t1_1", "t1_2"]]);
  assert.equal(lines[0].spot, "Row A, Seat 1");
  assert.deepEqual(seatLines(["A1"], null, words)[0].spot, "Seat A1", "without the drawing, ids must do");
  assert.deepEqual(seatLines(["Z9"], LAYOUT, words)[0].spot, "Seat Z9", "as for a seat that a newer drawing lacks");
});

const ENTRY = { uid: `${BOOKING_ID}@tickets.example`, startMs: Date.parse("2026-12-05T19:30:00Z"), endMs: Date.parse("2026-12-05T21:30:00Z"), writtenMs: Date.parse("2026-11-21T10:00:00.123Z"), summary: "The Long Take" };
/** What a calendar reads: continued lines joined (RFC 5545, section 3.1). */
const unfolded = (text) => text.replace(/\r\n[ \t]/g, "").split("\r\n");

test("a calendar file says when in UTC, under an id that stays the same", () => {
  const text = calendarFile(ENTRY);
  assert.ok(text.startsWith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.endsWith("END:VEVENT\r\nEND:VCALENDAR\r\n"));
  const lines = unfolded(text);
  for (const line of [`UID:${BOOKING_ID}@tickets.example`, "DTSTAMP:20261121T100000Z", "DTSTART:20261205T193000Z", "DTEND:20261205T213000Z", "SUMMARY:The Long Take"]) {
    assert.ok(lines.includes(line), line);
  }
  assert.equal(calendarFile(ENTRY), text);
  assert.ok(!text.includes("LOCATION"));
});

test("text in a calendar file is escaped, so that no name can write lines of its own", () => {
  const lines = unfolded(calendarFile({ ...ENTRY, summary: "Crime; punishment, \\ and\r\nBEGIN:VALARM", location: "Hall\u0007 1" }));
  assert.ok(lines.includes("SUMMARY:Crime\\; punishment\\, \\\\ and\\nBEGIN:VALARM"));
  assert.ok(lines.includes("LOCATION:Hall  1"));
});

test("long lines of a calendar file are folded at 75 bytes, never inside a character", () => {
  const description = `${"Zauberflöte 🎭 ".repeat(30)}العروض القادمة`;
  const text = calendarFile({ ...ENTRY, description });
  for (const line of text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, line);
  assert.ok(!text.includes("\ufffd"));
  assert.ok(unfolded(text).includes(`DESCRIPTION:${description}`));
});

test("a QR code says the booking's code and nothing else, to a reader that is not ours", async (t) => {
  const jsQR = await import("jsqr").then(({ default: read }) => read.default ?? read, () => null);
  if (!jsQR) return process.env.CI === "true" ? assert.fail("run npm ci first") : t.skip("jsqr is not installed: npm ci");
  for (const text of [codeText(BOOKING_ID), codeText("12345-AAAAAAAAAAAAAAAAAAAAAA")]) {
    const { size, path } = qrPath(text);
    const scale = 4;
    const pixels = new Uint8ClampedArray((size * scale) ** 2 * 4).fill(255);
    for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
      for (let dy = 0; dy < scale; dy++) {
        for (let dx = 0; dx < run * scale; dx++) pixels.fill(0, 4 * ((y * scale + dy) * size * scale + x * scale + dx), 4 * ((y * scale + dy) * size * scale + x * scale + dx) + 3);
      }
    }
    assert.equal(jsQR(pixels, size * scale, size * scale)?.data, text);
  }
  assert.equal(codeText(BOOKING_ID), BOOKING_ID);
});

test("an event's poster keeps its tone, and events differ in theirs", () => {
  assert.equal(toneOf("cinema-demo"), toneOf("cinema-demo"));
  const tones = Array.from({ length: 60 }, (_, n) => toneOf(`event-${n}`));
  assert.deepEqual([...new Set(tones)].sort(), [0, 1, 2, 3, 4, 5]);
});

test("the page's colours are the same whether the system or the reader chose them", () => {
  const css = readFileSync(new URL("../../src/frontrow/web/css/page.css", import.meta.url), "utf8");
  const [light, dark] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body.replace(/\s+/g, " "));
  const [chosenLight, chosenDark] = ["light", "dark"].map((theme) => css.split(`:root[data-theme="${theme}"] {`)[1].split("}")[0].replace(/\s+/g, " "));
  assert.deepEqual([chosenLight, chosenDark], [light, dark]);
});

test("a booking that was found is open as long as its token, one without a token as long as the tab", () => {
  const items = new Map();
  const storage = { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value) };
  keepFound({ booking: { bookingId: "b" }, token: "t", tokenExpiresAt: "2030-01-01T00:00:00Z" }, storage);
  keepFound({ booking: { bookingId: "c" } }, storage);
  const before = Date.parse("2029-12-31T00:00:00Z");
  assert.equal(foundBooking("b", before, storage).token, "t");
  assert.equal(foundBooking("b", before + 86_400_000, storage), null);
  assert.equal(foundBooking("c", before + 86_400_000, storage).booking.bookingId, "c");
  assert.equal(foundBooking("d", before, storage), null);
});

test("what is unpaid is what still has its seats; what went back is counted on its way, too", () => {
  const statuses = ["claimed", "paying", "paid", "booked", "refunding", "expired"];
  assert.deepEqual(unpaid(statuses.map((status) => ({ status }))).map(({ status }) => status), ["claimed", "paying", "paid"]);
  assert.equal(refundedMinor({ refunds: [{ amount: { amountMinor: 100 }, status: "due" }, { amount: { amountMinor: 50 }, status: "done" }] }), 150);
  assert.equal(refundedMinor({}), 0);
  assert.deepEqual([codeOf({ bookingId: "b", ticketCode: "AAAA-BBBB" }), codeOf({ bookingId: "b" })], ["AAAA-BBBB", "b"]);
});
