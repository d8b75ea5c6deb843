/**
 * What the server holds for this buyer: looked up where it is not known, prolonged while it is wanted.
 *
 * A look is believed whole, unless something newer was heard while it was under way; then it is taken again.
 */

/** @import { ApiClient } from "../api.js" */
/** @import { Venue } from "../venue/venue.js" */
/** @import { EventSummary, Hold } from "../wire.js" */
/** @import { Claims } from "./claims.js" */

import { ApiProblem, Problem } from "../api.js";
import { GrowingPause } from "../api/growing-pause.js";
import { HELD } from "../venue/seat-states.js";
import { HoldTimes } from "./hold-times.js";
import { spanMs } from "./span-clock.js";

/** Another process of the server may be this far behind with a change that was just answered. */
const SETTLING_MS = 400;
/** Who looks by itself waits so long after a look that failed, then longer and longer: what it lacks may never come. */
const LOOK_PAUSE_MS = 500;
const LOOK_PAUSE_MAX_MS = 30_000;

/**
 * @typedef {object} HoldingsListener
 * @property {() => void} onChange something to draw or to list differs
 * @property {() => void} onProlonged a hold lasts longer
 * @property {(lost: number[]) => void} onLost the server no longer holds these for us
 * @property {(problem: Problem, doing: "extend" | "look") => void} onProblem one that looks meet again and again is told
 *   once, until the server has said something else
 */

export class Holdings {
  /**
   * @param {object} options
   * @param {ApiClient} options.api
   * @param {EventSummary} options.event
   * @param {Venue} options.venue
   * @param {Claims} options.claims
   * @param {HoldingsListener} options.listener
   */
  constructor({ api, event, venue, claims, listener }) {
    this._api = api;
    this._event = event;
    this._venue = venue;
    this._claims = claims;
    this._listener = listener;
    this._times = new HoldTimes(() => api.clock.nowMs());
    /** Whether the server may hold seats of ours that it has not told of: a request ended without an answer. */
    this._uncertain = false;
    /** @type {Promise<void> | null} the look under way */
    this._looking = null;
    this._pause = new GrowingPause({ firstMs: LOOK_PAUSE_MS, mostMs: LOOK_PAUSE_MAX_MS });
    /** By the span clock, when the next look that nobody asked for is due. */
    this._lookAtMs = 0;
    /** The code of the problem that looks have met since one succeeded, and that was told. */
    this._met = "";
    /** Counts what was heard of our seats: a look that was asked for before the last of it tells of the past. */
    this._revision = 0;
    /** Whether a booking is being made: what is held becomes something else, and nobody is to judge it meanwhile. */
    this._booking = false;
    /** @type {Promise<boolean>} of the latest booking: whether it became one */
    this._bookingEnd = Promise.resolve(true);
    /** @type {(booked: boolean) => void} */
    this._endBooking = () => {};
  }

  /** When the first of the holds runs out, milliseconds by the server's clock; null without one. */
  get expiresAtMs() {
    const held = new Set([...this._claims.values()].flatMap(({ wanted, holdId }) => (wanted && holdId) || []));
    const expiries = [...held].flatMap((holdId) => this._times.expiresAtMs(holdId) ?? []);
    return expiries.length ? Math.min(...expiries) : null;
  }

  /** @param {Hold} hold @returns {number[]} the seats it has */
  seatsOf(hold) {
    return hold.seatIds.flatMap((seatId) => this._venue.indexOf.get(seatId) ?? []);
  }

  /** @param {Hold} hold that the server has just granted, or added to */
  granted(hold) {
    this._answered();
    this._times.learn(hold);
    for (const seat of this.seatsOf(hold)) this._claims.held(seat, hold, this._venue.seat(seat).tableId);
  }

  /** @param {readonly number[]} seats that the server has just taken back */
  released(seats) {
    this._answered();
    this._claims.settle(seats, null);
  }

  /** The server has told of what it holds for us. */
  _answered() {
    this._revision += 1;
    this._healed();
  }

  _healed() {
    this._pause.reset();
    this._lookAtMs = 0;
    this._met = "";
  }

  /**
   * A request came to nothing; without an answer it may have had its effect.
   * @param {Problem} problem
   */
  failed(problem) {
    this._uncertain ||= !(problem instanceof ApiProblem);
  }

  /**
   * The server knows this hold no more: what it held is lost.
   * @param {string} holdId
   */
  async ended(holdId) {
    this._times.forget(holdId);
    await this.look();
    // Nobody could say: the seats are asked for again.
    if (this._uncertain) for (const claim of this._claims.values()) if (claim.holdId === holdId) claim.holdId = null;
  }

  beginBooking() {
    this._booking = true;
    this._bookingEnd = new Promise((resolve) => (this._endBooking = resolve));
  }

  /** @param {boolean} booked everything that was held is booked now */
  endBooking(booked) {
    this._booking = false;
    this._endBooking(booked);
    if (!booked) return;
    this._revision += 1;
    this._claims.clear();
    this._times.replace([]);
  }

