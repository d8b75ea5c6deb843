/**
 * An event's picture: a fan of seats, lit as far as its seats are free. The tone is the
 * event's own and stays with it, from the list to the ticket.
 */

import { svg } from "../panels/markup.js";

const WIDTH = 320;
const HEIGHT = 132;
const CENTRE = { x: WIDTH / 2, y: -150 };
const ROWS = 6;
const FIRST_RADIUS = 186;
const ROW_STEP = 15;
const SEAT_STEP = 13.5;
const AISLE = 0.12;
const TONES = 6;

/** @typedef {{ x: number, y: number, order: number }} PosterSeat order: the lower, the sooner it is taken */

/**
 * @param {string} eventId
 * @returns {number} 0 to 5, the same for the same event
 */
export function toneOf(eventId) {
  return Math.floor(noise(eventId, 0) * TONES);
}

/**
 * @param {string} eventId
 * @param {number} freeShare of its seats, 0 to 1
 */
export function poster(eventId, freeShare) {
  const seats = house(eventId).sort((one, other) => one.order - other.order);
  const taken = Math.min(seats.length, Math.ceil(seats.length * (1 - freeShare)));
  // A point of no length with round ends is a disc: one path draws all of them.
  const discs = (/** @type {PosterSeat[]} */ some) => some.map(({ x, y }) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join("");
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "poster-house", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
    svg("path", { d: discs(seats.slice(0, taken)), class: "poster-taken" }),
    svg("path", { d: discs(seats.slice(taken)), class: "poster-free" }),
  );
}

/**
 * @param {string} eventId
 * @returns {PosterSeat[]}
 */
function house(eventId) {
  /** @type {PosterSeat[]} */
  const seats = [];
  for (let row = 0; row < ROWS; row++) {
    const radius = FIRST_RADIUS + row * ROW_STEP;
    const reach = (118 + row * 9) / radius;
    const count = Math.floor((2 * reach * radius) / SEAT_STEP);
    for (let seat = 0; seat <= count; seat++) {
      const angle = -reach + (2 * reach * seat) / count;
      if (Math.abs(Math.abs(angle) - AISLE * 2) < AISLE / 4) continue;
      const centred = Math.abs(angle) / reach;
      const order = 0.45 * centred + 0.3 * (row / ROWS) + 0.5 * noise(eventId, row * 97 + seat + 1);
      seats.push({ x: CENTRE.x + radius * Math.sin(angle), y: CENTRE.y + radius * Math.cos(angle), order });
    }
  }
  return seats;
}

/**
 * A number of 0 up to 1 that looks like chance and is the same every time (FNV-1a).
 * @param {string} text
 * @param {number} salt
 */
function noise(text, salt) {
  let hash = 2166136261 ^ salt;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
