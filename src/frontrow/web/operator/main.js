/** The operator's page: signed in or not, and which of its rooms the address names (`#/`, `#/event/…`, `#/ticket/…`, `#/layouts`, `#/notices`). */

/** @import { Desk, View } from "./desk.js" */
/** @import { WayIn } from "./sign-in.js" */

import { pageWords } from "../js/page/preferences.js";
import { fill, h } from "../js/panels/markup.js";
import { AdminApi } from "./admin-api.js";
import { KeptToken, tokenIn } from "./kept-token.js";
import { blank, button } from "./panel.js";
import { showShell } from "./shell.js";
import { signInPage } from "./sign-in.js";
import { Toasts } from "./toasts.js";

const EVENT = "#/event/";
const TICKET = "#/ticket/";
const LAYOUTS = "#/layouts";
const NOTICES = "#/notices";
const LISTS = new Set(["#", "#/"]);

/** @param {string} id of index.html */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const main = part("main");
const kept = new KeptToken({ storage: sessionStorage });
const api = new AdminApi({
  origin: location.origin,
  kept,
  onRefused: (why) => {
    if (kept.token === null) return;
    const expired = kept.state === "expired";
    kept.signOut();
    void show(expired ? "expired" : why === "role_missing" ? "no_role" : "refused");
  },
});
const toasts = new Toasts(part("toasts"));
/** @type {View | null} */
let shown = null;
/** Counts what was opened: a room that is still loading when another is asked for is not shown any more. */
let opening = 0;

/** @returns {WayIn | null} why the reader has to sign in; null for one who has */
function arrive() {
  const brought = tokenIn(location.hash);
  if (brought === null) return kept.state === "ok" ? null : kept.state;
  // Out of the address bar before anything else is asked of anybody.
  history.replaceState(null, "", `${location.pathname}${location.search}#/`);
  kept.signOut();
  const judgement = kept.signIn(brought);
  return judgement === "ok" ? null : judgement;
}

/** @param {WayIn | null} [why] */
async function show(why = arrive()) {
  const asked = ++opening;
  shown?.end();
  shown = null;
  const words = pageWords();
  const at = location.hash || "#/";
  toasts.dismissText = words.t("operator.dismiss");
  part("toasts").setAttribute("aria-label", words.t("operator.messages"));
  part("skip").textContent = words.t("page.nav_skip");
  showShell(part("top"), { words, claims: why === null ? kept.claims : null, at, onLeave: leave, onLanguage: () => void show(why) });
  const open = why === null ? await roomAt(at) : () => signInPage(words, kept, why, () => void show());
  if (asked !== opening) return;
  const view = open({ api, words, toasts });
  shown = view;
  document.title = `${view.title} · ${words.t("operator.title")}`;
  fill(main, view.element);
}

/**
 * Each room is loaded when it is opened: the charts are of one of them alone.
 * @param {string} at
 * @returns {Promise<(desk: Desk) => View>} opens it
 */
async function roomAt(at) {
  try {
    if (at.startsWith(EVENT)) {
      const { EventRoom } = await import("./event-room.js");
      return (desk) => new EventRoom(desk, decoded(at.slice(EVENT.length)));
    }
    if (at.startsWith(TICKET)) {
      const { TicketRoom } = await import("./ticket-room.js");
      const [eventId, bookingId = ""] = at.slice(TICKET.length).split("/").map(decoded);
      return (desk) => new TicketRoom(desk, eventId, bookingId);
    }
    if (at === NOTICES) {
      const { NoticesRoom } = await import("./notices-room.js");
      return (desk) => new NoticesRoom(desk);
    }
    if (at === LAYOUTS) {
      const { LayoutRoom } = await import("./layout-room.js");
      return (desk) => new LayoutRoom(desk);
    }
    if (!LISTS.has(at)) return missingRoom;
    const { Overview } = await import("./overview.js");
    return (desk) => new Overview(desk);
  } catch {
    return awayRoom;
  }
}

/**
 * A room that did not come. Browsers may remember what they could not load as long as the page lives: it begins anew.
 * @param {Desk} desk
 * @returns {View}
 */
function awayRoom({ words }) {
  const title = words.t("page.away");
  return { title, element: h("div", { class: "page" }, blank(title, "", button(words.t("page.try_again"), () => location.reload(), { kind: "main" }))), end: () => {} };
}

/**
 * An address that names no room.
 * @param {Desk} desk
 * @returns {View}
 */
function missingRoom({ words }) {
  const title = words.t("page.missing");
  const way = h("a", { class: "act quiet", href: "#/" }, words.t("operator.all_events"));
  return { title, element: h("div", { class: "page" }, blank(title, words.t("page.missing_hint"), way)), end: () => {} };
}

/** @param {string} text of an address, which anybody may have typed */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function leave() {
  kept.signOut();
  history.replaceState(null, "", `${location.pathname}${location.search}#/`);
  void show("left");
}

part("skip").addEventListener("click", (happened) => {
  // The fragment names the room: it must not name the skip link's target.
  happened.preventDefault();
  main.focus();
});
addEventListener("hashchange", async () => {
  await show();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
await show();
