/**
 * One event as this buyer sees it: its drawing, the states of its seats kept fresh by the feed, and the buyer's
 * basket laid over them. Pure of the page: it tells its listener what changed.
 */

/** @import { ApiClient } from "../api.js" */
/** @import { SectionSale } from "../drawing/scene.js" */
/** @import { SeatCounts } from "../venue/seat-states.js" */
/** @import { Venue } from "../venue/venue.js" */
/** @import { Booking, ContactInfo, EventSummary, Order, SeatStates } from "../wire.js" */
/** @import { BasketListener } from "./basket.js" */
/** @import { Connection } from "./live-feed.js" */
/** @import { OrderingListener } from "./ordering.js" */
/** @import { TabNews } from "./tabs.js" */

import { Problem } from "../api.js";
import { AHEAD_MS_MAX } from "../api/server-clock.js";
import { AVAILABLE, BLOCKED, BOOKED, HELD, MINE, UNKNOWN, changedSeats, countState } from "../venue/seat-states.js";
import { Activity } from "./activity.js";
import { Basket } from "./basket.js";
import { Echoes } from "./echoes.js";
import { HoldGuard } from "./hold-guard.js";
import { Leaving } from "./leaving.js";
import { LiveFeed } from "./live-feed.js";
import { Ordering } from "./ordering.js";
import { PageLife } from "./page-life.js";
import { SeatStore } from "./seat-store.js";
import { spanMs } from "./span-clock.js";
import { Tabs } from "./tabs.js";

/** @type {Readonly<Record<string, number>>} */
const STATE_OF_REASON = { held: HELD, booked: BOOKED, blocked: BLOCKED };
/** What looks like a lost seat is asked about after this: another tab may be about to say what became of it. */
const DOUBT_MS = 500;
/** What speaks against an order is asked about no more often than this. */
const ORDER_DOUBT_EVERY_MS = 3_000;
/** A frame of the stream may have been on its way so long: it tells of the seats as they were then, or later. */
const ON_ITS_WAY_MS = 600;
/** By then the stream has told what an answer told before, or never will. */
const SETTLED_MS = 1_100;

/**
 * @typedef {object} SaleListener
 * @property {(changed: number[], byOthers: boolean) => void} onSeats these seats look different now
 * @property {() => void} onBasket what is wanted or held differs, or the seats are known at last
 * @property {BasketListener["onHeld"]} onHeld
 * @property {BasketListener["onRefused"]} onRefused at once; `alternativesTo` finds what else there is
 * @property {BasketListener["onBestRefused"]} onBestRefused
 * @property {BasketListener["onLost"]} onLost
 * @property {BasketListener["onProblem"]} onProblem
 * @property {OrderingListener["onOrder"]} onOrder
 * @property {OrderingListener["onAction"]} onAction
 * @property {(connection: Connection, problem: Problem | null) => void} onConnection how the states come now; it is
 *   another way than before. "polling": the stream is held back, states are ten seconds old; "offline": nothing comes
 * @property {() => void} onNewLayout the event has moved to another drawing: open it anew
 */

