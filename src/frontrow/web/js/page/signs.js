/** The pages' icons, drawn on 24 by 24 like those of the map. They are decoration: the words are beside them. */

import { svg } from "../panels/markup.js";

const STROKES = {
  events: ["M4 6h16M4 12h16M4 18h10"],
  ticket: ["M4 8a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v1.5a2.5 2.5 0 0 0 0 5V16a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-1.5a2.5 2.5 0 0 0 0-5zM14 6v2M14 11v2M14 16v2"],
  globe: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.5 9.5h17M3.5 14.5h17M12 3c2.6 2.4 4 5.5 4 9s-1.4 6.6-4 9c-2.6-2.4-4-5.5-4-9s1.4-6.6 4-9z"],
  search: ["M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20"],
  calendar: ["M5 6h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM4 10.5h16M8.5 3.5v4M15.5 3.5v4"],
  print: ["M7 9V4h10v5M7 17H5a1 1 0 0 1-1-1v-5a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v5a1 1 0 0 1-1 1h-2M7 14h10v6H7z"],
  copy: ["M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM5 15H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v1"],
  map: ["M9 4L3.5 6.5v13L9 17l6 3 5.5-2.5v-13L15 7 9 4zM9 4v13M15 7v13"],
  done: ["M5 12.5l4.5 4.5L19 7"],
  cancel: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9l6 6M15 9l-6 6"],
  empty: ["M6 12V6a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v6", "M4 11.5a2 2 0 0 1 2 2V15h12v-1.5a2 2 0 1 1 4 0V17a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-3.5a2 2 0 0 1 2-2z", "M6 19v2M18 19v2"],
  away: ["M3 3l18 18M8.5 16.4a5 5 0 0 1 7 0M5 12.8a10 10 0 0 1 5-2.7M19 12.8a10 10 0 0 0-2-1.5M2 9a15 15 0 0 1 4.2-2.6M22 9A15 15 0 0 0 10.7 5.1M12 20h.01"],
};

/**
 * @param {keyof typeof STROKES} name
 * @param {number} [size] pixels
 */
export function sign(name, size = 20) {
  const look = { fill: "none", stroke: "currentColor", "stroke-width": 1.75, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return svg("svg", { width: size, height: size, viewBox: "0 0 24 24", class: "sign", "aria-hidden": "true", ...look }, ...STROKES[name].map((d) => svg("path", { d })));
}
