/**
 * The buyer's seats: what they want, what the server has granted, and the work that brings the two together.
 *
 * A change shows at once and is sent in the background, one request at a time; changes made meanwhile go together in
 * the next. Pure of the page: it tells its listener what happened.
 */

/** @import { ApiClient } from "../api.js" */
/** @import { Venue } from "../venue/venue.js" */
/** @import { BestAvailable, Booking, ContactInfo, EventSummary, Hold, Order } from "../wire.js" */
/** @import { Claim } from "./claims.js" */
/** @import { HoldingsListener } from "./holdings.js" */

import { ApiProblem, Problem, freshKey } from "../api.js";
import { priceOf } from "../venue/prices.js";
import { Claims } from "./claims.js";
import { Holdings } from "./holdings.js";

/**
 * @typedef {object} OwnBasketListener
 * @property {(hold: Hold, added: number[]) => void} onHeld
 * @property {(seats: number[]) => void} onReleased
 * @property {(refused: { seat: number, reason: string }[]) => void} onRefused these could not be had; the rest goes on
 * @property {(reason: BestRefusal) => void} onBestRefused the best available could not be had
 * @property {(problem: Problem, doing: "hold" | "release" | "extend" | "look") => void} onProblem
 */

/** @typedef {OwnBasketListener & Omit<HoldingsListener, "onProblem">} BasketListener */

/** @typedef {"done" | "full" | "busy"} Taken what became of a wish */
/** @typedef {"none_left" | "limit"} BestRefusal no such seats are free together; the server allows one user no more */

/** @type {Readonly<Record<string, BestRefusal>>} */
const BEST_REFUSALS = { seats_unavailable: "none_left", orphan_seats: "none_left", seat_limit_reached: "limit" };

export class Basket {
  /**
   * @param {object} options
   * @param {ApiClient} options.api
   * @param {EventSummary} options.event
   * @param {Venue} options.venue
   * @param {number} options.seatsMax
   * @param {BasketListener} options.listener
   */
  constructor({ api, event, venue, seatsMax, listener }) {
    this._api = api;
    this.event = event;
    this._venue = venue;
    this.seatsMax = seatsMax;
    this._listener = listener;
    /** By layout index, in the order chosen. */
    this.claims = new Claims();
    this.holdings = new Holdings({ api, event, venue, claims: this.claims, listener });
    /** @type {BestAvailable | null} what the server is to choose for us */
    this._best = null;
    this._working = false;
    /** @type {{ body: string, key: string } | null} the booking or order being tried, kept over repetitions */
    this._tried = null;
    /** Whether what is held is just being booked or ordered. */
    this.booking = false;
  }

  /** The seats the buyer wants, in the order chosen. @returns {number[]} */
  get seats() {
    return this.claims.seats;
  }

  /** Whether every wanted seat is held and nothing is under way. */
  get settled() {
    return this.claims.settled && !this.choosing;
  }

  /** Whether the server is choosing seats for us. */
  get choosing() {
    return this._best !== null;
  }

  /** When the first of the holds runs out, milliseconds by the server's clock; null without one. */
  get expiresAtMs() {
    return this.holdings.expiresAtMs;
  }

  /** In minor units of the event's currency. */
  get totalMinor() {
    return this.seats.reduce((sum, seat) => sum + this.priceMinor(seat), 0);
  }

  /** @param {number} seat */
  priceMinor(seat) {
    return priceOf(this.event.prices, this._venue.seat(seat).categoryId);
  }

  /**
   * Take the seats, all as one wish. With a table they are held as that whole table.
   * @param {readonly number[]} seats
   * @param {string | null} [tableId]
   * @returns {Taken}
   */
  take(seats, tableId = null) {
    if (this.booking) return "busy";
    const fresh = seats.filter((seat) => !this.claims.get(seat)?.wanted);
    if (!this._hasRoom(fresh.length)) return "full";
    for (const seat of fresh) this.claims.want(seat, tableId);
    return this._begin();
  }

  /**
   * Take the best seats there are; which, the server says. They appear as held when it has.
   * @param {BestAvailable} wish
   * @returns {Taken}
   */
  takeBest(wish) {
    if (this.booking || this.choosing) return "busy";
    if (!this._hasRoom(wish.count)) return "full";
    this._best = wish;
    return this._begin();
  }