export class LiveSale {
  /**
   * @param {ApiClient} api
   * @param {EventSummary} event
   * @param {Venue} venue
   * @param {{ seatsMax: number, keepsHolds?: boolean, takesOrders?: boolean, listener: SaleListener, page?: PageLife }} options
   *   `keepsHolds`: what is held stays held when the page is left; `takesOrders`: orders are looked for, and shown
   */
  constructor(api, event, venue, { seatsMax, keepsHolds = false, takesOrders = false, listener, page = new PageLife() }) {
    this._api = api;
    this.event = event;
    this.venue = venue;
    this._listener = listener;
    this._store = new SeatStore(venue.indexOf, event);
    this._echoes = new Echoes();
    /** @type {Uint8Array} what each seat looks like to this buyer */
    this.states = this._store.states.slice();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._settling = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._doubting = undefined;
    this.basket = new Basket({ api, event, venue, seatsMax, listener: this._basketListener(listener) });
    this.takesOrders = takesOrders;
    /** By the span clock, when the server last told how the order stands, or was asked. */
    this._orderToldAtMs = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._orderDoubting = undefined;
    this.ordering = new Ordering({
      api, eventId: event.eventId, page,
      listener: {
        onOrder: (before) => {
          this._orderToldAtMs = spanMs();
          this._show(false);
          // Another tab's order may be told before this one's seats are: each looks for itself.
          if (this.ordering.phase !== before) this.feed.soon();
          listener.onOrder(before);
        },
        onAction: listener.onAction,
      },
    });
    this.feed = new LiveFeed(
      {
        open: (lastEventId, signal) => api.changes(event.eventId, lastEventId, signal),
        look: (etag) => api.seatStates(event.eventId, etag),
        position: () => this._store.position,
      },
      {
        onSnapshot: (snapshot, askedAtMs) => this._takeSnapshot(snapshot, askedAtMs),
        onChanges: (position, changes) => {
          const fits = this._store.takeChanges(position, changes);
          if (fits) this._told(spanMs() - ON_ITS_WAY_MS, true);
          return fits;
        },
        onUnchanged: (askedAtMs) => this._told(askedAtMs, false),
        onConnection: (connection, problem) => {
          if (connection === "live") this._settleSoon();
          listener.onConnection(connection, problem);
        },
      },
      { page },
    );
    this._tabs = new Tabs(`frontrow:${api.origin}:${event.eventId}`, (news) => this._hearTab(news));
    this._leaving = new Leaving(
      {
        holdIds: () => (keepsHolds || this.basket.booking ? [] : this.basket.claims.holdIds),
        releaseLeaving: (holdId, afterSeconds) => api.releaseLeaving(event.eventId, holdId, afterSeconds),
        onLeft: (holdIds) => {
          if (holdIds.length) this._tabs.tell({ what: "left", holdIds: [...holdIds] });
          this._tabs.stop();
        },
        keep: () => {
          this._tabs.start();
          return this.basket.holdings.keep();
        },
        keepShortened: () => this.basket.holdings.keepShortened(),
      },
      page,
    );
    this._guard = new HoldGuard(
      {
        any: () => !this.basket.booking && this.basket.claims.holdIds.length > 0,
        endingEarlier: () => this.basket.holdings.endingEarlier(),
        prolong: (holdIds) => this.basket.holdings.prolong(holdIds),
      },
      page,
    );
    this._activity = new Activity(() => this.basket.holdings.keepAlive(), { onSign: () => this._guard.used() });
  }

  /**
   * @param {SaleListener} listener
   * @returns {BasketListener}
   */
  _basketListener(listener) {
    return {
      onChange: () => {
        this._show(false);
        listener.onBasket();
      },
      onHeld: (hold, added) => {
        this._hear(added, HELD);
        this._tabs.tell({ what: "held" });
        listener.onHeld(hold, added);
      },
      onProlonged: () => this._tabs.tell({ what: "held" }),
      onReleased: (seats) => {
        this._hear(seats, AVAILABLE);
        this._tabs.tell({ what: "gone", seatIds: this._ids(seats) });
      },
      onRefused: (refused) => {
        for (const { seat, reason } of refused) this._hear([seat], STATE_OF_REASON[reason] ?? HELD);
        listener.onRefused(refused);
        this.feed.soon();
      },
      onBestRefused: listener.onBestRefused,
      onLost: (lost) => {
        this.feed.soon();
        listener.onLost(lost);
      },
      onProblem: listener.onProblem,
    };
  }

  /** Whether a first snapshot has come. */
  get known() {
    return this._store.known;
  }

  /** Whether a hold may look short only because the page was left: it is being prolonged. */
  get keeping() {
    return this._leaving.keeping;
  }

  /**
   * Whether seats can be had now. A sale that was to begin later begins here by itself, by the server's clock, when it
   * has certainly begun there: of all who wait for it nobody has to ask, or to load the page again.
   */
  get onSale() {
    const { saleStatus, salesStart } = this.event;
    if (saleStatus !== "scheduled" || !salesStart) return saleStatus === "on_sale";
    return this._api.clock.nowMs() >= Date.parse(salesStart) + AHEAD_MS_MAX;
  }

