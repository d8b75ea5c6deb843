/** All events at a glance: how each is selling, and what it has taken. */

/** @import { EventSummary } from "../js/wire.js" */
/** @import { Desk } from "./desk.js" */

import { soonestFirst } from "../js/page/event-list.js";
import { fill, h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { blank, button } from "./panel.js";
import { Refresher } from "./refresher.js";
import { StateBar, percent, stateText } from "./state-bar.js";
import { share } from "./series.js";
import { sign } from "./signs.js";
import { statusText } from "./status-text.js";

/** So many events are asked for at most; who has more finds an event by its address. */
const PAGES_MAX = 4;
/** Figures that only the ledger knows are asked of so many events in a round: the others follow in the next. */
const REVENUES_PER_ROUND = 12;

export class Overview {
  /** @param {Desk} desk */
  constructor(desk) {
    this._desk = desk;
    this.title = desk.words.t("operator.events");
    /** @type {Map<string, EventCard>} */
    this._cards = new Map();
    /** @type {string[]} whose revenue was asked longest ago first */
    this._queue = [];
    this._list = h("ul", { class: "cards" }, ...Array.from({ length: 4 }, () => h("li", { class: "card ghost", "aria-hidden": "true" })));
    this._sum = h("p", { class: "lead" });
    this._fault = h("p", { class: "form-fault", role: "status" });
    this.element = h("div", { class: "page" },
      h("div", { class: "page-head" }, h("div", {}, h("h1", {}, this.title), this._sum),
        h("a", { class: "act quiet", href: "#/layouts" }, sign("upload"), h("span", {}, desk.words.t("operator.upload_layout")))),
      this._fault, this._list);
    this._refresher = new Refresher(() => this._refresh());
    this._refresher.now();
  }

  end() {
    this._refresher.end();
  }

  async _refresh() {
    const { api, words } = this._desk;
    try {
      /** @type {EventSummary[]} */
      const events = [];
      /** @type {string | null | undefined} */
      let cursor = null;
      for (let page = 0; page === 0 || (cursor && page < PAGES_MAX); page++) {
        const answer = await api.events(cursor);
        events.push(...answer.items);
        cursor = answer.nextCursor;
      }
      this._show(events);
      await this._askRevenues();
      this._fault.textContent = "";
    } catch (caught) {
      this._fault.textContent = problemText(words, caught, "operator");
    }
  }

  /** @param {EventSummary[]} events */
  _show(events) {
    const { words } = this._desk;
    const ordered = soonestFirst(events);
    for (const event of ordered) {
      const card = this._cards.get(event.eventId) ?? new EventCard(this._desk, event.eventId);
      this._cards.set(event.eventId, card);
      card.show(event);
      if (!this._queue.includes(event.eventId)) this._queue.push(event.eventId);
    }
    const elements = ordered.map(({ eventId }) => /** @type {EventCard} */ (this._cards.get(eventId)).element);
    // Only where the order changed: a card that is moved loses the focus within it.
    if (elements.length !== this._list.children.length || elements.some((element, at) => this._list.children[at] !== element)) fill(this._list, ...elements);
    const onSale = events.filter(({ saleStatus }) => saleStatus === "on_sale").length;
    this._sum.textContent = words.t("operator.events_sum", { count: events.length, onSale });
    if (events.length === 0) {
      fill(this._list, h("li", { class: "card-none" }, blank(words.t("operator.no_events"), words.t("operator.no_events_lead"),
        button(words.t("operator.upload_layout"), () => (location.hash = "#/layouts"), { kind: "main", sign: sign("upload") }))));
    }
  }

  async _askRevenues() {
    const round = this._queue.splice(0, REVENUES_PER_ROUND);
    this._queue.push(...round);
    for (const eventId of round) this._cards.get(eventId)?.showRevenue((await this._desk.api.stats(eventId, "day")).revenue);
  }
}

class EventCard {
  /**
   * @param {Desk} desk
   * @param {string} eventId
   */
  constructor({ words }, eventId) {
    this._words = words;
    this._name = h("h2", {});
    this._when = h("p", { class: "soft" });
    this._status = h("span", { class: "status" });
    this._bar = new StateBar(words);
    this._sold = h("strong", { class: "card-share" });
    this._counts = h("p", { class: "card-counts" });
    this._revenue = h("strong", { class: "card-revenue" }, "–");
    this.element = h("li", {}, h("a", { class: "card", href: `#/event/${encodeURIComponent(eventId)}` },
      h("div", { class: "card-top" }, h("div", { class: "card-title" }, this._name, this._when), this._status),
      h("div", { class: "card-figures" }, h("div", {}, h("span", { class: "figure-name" }, words.t("operator.sold")), this._sold),
        h("div", { class: "end" }, h("span", { class: "figure-name" }, words.t("operator.revenue")), this._revenue)),
      this._bar.element, this._counts));
  }

  /** @param {EventSummary} event */
  show({ name, startsAt, saleStatus, counts }) {
    const { _words: words } = this;
    this._name.textContent = name;
    this._when.textContent = words.date(Date.parse(startsAt), { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" });
    this._status.textContent = statusText(words, saleStatus);
    this._status.dataset.status = saleStatus;
    this._bar.element.hidden = !counts;
    if (!counts) return;
    const { available = 0, held = 0, booked = 0, blocked = 0, total = 0 } = counts;
    this._bar.show({ available, held, booked, blocked, total });
    this._sold.textContent = percent(words, share(booked, total));
    fill(this._counts, ...(/** @type {const} */ ([["booked", booked], ["held", held], ["blocked", blocked], ["available", available]])).filter(([state]) => state !== "available" || saleStatus !== "cancelled").map(([state, count]) =>
      h("span", {}, h("span", { class: `dot is-${state}` }), `${stateText(words, state)} ${words.number(count)}`)));
  }

  /** @param {import("../js/wire.js").Money} revenue */
  showRevenue({ amountMinor, currency }) {
    this._revenue.textContent = this._words.money(amountMinor, currency, { short: true });
  }
}