  /**
   * Seats that this user has given back or booked elsewhere: they are gone, and nobody has lost them.
   * @param {readonly string[]} seatIds
   */
  forget(seatIds) {
    this._revision += 1;
    for (const seatId of seatIds) {
      const seat = this._venue.indexOf.get(seatId) ?? -1;
      if (this._claims.get(seat)?.sending === false) this._claims.delete(seat);
    }
    this._listener.onChange();
  }

  /** Something was held elsewhere: whoever looks from now on sees it, whoever looked before may not have. */
  lookAgain() {
    this._revision += 1;
    return this.look();
  }

  /** Ask again where an answer was lost. */
  async settle() {
    if (this._uncertain) await this.look();
  }

  /** How long whoever looks by itself should wait now, milliseconds: looks have failed. */
  get lookPauseMs() {
    return Math.max(0, this._lookAtMs - spanMs());
  }

  /** Read what the server holds for us, and believe it: after a reload, an expiry, a doubt. */
  look() {
    this._looking ??= this._look().finally(() => (this._looking = null));
    return this._looking;
  }

  async _look() {
    try {
      for (;;) {
        const asked = this._revision;
        const holds = (await this._api.holds()).filter((hold) => hold.eventId === this._event.eventId);
        if (asked !== this._revision) continue;
        this._healed();
        this._uncertain = this._booking;
        if (!this._booking) this._believe(holds);
        break;
      }
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      this._uncertain = true;
      this._lookAtMs = spanMs() + this._pause.next(caught.retryAfterMs);
      if (this._met === caught.code) return;
      this._met = caught.code;
      this._listener.onProblem(caught, "look");
    }
  }

  /** @param {Hold[]} holds mine, of this event */
  _believe(holds) {
    this._times.replace(holds);
    const holdOf = new Map(holds.flatMap((hold) => this.seatsOf(hold).map((seat) => [seat, hold])));
    const lost = [];
    for (const [seat, claim] of [...this._claims]) {
      if (claim.sending || claim.holdId === null || holdOf.has(seat)) continue;
      if (claim.wanted) lost.push(seat);
      this._claims.delete(seat);
    }
    for (const [seat, hold] of holdOf) this._claims.held(seat, hold, this._venue.seat(seat).tableId);
    this._listener.onChange();
    if (lost.length) this._listener.onLost(lost);
  }

  /**
   * Whether what the server tells of all seats speaks against what we believe to hold, or we do not know.
   * @param {Uint8Array} states by layout index
   * @param {number} askedAtMs by the span clock, when they were true, or later
   */
  doubts(states, askedAtMs) {
    if (this._booking) return false;
    return this._uncertain || [...this._claims].some(
      ([seat, claim]) => claim.holdId !== null && !claim.sending && askedAtMs > claim.settledAtMs + SETTLING_MS && states[seat] !== HELD,
    );
  }

  /** Ask the server for another full time on every hold. */
  async extend() {
    const problem = await this._prolong(this._claims.holdIds);
    if (problem) this._listener.onProblem(problem, "extend");
  }

  /**
   * Prolong, without a word to anybody, the holds of which little enough is left.
   * @returns {boolean} whether there was one
   */
  keepAlive() {
    if (this._booking) return false;
    const due = this._due;
    if (due.length) void this._prolong(due);
    return due.length > 0;
  }

  /** The holds of which little enough is left. */
  get _due() {
    const { due } = this._times;
    return this._claims.holdIds.filter((holdId) => due.includes(holdId));
  }

  /** Look again, and prolong what has become short: something slower than the last extension may have come after it. */
  async keepShortened() {
    if (this._booking) return;
    await this.lookAgain();
    if (!this._booking) await this._prolong(this._due);
  }

  /**
   * Prolong what may be about to be given back, after a look at what there is; while a booking is being made, when it has
   * come to nothing.
   * @returns {Promise<boolean>} whether anything is held, and has its full time now
   */
  async keep() {
    if (this._booking && (await this._bookingEnd)) return false;
    await this.look();
    const { holdIds } = this._claims;
    return (await this._prolong(holdIds)) === null && holdIds.length > 0;
  }

  /**
   * The holds of ours that end earlier than we knew: somebody shortened them, as a page that was left does.
   * @returns {Promise<string[]>}
   * @throws {Problem}
   */
  async endingEarlier() {
    const asked = this._revision;
    const holds = await this._api.holds();
    if (this._booking || asked !== this._revision) return [];
    const ours = new Set(this._claims.holdIds);
    return holds.filter((hold) => ours.has(hold.holdId) && this._times.endsEarlier(hold)).map(({ holdId }) => holdId);
  }

  /**
   * Ask for another full time on these holds, without a word where it fails but what is lost.
   * @param {readonly string[]} holdIds
   */
  prolong(holdIds) {
    return this._prolong(holdIds);
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
        this._times.prolonged(await this._api.extend(this._event.eventId, holdId));
        this._revision += 1;
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
}