  /** Nothing of it can be had any more: its free seats read as not for sale. */
  get cancelled() {
    return this.event.saleStatus === "cancelled";
  }

  /**
   * @param {EventTarget} [surface] everything a buyer works with: what they do there keeps their hold alive. Without
   *   one the sale is only watched, and nothing is looked up or kept for anybody
   */
  start(surface) {
    this.feed.start();
    if (!surface) return;
    this._tabs.start();
    this._activity.watch(surface);
    this._guard.start();
    void this._leaving.start();
    if (this.takesOrders) void this.ordering.start();
  }

  stop() {
    this.feed.stop();
    this._leaving.stop();
    this._tabs.stop();
    this._activity.end();
    this._guard.stop();
    this.ordering.stop();
    clearTimeout(this._settling);
    clearTimeout(this._doubting);
    clearTimeout(this._orderDoubting);
  }

  /**
   * @param {SeatStates} snapshot
   * @param {number} askedAtMs
   */
  _takeSnapshot(snapshot, askedAtMs) {
    const first = !this.known;
    if (this._store.takeSnapshot(snapshot)) {
      this._told(askedAtMs, !first);
      if (first) this._listener.onBasket();
    } else {
      this.feed.stop();
      this._listener.onNewLayout();
    }
  }

  /**
   * The server has told of the seats.
   * @param {number} askedAtMs by the span clock, when what it told was true, or later
   * @param {boolean} byOthers what looks different now is somebody else's doing
   */
  _told(askedAtMs, byOthers) {
    this._echoes.forgetBefore(askedAtMs);
    this._doubt(askedAtMs);
    this._doubtOrder(askedAtMs);
    this._show(byOthers);
  }

  /**
   * Ask what is held for us where the states speak against what we believe.
   * @param {number} askedAtMs
   */
  _doubt(askedAtMs) {
    // A doubt that waits is not put off: at a hot sale the next frame always comes sooner.
    if (this._doubting !== undefined || !this.basket.doubts(this._store.states, askedAtMs)) return;
    this._doubting = setTimeout(() => {
      this._doubting = undefined;
      if (this.basket.doubts(this._store.states, spanMs())) void this.basket.look();
    }, Math.max(DOUBT_MS, this.basket.lookPauseMs));
  }

  /**
   * Ask how the order stands where its seats are held no more: it was paid, given up or ended elsewhere.
   * @param {number} askedAtMs
   */
  _doubtOrder(askedAtMs) {
    const held = () => this.orderedSeats.every((seat) => this._store.states[seat] === HELD);
    if (this._orderDoubting !== undefined || held() || askedAtMs < this._orderToldAtMs) return;
    this._orderDoubting = setTimeout(() => {
      this._orderDoubting = undefined;
      if (held()) return;
      this._orderToldAtMs = spanMs();
      void this.ordering.find();
    }, Math.max(DOUBT_MS, this._orderToldAtMs + ORDER_DOUBT_EVERY_MS - spanMs()));
  }

  /**
   * An answer has told of these seats before the feed did.
   * @param {readonly number[]} seats
   * @param {number} state
   */
  _hear(seats, state) {
    this._echoes.hear(seats, state, spanMs());
    this._settleSoon();
    this._show(false);
  }

  /** Where nothing more happens to a seat, no frame says that the stream has caught up with the answers. */
  _settleSoon() {
    clearTimeout(this._settling);
    this._settling = setTimeout(() => {
      if (this.feed.isLive) this._told(spanMs() - ON_ITS_WAY_MS, true);
    }, SETTLED_MS);
  }

  /** @param {TabNews} news from another tab of this browser */
  _hearTab(news) {
    if (news.what === "order") void (this.takesOrders && this.ordering.find());
    else if (news.what === "gone") this.basket.holdings.forget(news.seatIds);
    else if (news.what === "held") void this.basket.holdings.lookAgain();
    else if (news.holdIds.some((holdId) => this.basket.claims.holdIds.includes(holdId))) void this._leaving.keep();
  }

