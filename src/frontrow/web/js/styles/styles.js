/** The element's style sheets, made once and shared by every map of the page. */

import { THEME_CSS } from "../theme.js";
import { DIALOG_CSS } from "./dialog.js";
import { FRAME_CSS } from "./frame.js";
import { LIST_CSS } from "./list.js";
import { MAP_CSS } from "./map.js";
import { PANEL_CSS } from "./panel.js";
import { TICKET_CSS } from "./ticket.js";

/** @type {CSSStyleSheet[] | null} */
let made = null;

/** Constructed sheets, which a strict Content-Security-Policy allows. */
export function styles() {
  made ??= [THEME_CSS, FRAME_CSS, MAP_CSS, LIST_CSS, PANEL_CSS, DIALOG_CSS, TICKET_CSS].map((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  });
  return made;
}
