/** The events, as cards: the soonest first, a screen or two at a time, found by name. */

/** @import { ApiClient } from "../api.js" */
/** @import { EventSummary } from "../wire.js" */
/** @import { Words } from "../words/words.js" */

import { Problem } from "../api.js";
import { fill, h } from "../panels/markup.js";
import { showAway } from "./away.js";
import { eventCard } from "./event-card.js";
import { EventList } from "./event-list.js";
import { note } from "./note.js";
import { addressOf } from "./route.js";
import { announce, nameWindow } from "./shell.js";
import { sign } from "./signs.js";

const SHOWN_AT_ONCE = 24;
/** A search looks at this many lots of 500 events at most. */
const LOTS_SEARCHED_MAX = 20;
/** A list this short is read faster than searched. */
const SEARCHED_FROM = 4;

/**
 * @param {HTMLElement} room
 * @param {ApiClient} api
 * @param {Words} words
 */
export async function showListing(room, api, words) {
  nameWindow(words.t("page.list_title"));
  const skeletons = Array.from({ length: 6 }, () => h("li", { class: "skeleton" }));
  fill(room, h("div", { class: "events", "aria-busy": "true" }, head(words), h("ul", { class: "event-list", "aria-hidden": "true" }, ...skeletons)));
  const events = new EventList((cursor) => api.events(cursor));
  try {
    await events.readMore();
  } catch (caught) {
    if (!(caught instanceof Problem)) throw caught;
    return showAway(room, words, caught, () => void showListing(room, api, words));
  }
  if (!events.events.length) return fill(room, note("empty", words.t("page.list_empty"), words.t("page.list_empty_hint")));
  new Listing(room, events, words);
}

/**
 * @param {Words} words
 * @param {HTMLElement | false} [search]
 */
function head(words, search = false) {
  return h("div", { class: "events-head" }, h("div", {}, h("h1", {}, words.t("page.list_title")), h("p", { class: "lead" }, words.t("page.list_lead"))), search);
}

class Listing {
  /**
   * @param {HTMLElement} room
   * @param {EventList} events at least one
   * @param {Words} words
   */
  constructor(room, events, words) {
    this._events = events;
    this._words = words;
    this._shown = SHOWN_AT_ONCE;
    this._searches = 0;
    const label = words.t("page.list_search");
    this._term = h("input", { type: "search", "aria-label": label, placeholder: label, autocomplete: "off", spellcheck: "false", oninput: () => void this._search() });
    this._term.value = new URLSearchParams(location.search).get("q") ?? "";
    this._list = h("ul", { class: "event-list" });
    this._none = h("div", { class: "none-found", hidden: true });
    this._more = h("button", { type: "button", class: "quiet-button more", hidden: true, onclick: () => void this._showMore() }, words.t("page.list_more"));
    const wanted = events.events.length >= SEARCHED_FROM || events.hasMore || Boolean(this._term.value);
    const search = wanted && h("search", { class: "find" }, sign("search"), this._term);
    fill(room, h("div", { class: "events" }, head(words, search), this._list, this._none, this._more));
    if (this._term.value) void this._search();
    else this._draw();
  }

  async _search() {
    const term = this._term.value.trim();
    const search = (this._searches += 1);
    this._shown = SHOWN_AT_ONCE;
    const address = new URL(location.href);
    if (term) address.searchParams.set("q", term);
    else address.searchParams.delete("q");
    history.replaceState(history.state, "", address);
    this._draw();
    for (let lot = 0; term && this._events.hasMore && lot < LOTS_SEARCHED_MAX; lot++) {
      announce(this._words.t("page.list_searching"));
      if (!(await this._read())) break;
      if (search !== this._searches) return;
      this._draw();
    }
    if (term) announce(this._words.t("page.list_found", { count: this._events.matching(term).length }));
  }

  async _showMore() {
    const before = this._shown;
    this._more.disabled = true;
    const enough = this._events.matching(this._term.value).length > before || (await this._read());
    this._more.disabled = false;
    if (!enough) return;
    this._shown += SHOWN_AT_ONCE;
    this._draw();
    // Who asked for more goes on reading where it begins.
    this._list.children[before]?.querySelector("a")?.focus();
    announce(this._words.t("page.list_more_shown", { count: Math.max(0, this._list.childElementCount - before) }));
  }

  /** @returns {Promise<boolean>} whether it could be read */
  async _read() {
    try {
      await this._events.readMore();
      return true;
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      announce(this._words.t("page.away"));
      return false;
    }
  }

  _draw() {
    const words = this._words;
    const term = this._term.value.trim();
    const found = this._events.matching(term);
    const shown = found.slice(0, this._shown);
    const first = this._list.childElementCount < shown.length && sameStart(this._drawn, shown) ? this._list.childElementCount : 0;
    const cards = shown.slice(first).map((event) => h("li", {}, eventCard(event, words)));
    if (first) this._list.append(...cards);
    else fill(this._list, ...cards);
    this._drawn = shown;
    this._more.hidden = found.length <= this._shown && !(this._events.hasMore && !term);
    this._none.hidden = found.length > 0;
    if (found.length === 0) {
      fill(this._none, h("h2", {}, words.t("page.list_not_found", { term })), h("p", {}, words.t("page.list_not_found_hint")),
        h("a", { class: "quiet-button", href: addressOf({ page: "list" }) }, words.t("page.list_all")));
    }
  }

  /** @type {readonly EventSummary[]} */
  _drawn = [];
}

/**
 * Whether the longer list begins with the shorter: then what is drawn stays, and so does the focus in it.
 * @param {readonly EventSummary[]} drawn
 * @param {readonly EventSummary[]} wanted
 */
function sameStart(drawn, wanted) {
  return drawn.length > 0 && drawn.every((event, index) => event === wanted[index]);
}
