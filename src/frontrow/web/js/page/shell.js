/** What is around every page: the way to the others, the settings, and a voice for who does not see what changed. */

/** @import { Words } from "../words/words.js" */
/** @import { Route } from "./route.js" */

import { fill, h } from "../panels/markup.js";
import { addressOf } from "./route.js";
import { settings } from "./settings.js";
import { sign } from "./signs.js";

/** @param {string} id of index.html */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Draw the shell for a page.
 * @param {Words} words
 * @param {Route} route
 * @param {() => void} onLanguage another one was chosen: everything is to be drawn again
 * @returns {{ room: HTMLElement, about: HTMLElement }} room: where the page goes. A page that was drawn over has lost its
 *   room: what it still writes there is seen by nobody.
 */
export function drawShell(words, route, onLanguage) {
  document.body.dataset.page = route.page;
  part("skip").textContent = words.t("page.nav_skip");
  part("brand").setAttribute("aria-label", words.t("page.nav_home"));
  part("brand").setAttribute("href", addressOf({ page: "list" }));
  const pages = part("pages");
  pages.setAttribute("aria-label", words.t("page.nav_label"));
  /** @type {(page: "list" | "bookings", icon: "events" | "ticket", text: string) => HTMLElement} */
  const link = (page, icon, text) =>
    h("a", { href: addressOf({ page }), "aria-current": route.page === page ? "page" : null, title: text }, sign(icon), h("span", {}, text));
  fill(pages, link("list", "events", words.t("page.nav_events")), link("bookings", "ticket", words.t("page.nav_bookings")));
  fill(part("settings"), ...settings(words, onLanguage));
  fill(part("foot"), h("p", {}, words.t("page.times", { zone: zoneName(words) })));
  const about = part("about");
  fill(about);
  const room = h("div", { class: "room" });
  fill(part("main"), room);
  return { room, about };
}

/**
 * Say what changed to a screen reader.
 * @param {string} text
 */
export function announce(text) {
  part("said").textContent = text;
}

/** @param {string} title of what is in the window now */
export function nameWindow(title) {
  document.title = `${title} · Frontrow`;
}

/** @param {Words} words */
function zoneName({ locale }) {
  const parts = new Intl.DateTimeFormat(locale, { timeZoneName: "longGeneric" }).formatToParts();
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "UTC";
}
