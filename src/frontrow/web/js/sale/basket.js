/**
 * The buyer's seats: what they want, what the server has granted, and the work that brings the two together.
 *
 * A change shows at once and is sent in the background, one request at a time; changes made meanwhile go together in
 * the next. Each seat's claim is `wanted` or not (the buyer's last word) and `holdId` or not (the server's); the two
 * agree when nothing is left to do. Pure of the page: it tells its listener what happened.
 */

/** @import { BestAvailable, Booking, ContactInfo, EventSummary, Hold } from "../wire.js" */
/** @import { ApiClient } from "../api.js" */
/** @import { Venue } from "../venue/venue.js" */

import { ApiProblem, Problem, freshKey } from "../api.js";
import { HELD } from "../venue/seat-states.js";
import { HoldTimes } from "./hold-times.js";

/** Another process of the server may be this far behind with a change that was just answered. */
const SETTLING_MS = 400;

/**
 * @typedef {object} Claim
 * @property {boolean} wanted
 * @property {string | null} holdId the hold that has the seat, as far as the server has said
 * @property {string | null} tableId held as part of this whole table
 * @property {boolean} sending
 * @property {number} settledAtMs local time of the server's last word on this seat
 */

/**
 * @typedef {object} BasketListener
 * @property {() => void} onChange something to draw or to list differs
 * @property {(hold: Hold, added: number[]) => void} onHeld
 * @property {() => void} onProlonged a hold lasts longer
 * @property {(seats: number[]) => void} onReleased
 * @property {(refused: { seat: number, reason: string }[]) => void} onRefused these could not be had; the rest goes on
 * @property {(reason: BestRefusal) => void} onBestRefused the best available could not be had
 * @property {(lost: number[]) => void} onLost the server no longer holds these for us
 * @property {(problem: Problem, doing: "hold" | "release" | "extend" | "look") => void} onProblem
 */

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
    /** @type {Map<number, Claim>} by layout index, in the order chosen */
    this.claims = new Map();
    this._times = new HoldTimes(() => api.clock.nowMs());
    /** @type {BestAvailable | null} what the server is to choose for us */
    this._best = null;
    this._working = false;
    /** Whether the server may hold seats of ours that it has not told of: a request ended without an answer. */
    this._uncertain = false;
    this._looking = false;
    /** Counts what was heard of our seats: a look that was asked for before the last of it tells of the past. */
    this._revision = 0;
    /** @type {{ body: string, key: string } | null} the booking being tried, kept over retries */
    this._booking = null;
    this.booking = false;
  }

  /** The seats the buyer wants, in the order chosen. @returns {number[]} */
  get seats() {
    return [...this.claims].filter(([, claim]) => claim.wanted).map(([seat]) => seat);
  }

  /** Whether every wanted seat is held and nothing is under way. */
  get settled() {
    return [...this.claims.values()].every((claim) => claim.wanted && claim.holdId !== null && !claim.sending);
  }

  /** Whether the server is choosing seats for us. */
  get choosing() {
    return this._best !== null;
  }

  /** The holds that have seats of ours. @returns {string[]} */
  get holdIds() {
    return [...new Set([...this.claims.values()].flatMap(({ holdId }) => holdId ?? []))];
  }

  /** When the first of the holds runs out, milliseconds by the server's clock; null without one. */
  get expiresAtMs() {
    const held = new Set([...this.claims.values()].flatMap(({ wanted, holdId }) => (wanted && holdId) || []));
    const expiries = [...held].flatMap((holdId) => this._times.expiresAtMs(holdId) ?? []);
    return expiries.length ? Math.min(...expiries) : null;
  }

  /** In minor units of the event's currency. */
  get totalMinor() {
    return this.seats.reduce((sum, seat) => sum + this.priceMinor(seat), 0);
  }

  /** @param {number} seat */
  priceMinor(seat) {
    return this.event.prices[this._venue.seat(seat).categoryId] ?? 0;
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
    if (this.seats.length + fresh.length > this.seatsMax) return "full";
    for (const seat of fresh) {
      const claim = this.claims.get(seat);
      if (claim) claim.wanted = true;
      else this.claims.set(seat, { wanted: true, holdId: null, tableId, sending: false, settledAtMs: 0 });
    }
    this._listener.onChange();
    void this._work();
    return "done";
  }

  /**
   * Take the best seats there are; which, the server says. They appear as held when it has.
   * @param {BestAvailable} wish
   * @returns {Taken}
   */
  takeBest(wish) {
    if (this.booking || this.choosing) return "busy";
    if (this.seats.length + wish.count > this.seatsMax) return "full";
    this._best = wish;
    this._listener.onChange();
    void this._work();
    return "done";
  }

  /**
   * Give the seats back; a seat held with a whole table goes with its table.
   * @param {readonly number[]} seats
   * @returns {Taken}
   */
  giveBack(seats) {
    if (this.booking) return "busy";
    for (const seat of seats) for (const one of this._together(seat)) this._unwant(one);
    this._listener.onChange();
    void this._work();
    return "done";
  }

  /** @param {number} seat @returns {number[]} the seat, or all seats of the table it was taken with */
  _together(seat) {
    const tableId = this.claims.get(seat)?.tableId;
    if (!tableId) return [seat];
    return [...this.claims].filter(([, claim]) => claim.tableId === tableId).map(([other]) => other);
  }

  /** @param {number} seat */
  _unwant(seat) {
    const claim = this.claims.get(seat);
    if (!claim) return;
    claim.wanted = false;
    if (claim.holdId === null && !claim.sending) this.claims.delete(seat);
  }

  async _work() {
    if (this._working) return;
    this._working = true;
    try {
      for (;;) {
        const due = [...this.claims].filter(([, claim]) => claim.wanted === (claim.holdId === null));
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
    if (this._uncertain) await this.look();
  }

  /** @param {[number, Claim][]} due */
  async _add(due) {
    for (const [, claim] of due) claim.sending = true;
    const [holdId] = this.holdIds;
    const tableIds = [...new Set(due.flatMap(([, claim]) => claim.tableId ?? []))];
    const seatIds = due.filter(([, claim]) => !claim.tableId).map(([seat]) => this._venue.seat(seat).id);
    const wanted = {
      ...(seatIds.length ? { seatIds } : {}),
      ...(tableIds.length ? { tableIds } : {}),
      ...(holdId ? { holdId } : {}),
    };
    try {
      const hold = await this._api.hold(this.event.eventId, wanted, freshKey());
      this._times.learn(hold);
      this._settle(due, hold.holdId);
      this._listener.onHeld(hold, due.map(([seat]) => seat));
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
    if (problem instanceof ApiProblem && problem.code === "hold_not_found" && holdId) {
      await this._holdEnded(holdId);
      return;
    }
    const reasons = new Map(problem instanceof ApiProblem ? problem.refusals.map(({ seatId, reason }) => [seatId, reason]) : []);
    const refused = due
      .map(([seat]) => ({ seat, reason: reasons.get(this._venue.seat(seat).id) ?? "" }))
      .filter(({ reason }) => reason !== "");
    if (refused.length) {
      for (const { seat } of refused) for (const one of this._together(seat)) this.claims.delete(one);
      this._listener.onRefused(refused);
      return;
    }
    for (const [seat] of due) this.claims.delete(seat);
    this._uncertain ||= !(problem instanceof ApiProblem);
    this._listener.onProblem(problem, "hold");
  }

  /**
   * The hold ran out between two clicks: what it held is lost, what was asked for now becomes a new hold.
   * @param {string} holdId
   */
  async _holdEnded(holdId) {
    this._times.forget(holdId);
    await this.look();
    if (this._uncertain) for (const claim of this.claims.values()) if (claim.holdId === holdId) claim.holdId = null;
  }

  /** @param {BestAvailable} wish */
  async _choose(wish) {
    const [holdId] = this.holdIds;
    try {
      const hold = await this._api.hold(this.event.eventId, { bestAvailable: wish, ...(holdId ? { holdId } : {}) }, freshKey());
      this._best = null;
      this._revision += 1;
      this._times.learn(hold);
      const added = this._seatsOf(hold).filter((seat) => this.claims.get(seat)?.holdId !== hold.holdId);
      for (const seat of added) this._claimHeld(seat, hold);
      this._listener.onHeld(hold, added);
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      if (caught.code === "hold_not_found" && holdId) return this._holdEnded(holdId);
      this._best = null;
      this._uncertain ||= !(caught instanceof ApiProblem);
      const reason = BEST_REFUSALS[caught.code];
      if (reason) this._listener.onBestRefused(reason);
      else this._listener.onProblem(caught, "hold");
    }
  }

  /** @param {Hold} hold @returns {number[]} */
  _seatsOf(hold) {
    return hold.seatIds.flatMap((seatId) => this._venue.indexOf.get(seatId) ?? []);
  }

  /**
   * @param {number} seat
   * @param {Hold} hold
   */
  _claimHeld(seat, hold) {
    const known = this.claims.get(seat);
    const settledAtMs = Date.now();
    if (known) {
      Object.assign(known, { holdId: hold.holdId, settledAtMs });
      return;
    }
    const { tableId = "" } = this._venue.seat(seat);
    this.claims.set(seat, { wanted: true, holdId: hold.holdId, tableId: hold.tableIds.includes(tableId) ? tableId : null, sending: false, settledAtMs });
  }

  /** @param {[number, Claim][]} due */
  async _release(due) {
    const holdId = /** @type {string} */ (due[0][1].holdId);
    const batch = due.filter(([, claim]) => claim.holdId === holdId);
    for (const [, claim] of batch) claim.sending = true;
    try {
      await this._api.release(this.event.eventId, holdId, batch.map(([seat]) => this._venue.seat(seat).id));
      this._settle(batch, null);
      this._listener.onReleased(batch.map(([seat]) => seat));
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      for (const [, claim] of batch) {
        claim.sending = false;
        claim.wanted = true;
      }
      this._uncertain ||= !(caught instanceof ApiProblem);
      this._listener.onProblem(caught, "release");
    }
  }

  /**
   * @param {[number, Claim][]} batch
   * @param {string | null} holdId
   */
  _settle(batch, holdId) {
    this._revision += 1;
    for (const [seat, claim] of batch) {
      Object.assign(claim, { holdId, sending: false, settledAtMs: Date.now() });
      if (holdId === null && !claim.wanted) this.claims.delete(seat);
    }
  }

  /** Ask the server for another full time on every hold. */
  async extend() {
    const problem = await this._prolong(this.holdIds);
    if (problem) this._listener.onProblem(problem, "extend");
  }

  /**
   * Prolong, without a word to anybody, the holds of which little enough is left.
   * @returns {boolean} whether there was one
   */
  keepAlive() {
    if (this.booking) return false;
    const holdIds = this._times.due.filter((holdId) => this.holdIds.includes(holdId));
    if (holdIds.length) void this._prolong(holdIds);
    return holdIds.length > 0;
  }

  /**
   * Prolong what may be about to be given back, after a look at what there is.
   * @returns {Promise<boolean>} whether anything is held, and has its full time now
   */
  async keep() {
    if (this.booking) return false;
    await this.look();
    const { holdIds } = this;
    return (await this._prolong(holdIds)) === null && holdIds.length > 0;
  }

  /**
   * @param {readonly string[]} holdIds
   * @returns {Promise<Problem | null>} the first that was in the way of one
   */
  async _prolong(holdIds) {
    /** @type {Problem | null} */
    let problem = null;
    for (const holdId of holdIds) {
      try {
        this._times.prolonged(await this._api.extend(this.event.eventId, holdId));
      } catch (caught) {
        if (!(caught instanceof Problem)) throw caught;
        problem ??= caught;
      }
    }
    if (holdIds.length) this._listener.onChange();
    if (problem) await this.look();
    else if (holdIds.length) this._listener.onProlonged();
    return problem;
  }

  /**
   * Seats that this user has given back or booked elsewhere: they are gone, and nobody has lost them.
   * @param {readonly string[]} seatIds
   */
  forget(seatIds) {
    this._revision += 1;
    for (const seatId of seatIds) {
      const seat = this._venue.indexOf.get(seatId) ?? -1;
      if (this.claims.get(seat)?.sending === false) this.claims.delete(seat);
    }
    this._listener.onChange();
  }

  /** Something was held elsewhere: whoever looks from now on sees it, whoever looked before may not have. */
  lookAgain() {
    this._revision += 1;
    return this.look();
  }

  /** Read what the server holds for us, and believe it: after a reload, an expiry, a doubt. */
  async look() {
    if (this._looking) return;
    this._looking = true;
    try {
      for (;;) {
        const asked = this._revision;
        const holds = (await this._api.holds()).filter((hold) => hold.eventId === this.event.eventId);
        if (asked !== this._revision) continue;
        this._uncertain = false;
        this._believe(holds);
        break;
      }
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      this._uncertain = true;
      this._listener.onProblem(caught, "look");
    } finally {
      this._looking = false;
    }
  }

  /** @param {Hold[]} holds mine, of this event */
  _believe(holds) {
    this._times.replace(holds);
    const holdOf = new Map(holds.flatMap((hold) => this._seatsOf(hold).map((seat) => [seat, hold])));
    const lost = [];
    for (const [seat, claim] of [...this.claims]) {
      if (claim.sending || claim.holdId === null || holdOf.has(seat)) continue;
      if (claim.wanted) lost.push(seat);
      this.claims.delete(seat);
    }
    for (const [seat, hold] of holdOf) this._claimHeld(seat, hold);
    this._listener.onChange();
    if (lost.length) this._listener.onLost(lost);
  }

  /**
   * Whether what the server tells of all seats speaks against what we believe to hold, or we do not know.
   * @param {Uint8Array} states by layout index
   * @param {number} askedAtMs local time at which they were true, or later
   */
  doubts(states, askedAtMs) {
    if (this.booking || this._working) return false;
    return this._uncertain || [...this.claims].some(
      ([seat, claim]) => claim.holdId !== null && !claim.sending && askedAtMs > claim.settledAtMs + SETTLING_MS && states[seat] !== HELD,
    );
  }

  /**
   * Turn the held seats into a booking. The same try repeated has one effect, whatever was lost on the way.
   * @param {ContactInfo} contactInfo
   * @returns {Promise<Booking>}
   * @throws {Problem}
   */
  async book(contactInfo) {
    const seats = this.seats;
    const holdIds = new Set(seats.map((seat) => this.claims.get(seat)?.holdId ?? ""));
    const tableIds = [...new Set(seats.flatMap((seat) => this.claims.get(seat)?.tableId ?? []))];
    const seatIds = seats.filter((seat) => !this.claims.get(seat)?.tableId).map((seat) => this._venue.seat(seat).id);
    const [holdId] = holdIds;
    const what = holdIds.size === 1 ? { holdId } : { seatIds, tableIds };
    const order = { eventId: this.event.eventId, ...what, contactInfo };
    const body = JSON.stringify(order);
    if (this._booking?.body !== body) this._booking = { body, key: freshKey() };
    this.booking = true;
    this._listener.onChange();
    try {
      const booking = await this._api.book(order, this._booking.key);
      this._booking = null;
      this._revision += 1;
      this.claims.clear();
      for (const holdId of this._times.holdIds) this._times.forget(holdId);
      return booking;
    } finally {
      this.booking = false;
      this._listener.onChange();
    }
  }
}