  /**
   * Give the seats back; a seat held with a whole table goes with its table.
   * @param {readonly number[]} seats
   * @returns {Taken}
   */
  giveBack(seats) {
    if (this.booking) return "busy";
    for (const seat of seats) for (const one of this.claims.together(seat)) this.claims.unwant(one);
    return this._begin();
  }

  /** @param {number} seatCount */
  _hasRoom(seatCount) {
    return this.seats.length + (this._best?.count ?? 0) + seatCount <= this.seatsMax;
  }

  /** @returns {"done"} */
  _begin() {
    this._listener.onChange();
    void this._work();
    return "done";
  }

  async _work() {
    if (this._working) return;
    this._working = true;
    try {
      for (;;) {
        const { due } = this.claims;
        const adding = due.filter(([, claim]) => claim.wanted);
        if (adding.length) await this._add(adding);
        else if (due.length) await this._release(due);
        else if (this._best) await this._choose(this._best);
        else break;
        this._listener.onChange();
      }
    } finally {
      this._working = false;
    }
    await this.holdings.settle();
  }

  /** @param {[number, Claim][]} due */
  async _add(due) {
    for (const [, claim] of due) claim.sending = true;
    const [holdId] = this.claims.holdIds;
    const tableIds = [...new Set(due.flatMap(([, claim]) => claim.tableId ?? []))];
    const seatIds = due.filter(([, claim]) => !claim.tableId).map(([seat]) => this._venue.seat(seat).id);
    const wish = {
      ...(seatIds.length ? { seatIds } : {}),
      ...(tableIds.length ? { tableIds } : {}),
      ...(holdId ? { holdId } : {}),
    };
    try {
      const hold = await this._api.hold(this.event.eventId, wish, freshKey());
      const added = due.map(([seat]) => seat);
      this.claims.settle(added, hold.holdId);
      this.holdings.granted(hold);
      this._listener.onHeld(hold, added);
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      await this._addFailed(due, holdId, caught);
    }
  }

  /**
   * @param {[number, Claim][]} due
   * @param {string | undefined} holdId
   * @param {Problem} problem
   */
  async _addFailed(due, holdId, problem) {
    for (const [, claim] of due) claim.sending = false;
    // The hold ran out between two clicks: what was asked for now becomes a new one.
    if (problem.code === "hold_not_found" && holdId) return this.holdings.ended(holdId);
    const reasons = new Map(problem instanceof ApiProblem ? problem.refusals.map(({ seatId, reason }) => [seatId, reason]) : []);
    const refused = due
      .map(([seat]) => ({ seat, reason: reasons.get(this._venue.seat(seat).id) ?? "" }))
      .filter(({ reason }) => reason !== "");
    if (refused.length) {
      for (const { seat } of refused) for (const one of this.claims.together(seat)) this.claims.delete(one);
      this._listener.onRefused(refused);
      return;
    }
    for (const [seat] of due) this.claims.delete(seat);
    this.holdings.failed(problem);
    this._listener.onProblem(problem, "hold");
  }

  /** @param {BestAvailable} wish */
  async _choose(wish) {
    const [holdId] = this.claims.holdIds;
    try {
      const hold = await this._api.hold(this.event.eventId, { bestAvailable: wish, ...(holdId ? { holdId } : {}) }, freshKey());
      this._best = null;
      const added = this.holdings.seatsOf(hold).filter((seat) => this.claims.get(seat)?.holdId !== hold.holdId);
      this.holdings.granted(hold);
      this._listener.onHeld(hold, added);
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      if (caught.code === "hold_not_found" && holdId) return this.holdings.ended(holdId);
      this._best = null;
      this.holdings.failed(caught);
      const reason = BEST_REFUSALS[caught.code];
      if (reason) this._listener.onBestRefused(reason);
      else this._listener.onProblem(caught, "hold");
    }
  }

