/**
 * One event as this buyer sees it: its drawing, the states of its seats kept fresh by the feed, and the buyer's
 * basket laid over them. Pure of the page: it tells its listener what changed.
 */

/** @import { Booking, ContactInfo, EventSummary, SeatStates } from "../wire.js" */
/** @import { ApiClient } from "../api.js" */
/** @import { BasketListener } from "./basket.js" */
/** @import { SectionSale } from "../drawing/scene.js" */
/** @import { SeatCounts } from "../venue/seat-states.js" */

import { AVAILABLE, BLOCKED, BOOKED, HELD, MINE, changedSeats, countState, decodeStates } from "../venue/seat-states.js";
import { Venue } from "../venue/venue.js";
import { Basket } from "./basket.js";
import { Echoes } from "./echoes.js";
import { PollingFeed } from "./states-feed.js";

/** @type {Readonly<Record<string, number>>} */
const STATE_OF_REASON = { held: HELD, booked: BOOKED, blocked: BLOCKED };

/**
 * @typedef {object} SaleListener
 * @property {(changed: number[], byOthers: boolean) => void} onSeats these seats look different now
 * @property {() => void} onBasket
 * @property {BasketListener["onHeld"]} onHeld
 * @property {BasketListener["onRefused"]} onRefused
 * @property {BasketListener["onLost"]} onLost
 * @property {BasketListener["onProblem"]} onProblem
 * @property {(fresh: boolean, problem: unknown) => void} onFreshness whether the states are those of now
 * @property {() => void} onNewLayout the event has moved to another drawing: open it anew
 */

export class LiveSale {
  /**
   * @param {ApiClient} api
   * @param {EventSummary} event
   * @param {Venue} venue
   * @param {{ seatsMax: number, listener: SaleListener }} options
   */
  constructor(api, event, venue, { seatsMax, listener }) {
    this._api = api;
    this.event = event;
    this.venue = venue;
    this._listener = listener;
    this._echoes = new Echoes();
    this._known = false;
    /** @type {Uint8Array} what the server says, seat by seat; all blocked until the first snapshot */
    this._told = new Uint8Array(venue.seatCount).fill(BLOCKED);
    /** @type {Uint8Array} what each seat looks like to this buyer */
    this.states = this._told.slice();
    this.basket = new Basket({
      api,
      event,
      venue,
      seatsMax,
      listener: {
        onChange: () => this._show(false),
        onHeld: (hold, added) => {
          this._echoes.hear(added, HELD, Date.now());
          listener.onHeld(hold, added);
        },
        onReleased: (seats) => this._hear(seats, AVAILABLE),
        onRefused: (refused) => {
          for (const { seat, reason } of refused) this._hear([seat], STATE_OF_REASON[reason] ?? HELD);
          listener.onRefused(refused);
          this.feed.soon();
        },
        onLost: (lost) => {
          this.feed.soon();
          listener.onLost(lost);
        },
        onProblem: listener.onProblem,
      },
    });
    this.feed = new PollingFeed((etag) => api.seatStates(event.eventId, etag), {
      onStates: (states, askedAtMs) => this._take(states, askedAtMs),
      onUnchanged: (askedAtMs) => this._settled(askedAtMs),
      onTrouble: (problem) => listener.onFreshness(false, problem),
    });
  }

  /** Whether a first snapshot has come. */
  get known() {
    return this._known;
  }

  get onSale() {
    return this.event.saleStatus === "on_sale";
  }

  start() {
    this.feed.start();
    void this.basket.look();
  }

  stop() {
    this.feed.stop();
  }

  /**
   * @param {SeatStates} snapshot
   * @param {number} askedAtMs
   */
  _take(snapshot, askedAtMs) {
    if (snapshot.layoutVersion !== this.event.layoutVersion || snapshot.states.length !== this.venue.seatCount) {
      this._listener.onNewLayout();
      return;
    }
    const first = !this._known;
    this._known = true;
    this._told = decodeStates(snapshot.states, this.venue.seatCount);
    this.basket.check(this._told, askedAtMs);
    this._echoes.layOver(this._told, askedAtMs);
    this._show(!first);
    this._listener.onFreshness(true, null);
  }

  /** @param {number} askedAtMs */
  _settled(askedAtMs) {
    this.basket.check(this._told, askedAtMs);
    this._listener.onFreshness(true, null);
  }

  /**
   * @param {number[]} seats
   * @param {number} state
   */
  _hear(seats, state) {
    this._echoes.hear(seats, state, Date.now());
    for (const seat of seats) this._told[seat] = state;
    this._show(false);
  }

  /** @param {boolean} byOthers */
  _show(byOthers) {
    const states = this._told.slice();
    for (const [seat, claim] of this.basket.claims) states[seat] = claim.wanted ? MINE : AVAILABLE;
    const changed = changedSeats(this.states, states);
    this.states = states;
    if (changed.length) this._listener.onSeats(changed, byOthers);
    this._listener.onBasket();
  }

  /**
   * @param {ContactInfo} contactInfo
   * @returns {Promise<Booking>}
   */
  async book(contactInfo) {
    const seats = this.basket.seats;
    const booking = await this.basket.book(contactInfo);
    this._hear(seats, BOOKED);
    this.feed.soon();
    return booking;
  }

  /** What this buyer has booked of the event already, newest first. @returns {Promise<Booking[]>} */
  bookings() {
    return this._api.bookingsOf(this.event.eventId);
  }

  /** How each section sells, by section index. @returns {SectionSale[]} */
  sectionSales() {
    /** @type {SectionSale[]} */
    const sales = this.venue.sections.map(({ seats }) => ({ available: 0, held: 0, booked: 0, total: seats.length, fromMinor: null }));
    for (let seat = 0; seat < this.states.length; seat++) {
      const section = this.venue.sectionOf[seat];
      if (section < 0) continue;
      const sale = sales[section];
      // The buyer's own seats are not gone for the buyer: a section of nothing else is no grey one.
      const state = this.states[seat] === MINE ? AVAILABLE : this.states[seat];
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
