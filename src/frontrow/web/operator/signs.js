/** The signs that only the operator's page needs, drawn like the others (js/panels/icons.js). */

import { STROKES as SHARED, drawn } from "../js/panels/icons.js";

const STROKES = {
  events: ["M4 5.5h7v6H4zM13 5.5h7v6h-7zM4 14h7v5H4zM13 14h7v5h-7z"],
  leave: ["M14 4h4a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1h-4M10 8l-4 4 4 4M6 12h9"],
  ban: ["M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM6 6l12 12"],
  open: ["M5 11h14v9H5zM8 11V8a4 4 0 0 1 7.5-2"],
  heat: ["M12 3c1 4 5 5.5 5 10a5 5 0 0 1-10 0c0-1.8 .8-3 1.8-4 .2 1.5 .9 2.3 1.7 2.5C10 9 10.5 5.5 12 3z"],
  upload: ["M12 16V5M7.5 9.5L12 5l4.5 4.5M5 19h14"],
  download: ["M12 5v11M7.5 11.5L12 16l4.5-4.5M5 19h14"],
  search: SHARED.search,
  alert: SHARED.alert,
  cancel: ["M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM9 9l6 6M15 9l-6 6"],
  print: ["M7 9V4h10v5M7 17H5a1 1 0 0 1-1-1v-5a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v5a1 1 0 0 1-1 1h-2M7 14h10v6H7z"],
  sell: ["M4 7h16v10H4zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM7 10v4M17 10v4"],
  notices: ["M4 6h16v12H4zM4.5 6.5L12 13l7.5-6.5"],
  box: ["M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M11 4h2M11 20h2M4 11v2M20 11v2"],
  pen: ["M5 19l1-4L16 5l3 3L9 18l-4 1zM14 7l3 3"],
  outside: ["M10 5H5v14h14v-5M14 5h5v5M19 5l-8 8"],
  layers: ["M12 4l8.5 4.5L12 13 3.5 8.5 12 4zM4 13l8 4 8-4"],
  undo: ["M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10h-3"],
  file: ["M7 3.5h7L18.5 8v12a.5 .5 0 0 1-.5 .5H7a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM14 3.5V8h4.5"],
};

/**
 * @param {keyof typeof STROKES} name
 * @param {number} [size] pixels
 */
export function sign(name, size = 18) {
  return drawn(STROKES[name], size, { class: "sign" });
}