  /** @param {[number, Claim][]} due */
  async _release(due) {
    const holdId = /** @type {string} */ (due[0][1].holdId);
    const batch = due.filter(([, claim]) => claim.holdId === holdId);
    const seats = batch.map(([seat]) => seat);
    for (const [, claim] of batch) claim.sending = true;
    try {
      await this._api.release(this.event.eventId, holdId, seats.map((seat) => this._venue.seat(seat).id));
      this.holdings.released(seats);
      this._listener.onReleased(seats);
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      for (const [, claim] of batch) Object.assign(claim, { sending: false, wanted: true });
      this.holdings.failed(caught);
      this._listener.onProblem(caught, "release");
    }
  }

  /** Ask the server for another full time on every hold. */
  extend() {
    return this.holdings.extend();
  }

  /** How long whoever looks by itself should wait now, milliseconds: looks have failed. */
  get lookPauseMs() {
    return this.holdings.lookPauseMs;
  }

  /** Read what the server holds for us, and believe it. */
  look() {
    return this.holdings.look();
  }

  /**
   * Whether what the server tells of all seats speaks against what we believe to hold, or we do not know.
   * @param {Uint8Array} states by layout index
   * @param {number} askedAtMs by the span clock, when they were true, or later
   */
  doubts(states, askedAtMs) {
    return !this._working && this.holdings.doubts(states, askedAtMs);
  }

  /**
   * Turn the held seats into a booking. The same try repeated has one effect, whatever was lost on the way.
   * @param {ContactInfo} contactInfo
   * @returns {Promise<Booking>}
   * @throws {Problem}
   */
  async book(contactInfo) {
    const { seats } = this;
    const claims = seats.flatMap((seat) => this.claims.get(seat) ?? []);
    const holdIds = new Set(claims.map(({ holdId }) => holdId ?? ""));
    const tableIds = [...new Set(claims.flatMap(({ tableId }) => tableId ?? []))];
    const seatIds = seats.filter((seat) => !this.claims.get(seat)?.tableId).map((seat) => this._venue.seat(seat).id);
    const [holdId] = holdIds;
    const wish = { eventId: this.event.eventId, ...(holdIds.size === 1 ? { holdId } : { seatIds, tableIds }), contactInfo };
    return this._sell(() => this._api.book(wish, this._keyOf(wish)));
  }

  /**
   * Turn the held seats into an order: they are claimed until it is paid, or its payment window ends. The same try repeated
   * has one effect.
   * @param {ContactInfo} customer
   * @returns {Promise<Order>}
   * @throws {Problem}
   */
  order(customer) {
    return this._sell(async () => {
      const wish = { eventId: this.event.eventId, holdId: await this._oneHold(), customer };
      return this._api.placeOrder(wish, this._keyOf(wish));
    });
  }

  /** The hold that has all the seats: an order is of one. @returns {Promise<string>} */
  async _oneHold() {
    const [holdId, ...others] = this.claims.holdIds;
    if (others.length === 0) return holdId;
    const elsewhere = [...this.claims].filter(([, claim]) => claim.holdId !== holdId);
    const tableIds = [...new Set(elsewhere.flatMap(([, { tableId }]) => tableId ?? []))];
    const seatIds = elsewhere.filter(([, { tableId }]) => !tableId).map(([seat]) => this._venue.seat(seat).id);
    const wish = { holdId, ...(seatIds.length ? { seatIds } : {}), ...(tableIds.length ? { tableIds } : {}) };
    this.holdings.granted(await this._api.hold(this.event.eventId, wish, freshKey()));
    return holdId;
  }

  /** The Idempotency-Key of what is tried. @param {unknown} wish */
  _keyOf(wish) {
    const body = JSON.stringify(wish);
    if (this._tried?.body !== body) this._tried = { body, key: freshKey() };
    return this._tried.key;
  }

  /**
   * @template T
   * @param {() => Promise<T>} send what ends what is held, where it succeeds
   * @returns {Promise<T>}
   */
  async _sell(send) {
    this.booking = true;
    this.holdings.beginBooking();
    this._listener.onChange();
    let sold = false;
    try {
      const answer = await send();
      this._tried = null;
      sold = true;
      return answer;
    } finally {
      this.booking = false;
      this.holdings.endBooking(sold);
      this._listener.onChange();
    }
  }
}
