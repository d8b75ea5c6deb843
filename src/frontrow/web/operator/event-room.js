/** One event while it sells: figures, map, what just happened, charts, orders and bookings, all kept up to date. */

/** @import { EventSummary } from "../js/wire.js" */
/** @import { Interval } from "./answers.js" */
/** @import { Desk } from "./desk.js" */

import { ApiProblem } from "../js/api.js";
import { fill, h } from "../js/panels/markup.js";
import { priceOf } from "../js/venue/prices.js";
import { Venue } from "../js/venue/venue.js";
import { problemText } from "../js/words/problem-words.js";
import { BookingsPanel } from "./bookings-panel.js";
import { sell } from "./box-office.js";
import { CancellationPanel, cancelEvent } from "./cancellation-panel.js";
import { CategoriesPanel } from "./categories-panel.js";
import { ChangesPanel } from "./changes-panel.js";
import { CHANGES_MAX } from "./change-log.js";
import { changeEvent } from "./event-form.js";
import { LiveCounts } from "./live-counts.js";
import { MapPanel } from "./map-panel.js";
import { OrdersPanel } from "./orders-panel.js";
import { OverTimePanel } from "./over-time-panel.js";
import { blank, button } from "./panel.js";
import { Refresher } from "./refresher.js";
import { fittingInterval } from "./series.js";
import { sign } from "./signs.js";
import { Totals } from "./state-bar.js";
import { statusText } from "./status-text.js";
import { WantedPanel } from "./wanted-panel.js";
import { watch } from "./watch.js";

const AGAIN_MS = 4_000;

export class EventRoom {
  /**
   * @param {Desk} desk
   * @param {string} eventId
   */
  constructor(desk, eventId) {
    this._desk = desk;
    this._eventId = eventId;
    this.title = desk.words.t("operator.event");
    /** @type {{ end(): void }[]} */
    this._parts = [];
    this._ended = false;
    /** Counts the openings: what an earlier one was still asking for is not shown any more. */
    this._openings = 0;
    this.element = h("div", { class: "page" }, h("p", { class: "soft loading", role: "status" }, desk.words.t("operator.loading")));
    void this._open();
  }

  end() {
    this._ended = true;
    for (const part of this._parts) part.end();
    this._parts = [];
  }

  async _open() {
    const { api, words } = this._desk;
    const opening = ++this._openings;
    try {
      const event = await api.event(this._eventId);
      const layout = await api.layout(event.layoutId, event.layoutVersion);
      const interval = await this._fittingInterval();
      if (!this._isOver(opening)) this._show(event, new Venue(layout), interval);
    } catch (caught) {
      if (this._isOver(opening)) return;
      const absent = caught instanceof ApiProblem && (caught.status === 404 || caught.status === 422);
      fill(this.element, blank(words.t(absent ? "operator.event_absent" : "operator.event_away"), absent ? "" : problemText(words, caught, "operator"), h("a", { class: "act quiet", href: "#/" }, words.t("operator.all_events"))));
      if (absent) return;
      const again = setTimeout(() => void this._open(), AGAIN_MS);
      this._parts.push({ end: () => clearTimeout(again) });
    }
  }

  /** @param {number} opening */
  _isOver(opening) {
    return this._ended || opening !== this._openings;
  }

  /** @returns {Promise<Interval>} that shows the whole sale so far */
  async _fittingInterval() {
    const { api } = this._desk;
    for (const interval of /** @type {const} */ (["minute", "hour"])) {
      const { buckets, earlier } = (await api.stats(this._eventId, interval)).overTime;
      if (earlier.bookings === 0) return fittingInterval(buckets[0] ? Date.parse(buckets[0].startsAt) : Infinity, api.clock.nowMs());
    }
    return "day";
  }

  /** The event moved to another drawing: everything is built anew. */
  _anew() {
    const { _parts: parts } = this;
    this._parts = [];
    for (const part of parts) part.end();
    void this._open();
  }

