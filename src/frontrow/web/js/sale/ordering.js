/**
 * The buyer's order of this event, from the claim of its seats to the booking: placed, paid, waited for, given up, and
 * found again after a reload, in another tab, or when the gateway's page was closed.
 *
 * What the server says is believed whole; nothing here decides how an order stands. Pure of the page: it tells its
 * listener what changed.
 */

/** @import { ApiClient } from "../api.js" */
/** @import { Order, PaymentAction } from "../wire.js" */
/** @import { OrderPhase } from "./order-phases.js" */
/** @import { PageLife } from "./page-life.js" */

import { ApiProblem, Problem, freshKey } from "../api.js";
import { GrowingPause } from "../api/growing-pause.js";
import { isEnded, isPayable, isStanding, phaseOf } from "./order-phases.js";

/** Where somebody waits for the answer, and where it takes as long as it takes: first look, and the longest pause. */
const SOON_MS = { firstMs: 1_000, mostMs: 8_000 };
const SOMETIME_MS = { firstMs: 4_000, mostMs: 20_000 };
/** After the payment window's end the server has a moment to carry it out. */
const ENDED_AFTER_MS = 1_500;
const TIMER_MS_MAX = 10 * 60_000;

/**
 * @typedef {object} OrderingListener
 * @property {(before: OrderPhase | null) => void} onOrder the order, or what is being done with it, differs
 * @property {(order: Order, action: PaymentAction) => void} onAction the buyer has to go somewhere to pay
 */

export class Ordering {
  /**
   * @param {object} options
   * @param {ApiClient} options.api
   * @param {string} options.eventId
   * @param {OrderingListener} options.listener
   * @param {PageLife} options.page
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} [options.storage] where the order is remembered, so that
   *   a page that comes back from the gateway can tell how it ended
   */
  constructor({ api, eventId, listener, page, storage = browserStorage() }) {
    this._api = api;
    this._eventId = eventId;
    this._listener = listener;
    this._page = page;
    this._storage = storage;
    this._key = `frontrow.order:${api.origin}:${eventId}`;
    /** @type {Order | null} */
    this.order = null;
    /** @type {"paying" | "leaving" | "giving_up" | null} what was asked for and is not answered; `leaving` for the gateway's page */
    this.doing = null;
    /** @type {Problem | null} what came of the last thing that was asked for */
    this.fault = null;
    /** @type {{ for: string, key: string } | null} the attempt at paying that is being tried, kept over repetitions */
    this._attempt = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
    this._pause = new GrowingPause(SOON_MS);
    /** @type {OrderPhase | null} the pause is of */
    this._paused = null;
    /** @type {Promise<void> | null} */
    this._looking = null;
    this._running = false;
    this._unwatch = () => {};
  }

  /** @returns {OrderPhase | null} null without an order */
  get phase() {
    return this.order && phaseOf(this.order);
  }

  /** Whether the order's seats are its buyer's now. */
  get standing() {
    return this.phase !== null && isStanding(this.phase);
  }

  /** The end of the payment window, milliseconds by the server's clock; null where nothing is to be paid. */
  get payUntilMs() {
    return this.phase !== null && isPayable(this.phase) && this.order?.payUntil ? Date.parse(this.order.payUntil) : null;
  }

  /** The same end while its payment is being processed too, as long as it lies ahead; null where it says nothing. */
  get windowEndMs() {
    if (this.phase !== "processing" || this.order?.status !== "paying" || !this.order.payUntil) return this.payUntilMs;
    const endMs = Date.parse(this.order.payUntil);
    return endMs > this._api.clock.nowMs() ? endMs : null;
  }

  start() {
    this._running = true;
    this._unwatch = this._page.watch({
      hidden: () => clearTimeout(this._timer), shown: () => void this.find(), online: () => void this.find(),
      back: () => {
        if (this.doing === "leaving") this.doing = null;
        void this.find();
      },
    });
    return this.find();
  }

  stop() {
    this._running = false;
    this._unwatch();
    clearTimeout(this._timer);
  }

  /** See how the order stands, or whether there is one: after a reload, in another tab, back from the gateway. */
  find() {
    this._looking ??= this._find().finally(() => {
      this._looking = null;
      this._plan();
    });
    return this._looking;
  }

  async _find() {
    try {
      const known = this.order?.orderId ?? this._remembered();
      const found = known === null ? null : await this._known(known);
      if (found) return this._show(found);
      const open = await this._api.openOrders();
      // A booking's refund is told where the booking is; here it would be news of another purchase.
      this._show(open.find((order) => order.eventId === this._eventId && isStanding(phaseOf(order))) ?? null);
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      // The next look tells. Until then the order is as it was.
    }
  }

