/** The icons, drawn on 24 by 24 with a 1.75 stroke. They are decoration: their buttons carry the words. */

import { svg } from "./markup.js";

/** The paths of each icon. @type {Readonly<Record<string, readonly string[]>>} */
export const STROKES = {
  plus: ["M12 5v14M5 12h14"],
  minus: ["M5 12h14"],
  fit: ["M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4"],
  close: ["M6 6l12 12M18 6L6 18"],
  check: ["M5 12.5l4.5 4.5L19 7"],
  list: ["M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01"],
  map: ["M9 4L3.5 6.5v13L9 17l6 3 5.5-2.5v-13L15 7 9 4zM9 4v13M15 7v13"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2"],
  back: ["M14.5 5.5L8 12l6.5 6.5"],
  up: ["M6 14.5l6-6 6 6"],
  offline: ["M3 3l18 18M8.5 16.4a5 5 0 0 1 7 0M5 12.8a10 10 0 0 1 5-2.7M19 12.8a10 10 0 0 0-2-1.5M2 9a15 15 0 0 1 4.2-2.6M22 9A15 15 0 0 0 10.7 5.1M12 20h.01"],
  alert: ["M12 8v5M12 16.5h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z"],
  ticket: ["M4 8a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v1.5a2.5 2.5 0 0 0 0 5V16a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-1.5a2.5 2.5 0 0 0 0-5zM14 6v2M14 11v2M14 16v2"],
  seat: ["M6 12V6a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v6", "M4 11.5a2 2 0 0 1 2 2V15h12v-1.5a2 2 0 1 1 4 0V17a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-3.5a2 2 0 0 1 2-2z", "M6 19v2M18 19v2"],
  info: ["M12 11v5M12 8h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z"],
  wheelchair: ["M10.5 4.5h.01M10.5 8v5.5h5l2.5 5 1.5-.7M10.5 10.5h4", "M8 11.7a4.7 4.7 0 1 0 6.2 5.8"],
  companion: ["M8.5 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19a5.5 5.5 0 0 1 11 0M16 5.5a3 3 0 0 1 0 5.5M17.5 14a5.5 5.5 0 0 1 3.5 5"],
  restricted: ["M3 3l18 18M10.6 6.2A9.7 9.7 0 0 1 21 12a13 13 0 0 1-2.3 3M6.7 7.5A12.5 12.5 0 0 0 3 12s3.3 6 9 6a9 9 0 0 0 4.2-1M10 10a3 3 0 0 0 4 4"],
  best: ["M12 3.5l2.5 5.3 5.8.7-4.3 4 1.2 5.8-5.2-2.9-5.2 2.9L8 13.5l-4.3-4 5.8-.7z"],
  down: ["M6 9.5l6 6 6-6"],
  repeat: ["M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5"],
  search: ["M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20"],
  calendar: ["M5 6h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM4 10.5h16M8.5 3.5v4M15.5 3.5v4"],
};

/**
 * @param {string} name
 * @param {number} [size] pixels
 */
export function icon(name, size = 20) {
  return drawn(STROKES[name] ?? [], size);
}

/**
 * Paths as an icon, for pages that have icons of their own.
 * @param {readonly string[]} paths
 * @param {number} size pixels
 * @param {{ class?: string }} [attributes]
 */
export function drawn(paths, size, attributes = {}) {
  const look = { fill: "none", stroke: "currentColor", "stroke-width": 1.75, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return svg("svg", { width: size, height: size, viewBox: "0 0 24 24", "aria-hidden": "true", ...look, ...attributes }, ...paths.map((d) => svg("path", { d })));
}

/**
 * A seat as the map draws its state, for the key.
 * @param {"available" | "mine" | "selected" | "held" | "booked" | "blocked"} state
 */
export function stateSign(state) {
  const box = { x: 3, y: 3, width: 14, height: 14, rx: 4 };
  /** @type {Record<string, () => SVGElement[]>} */
  const shapes = {
    available: () => [svg("rect", { ...box, class: "fill-any" })],
    mine: () => [svg("rect", { ...box, class: "fill-ink" }), svg("path", { d: "M6.5 10.2l2.4 2.4 4.6-5", class: "stroke-on-ink", "stroke-width": 1.8 })],
    selected: () => [svg("rect", { x: 5, y: 5, width: 10, height: 10, rx: 3, class: "fill-any" }), svg("rect", { x: 2, y: 2, width: 16, height: 16, rx: 5, class: "stroke-ink", "stroke-width": 2 })],
    held: () => [svg("rect", { x: 3.8, y: 3.8, width: 12.4, height: 12.4, rx: 3.6, class: "stroke-held", "stroke-width": 1.4 }), svg("path", { d: "M5.6 11.8l6.2-6.2M5.8 14.2l8.4-8.4M8.2 14.4l6.2-6.2", class: "stroke-held", "stroke-width": 1 })],
    booked: () => [svg("circle", { cx: 10, cy: 10, r: 3.6, class: "fill-taken" })],
    blocked: () => [svg("path", { d: "M6.5 6.5l7 7M13.5 6.5l-7 7", class: "stroke-taken", "stroke-width": 2 })],
  };
  return svg("svg", { width: 20, height: 20, viewBox: "0 0 20 20", fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }, ...shapes[state]());
}