  /**
   * @param {EventSummary} event
   * @param {Venue} venue
   * @param {Interval} interval
   */
  _show(event, venue, interval) {
    const desk = this._desk;
    const { api, words } = desk;
    const eventId = this._eventId;
    const opening = this._openings;
    const counts = new LiveCounts(venue);
    let now = event;
    const price = (/** @type {string} */ categoryId) => words.money(priceOf(now.prices, categoryId), now.currency, { short: true });
    const totals = new Totals(words, event.currency);
    const changes = new ChangesPanel(desk, venue);
    const categories = new CategoriesPanel(desk, venue, price);
    const map = new MapPanel(desk, { eventId, venue, stateOf: (seatId) => counts.stateOf(seatId), onDone: () => refresher.soon(), onSell: (seatIds) => sell(desk, { event: now, venue, seatIds }) });
    const wanted = new WantedPanel(desk, venue, (heat) => map.showHeat(heat));
    const overTime = new OverTimePanel(desk, { currency: event.currency, interval, onInterval: (chosen) => {
      interval = chosen;
      refresher.now();
    } });
    const bookings = new BookingsPanel(desk, { eventId, venue, onCancelled: () => refresher.soon(), onSelect: (seatIds) => map.select(seatIds, true) });
    const orders = new OrdersPanel(desk, { eventId, venue, onChanged: () => refresher.soon(), onSelect: (seatIds) => map.select(seatIds, true) });
    const cancelled = h("div", { class: "cancelled-place" });
    map.addTool(wanted.toggle);
    const head = this._head(event, venue, (changed) => {
      now = changed;
      // What is drawn and written in another currency or of another drawing is built anew.
      if (changed.currency !== event.currency || changed.layoutVersion !== event.layoutVersion) this._anew();
      else categories.reprice(price);
      if (changed.saleStatus === "cancelled") showCancellation();
    });
    const showCancellation = () => {
      if (cancelled.childElementCount) return;
      totals.showCancelled();
      const cancellation = new CancellationPanel(desk, eventId);
      this._parts.push(cancellation);
      cancelled.append(cancellation.element);
    };
    if (event.saleStatus === "cancelled") showCancellation();

    let [booked, held] = [-1, -1];
    const refresher = new Refresher(async () => {
      try {
        const [stats, recent, demand] = await Promise.all([api.stats(eventId, interval), api.recentChanges(eventId, CHANGES_MAX), api.demand(eventId)]);
        if (this._isOver(opening)) return;
        if (!counts.known) totals.showSeats(stats);
        totals.showRevenue(stats.revenue.amountMinor);
        categories.showRevenue(stats.byCategory);
        overTime.show(stats.overTime);
        changes.tell(recent);
        wanted.show(demand);
        if (booked >= 0 && booked !== stats.booked) bookings.refresh();
        if (booked >= 0 && (booked !== stats.booked || held !== stats.held)) orders.refresh();
        [booked, held] = [stats.booked, stats.held];
        head.trouble("");
      } catch (caught) {
        head.trouble(problemText(words, caught, "operator"));
      }
    });
    const watching = watch(api, event, venue, {
      onStates: (states) => {
        const changed = counts.see(states);
        totals.showSeats(counts.house);
        categories.showSeats(counts.categories);
        map.reflect();
        if (Object.keys(changed).length === 0) return;
        changes.hear(api.clock.nowMs(), changed);
        refresher.soon();
      },
      onConnection: (live) => head.live(live),
      onNewLayout: () => this._anew(),
    });
    this._parts.push(refresher, watching, overTime, wanted, orders, bookings, map);
    fill(this.element, head.element, cancelled, totals.element,
      h("div", { class: "floor" }, map.element, h("div", { class: "beside" }, changes.element, wanted.element)),
      h("div", { class: "charts" }, overTime.element, categories.element), orders.element, bookings.element);
    this.title = event.name;
    document.title = `${event.name} · ${words.t("operator.title")}`;
    refresher.now();
  }

  /**
   * @param {EventSummary} event
   * @param {(event: EventSummary) => void} onChanged
   */
  async _cancelEvent(event, onChanged) {
    const { api } = this._desk;
    // What it says of seats sold is as of now.
    const now = await api.event(event.eventId).catch(() => event);
    if (!(await cancelEvent(this._desk, now))) return;
    onChanged({ ...now, saleStatus: "cancelled" });
  }

  /**
   * @param {EventSummary} event
   * @param {Venue} venue
   * @param {(event: EventSummary) => void} onChanged
   */
  _head(event, venue, onChanged) {
    const { words } = this._desk;
    const name = h("h1", {});
    const when = h("span", {});
    const status = h("span", { class: "status" });
    const live = h("span", { class: "live", role: "status" });
    const trouble = h("p", { class: "form-fault", role: "status" });
    /** @param {EventSummary} shown */
    const show = (shown) => {
      event = shown;
      name.textContent = shown.name;
      when.textContent = words.dateTime(Date.parse(shown.startsAt));
      status.textContent = statusText(words, shown.saleStatus);
      status.dataset.status = shown.saleStatus;
      cancel.hidden = change.hidden = shown.saleStatus === "cancelled";
    };
    const cancel = button(words.t("operator.cancel_event"), () => void this._cancelEvent(event, (changed) => {
      show(changed);
      onChanged(changed);
    }), { sign: sign("cancel") });
    const change = button(words.t("operator.change_event"), () => void changeEvent(this._desk, event, venue.categories, (changed) => {
      show(changed);
      onChanged(changed);
    }), { sign: sign("pen") });
    show(event);
    const element = h("div", { class: "page-head" },
      h("div", {}, h("p", { class: "crumb" }, h("a", { href: "#/" }, words.t("operator.all_events"))), name,
        h("p", { class: "lead" }, status, live, when, h("span", { class: "soft" }, words.t("operator.drawing", { name: venue.name, version: String(event.layoutVersion) }))), trouble),
      h("div", { class: "head-acts" }, h("a", { class: "act quiet", href: `/?event=${encodeURIComponent(event.eventId)}`, target: "_blank", rel: "noopener" }, sign("outside"), h("span", {}, words.t("operator.buyers_page"))), cancel, change));
    return {
      element,
      /** @param {boolean} connected */
      live: (connected) => {
        live.textContent = words.t(connected ? "operator.live" : "operator.not_live");
        live.dataset.live = String(connected);
      },
      /** @param {string} text */
      trouble: (text) => (trouble.textContent = text),
    };
  }
}