  /**
   * @param {string} orderId
   * @returns {Promise<Order | null>} null where nobody of that token has it
   */
  async _known(orderId) {
    try {
      return await this._api.order(orderId);
    } catch (caught) {
      if (caught instanceof ApiProblem && (caught.status === 404 || caught.status === 401)) return null;
      throw caught;
    }
  }

  /** @param {Order | null} order */
  _show(order) {
    const before = this.phase;
    const same = JSON.stringify(order) === JSON.stringify(this.order);
    this.order = order;
    this._remember(order?.orderId ?? null);
    if (order && this.phase !== before) this.fault = null;
    if (!same) this._listener.onOrder(before);
  }

  /** An order was just placed. @param {Order} order */
  placed(order) {
    this.fault = null;
    this._show(order);
    this._plan();
  }

  /**
   * Pay, or go on paying: the listener hears where the buyer has to go. An attempt repeated is the same attempt until it has
   * been answered.
   * @param {string} returnUrl where the gateway's page sends the buyer back to
   */
  async pay(returnUrl) {
    const { order } = this;
    if (!order || this.doing || !isPayable(phaseOf(order))) return;
    const going = order.payment?.action;
    if (phaseOf(order) === "waiting" && going) return this._go(order, going);
    const paid = `${order.orderId} ${order.payment?.paymentId ?? ""}`;
    if (this._attempt?.for !== paid) this._attempt = { for: paid, key: freshKey() };
    const { key } = this._attempt;
    await this._do("paying", async () => {
      const answer = await this._api.payOrder(order.orderId, { returnUrl }, key);
      this._attempt = null;
      this._show(answer);
      if (answer.payment?.action && this.phase === "waiting") this._go(answer, answer.payment.action);
    });
  }

  /**
   * @param {Order} order
   * @param {PaymentAction} action
   */
  _go(order, action) {
    this._listener.onAction(order, action);
  }

  /** The buyer goes to the gateway's page: whatever is pressed meanwhile does nothing. */
  leave() {
    this.doing = "leaving";
    this._listener.onOrder(this.phase);
  }

  async giveUp() {
    const { order } = this;
    if (!order || this.doing) return;
    await this._do("giving_up", async () => this._show(await this._api.cancelOrder(order.orderId)));
  }

  /**
   * @param {"paying" | "giving_up"} what
   * @param {() => Promise<void>} act
   */
  async _do(what, act) {
    this.doing = what;
    this.fault = null;
    this._listener.onOrder(this.phase);
    /** @type {Problem | null} */
    let fault = null;
    try {
      await act();
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      if (caught instanceof ApiProblem && !caught.passing) this._attempt = null;
      fault = caught;
    }
    if (fault) await this.find();
    if (this.doing === what) this.doing = null;
    // How it stands says more than that it was refused.
    this.fault = fault !== null && !this._tells(fault) ? fault : null;
    this._plan();
    this._listener.onOrder(this.phase);
  }

  /** Whether the order as it is now says what this refusal says. @param {Problem} fault */
  _tells({ code }) {
    const { phase } = this;
    return code === "payment_declined" ? phase === "declined" : code === "order_state" && phase !== null && !isPayable(phase);
  }

  /** The buyer has seen how it ended. */
  dismiss() {
    if (this.phase !== null && isStanding(this.phase)) return;
    this.order = null;
    this._remember(null);
    clearTimeout(this._timer);
    this._listener.onOrder(null);
  }

  /** Look again when there may be news, more and more seldom; not while nobody sees the page. */
  _plan() {
    clearTimeout(this._timer);
    const { phase } = this;
    if (!this._running || this._page.hidden || phase === null || isEnded(phase)) return;
    this._timer = setTimeout(() => void this.find(), Math.min(TIMER_MS_MAX, this._pauseMs(phase)));
  }

  /** @param {OrderPhase} phase */
  _pauseMs(phase) {
    if (this._paused !== phase) this._pause = new GrowingPause(phase === "processing" || phase === "giving_up" ? SOON_MS : SOMETIME_MS);
    this._paused = phase;
    const untilMs = this.payUntilMs === null ? Infinity : this.payUntilMs + ENDED_AFTER_MS - this._api.clock.nowMs();
    if ((phase === "payable" || phase === "declined") && untilMs > 0) return untilMs;
    return Math.min(this._pause.next(), untilMs > 0 ? untilMs : Infinity);
  }

  /** @returns {string | null} */
  _remembered() {
    try {
      return this._storage?.getItem(this._key) ?? null;
    } catch {
      return null;
    }
  }

  /** @param {string | null} orderId */
  _remember(orderId) {
    try {
      if (orderId === null) this._storage?.removeItem(this._key);
      else if (this._storage?.getItem(this._key) !== orderId) this._storage?.setItem(this._key, orderId);
    } catch {
      // Then only what is still open is found again.
    }
  }
}

function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