  /** @param {boolean} byOthers */
  _show(byOthers) {
    const states = this._store.states.slice();
    this._echoes.layOver(states);
    for (const seat of this.orderedSeats) states[seat] = MINE;
    for (const [seat, claim] of this.basket.claims) states[seat] = claim.wanted ? MINE : AVAILABLE;
    if (this.cancelled) for (let seat = 0; seat < states.length; seat++) if (states[seat] === AVAILABLE || states[seat] === HELD) states[seat] = BLOCKED;
    const changed = changedSeats(this.states, states);
    this.states = states;
    if (changed.length) this._listener.onSeats(changed, byOthers);
  }

  /** The seats of the buyer's own order that is not paid yet: theirs, though no hold has them. @returns {number[]} */
  get orderedSeats() {
    const { order, standing } = this.ordering;
    return order && standing ? this.indexesOf(order.seatIds) : [];
  }

  /** @param {readonly string[]} seatIds @returns {number[]} without those that the drawing has no more */
  indexesOf(seatIds) {
    return seatIds.flatMap((seatId) => this.venue.indexOf.get(seatId) ?? []);
  }

  /** @param {readonly number[]} seats */
  _ids(seats) {
    return seats.map((seat) => this.venue.seat(seat).id);
  }

  /**
   * Seats to take instead of these, the best choice first; none when there are none, or nobody can say.
   * @param {readonly number[]} seats
   * @returns {Promise<number[][]>} each as many as `seats`
   */
  async alternativesTo(seats) {
    try {
      const found = await this._api.suggestions(this.event.eventId, this._ids(seats));
      return found.map((seatIds) => this.indexesOf(seatIds));
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      return [];
    }
  }

  /**
   * @param {ContactInfo} contactInfo
   * @returns {Promise<Booking>}
   */
  async book(contactInfo) {
    const seats = this.basket.seats;
    const booking = await this.basket.book(contactInfo);
    this._hear(seats, BOOKED);
    this._tabs.tell({ what: "gone", seatIds: this._ids(seats) });
    this.feed.soon();
    return booking;
  }

  /**
   * @param {ContactInfo} customer
   * @returns {Promise<Order>}
   */
  async order(customer) {
    const seats = this.basket.seats;
    const order = await this.basket.order(customer);
    this._hear(seats, HELD);
    this.ordering.placed(order);
    this._tabs.tell({ what: "gone", seatIds: this._ids(seats) });
    this.orderTold();
    return order;
  }

  /** The order stands otherwise by this tab's doing: the others look. */
  orderTold() {
    this._tabs.tell({ what: "order" });
  }

  /** What this buyer has booked of the event already, newest first. @returns {Promise<Booking[]>} */
  bookings() {
    return this._api.bookingsOf(this.event.eventId);
  }

  /** @param {string} bookingId */
  booking(bookingId) {
    return this._api.booking(bookingId);
  }

  /** How each section sells, by section index. @returns {SectionSale[]} */
  sectionSales() {
    /** @type {SectionSale[]} */
    const sales = this.venue.sections.map(() => ({ available: 0, held: 0, booked: 0, total: 0, fromMinor: null }));
    for (let seat = 0; seat < this.states.length; seat++) {
      const section = this.venue.sectionOf[seat];
      if (section < 0 || this.states[seat] === UNKNOWN) continue;
      const sale = sales[section];
      // The buyer's own seats are not gone for the buyer: a section of nothing else is no grey one.
      const state = this.states[seat] === MINE ? AVAILABLE : this.states[seat];
      sale.total += 1;
      countState(sale, state);
      if (state !== AVAILABLE) continue;
      const price = this.basket.priceMinor(seat);
      if (sale.fromMinor === null || price < sale.fromMinor) sale.fromMinor = price;
    }
    return sales;
  }

  /** How each category sells, by category index. @returns {SeatCounts[]} */
  categorySales() {
    /** @type {SeatCounts[]} */
    const sales = this.venue.categories.map(() => ({ available: 0, held: 0, booked: 0 }));
    for (let seat = 0; seat < this.states.length; seat++) countState(sales[this.venue.categoryOf[seat]], this.states[seat]);
    return sales;
  }
}
