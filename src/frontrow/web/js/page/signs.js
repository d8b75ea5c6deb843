/** The pages' icons, drawn on 24 by 24 like those of the map. They are decoration: the words are beside them. */

import { STROKES as SHARED, drawn } from "../panels/icons.js";

const STROKES = {
  events: ["M4 6h16M4 12h16M4 18h10"],
  ticket: SHARED.ticket,
  globe: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.5 9.5h17M3.5 14.5h17M12 3c2.6 2.4 4 5.5 4 9s-1.4 6.6-4 9c-2.6-2.4-4-5.5-4-9s1.4-6.6 4-9z"],
  search: SHARED.search,
  calendar: SHARED.calendar,
  print: ["M7 9V4h10v5M7 17H5a1 1 0 0 1-1-1v-5a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v5a1 1 0 0 1-1 1h-2M7 14h10v6H7z"],
  copy: ["M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM5 15H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v1"],
  map: SHARED.map,
  done: SHARED.check,
  cancel: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9l6 6M15 9l-6 6"],
  empty: SHARED.seat,
  away: SHARED.offline,
};

/**
 * @param {keyof typeof STROKES} name
 * @param {number} [size] pixels
 */
export function sign(name, size = 20) {
  return drawn(STROKES[name], size, { class: "sign" });
}
