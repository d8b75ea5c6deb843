/**
 * `<seat-map event="…">`: a live seat map with a basket, from the first look to the booking.
 *
 * Attributes: `event` the event's id; `api` where the server is, if not where this module came from; `token` a
 * buyer's token, if not a guest's that is made when first needed and kept in this browser; `max-seats` 1 to 50;
 * `category` the id of the only category whose seats can be chosen; `locale` BCP 47, if not the page's language, else the
 * browser's; `theme` light or dark, if not the reader's own; `checkout` how held seats become a booking, `orders`, `direct`
 * or `none`, if not as the event says; `keep-hold`: the seats stay held when the page is left, as where
 * the next page is the shop's own checkout; `mode="select"` for operators: a press selects seats of any
 * state, Shift with a drag all in a rectangle, Escape none, and nothing is held.
 *
 * Properties: `getToken`, a function that gives a token or a promise of one, goes before `token` and is asked for each
 * request; `selected`, the ids of the selected seats; `drawsRectangles`, whether any drag draws a rectangle in the mode
 * `select`; `heat`, a number from 0 to 1 by seat id, or null. `stateOf(seatId)` and `positionOf(seatId)`
 * tell of a seat what it looks like and where it is.
 *
 * DOM events: `opened` {event}, `sale-opened` {event}, `seats-held` {hold, seatIds}, `hold-expiring` {expiresAt},
 * `hold-lost` {seatIds}, `checkout` {holdIds, seatIds}, `order-placed` {order}, `payment-required` {order, action}, `booked` {booking},
 * `selection-changed` {seatIds}, `error` {code, message}; all but `error` bubble, and all leave the shadow tree. What
 * `checkout` and `payment-required` are followed by is left to whoever prevents it.
 */

/** @import { EventSummary } from "./wire.js" */
/** @import { Way } from "./checkout.js" */
/** @import { GetToken } from "./api.js" */

import { GrowingPause } from "./api/growing-pause.js";
import { OpenEvent } from "./open-event.js";
import { cover } from "./panels/cover.js";
import { ApiClient, ApiProblem, OriginNotAllowed, Problem } from "./api.js";
import { styles } from "./styles/styles.js";
import { themeOf } from "./theme.js";
import { STATE_WORD } from "./venue/seat-states.js";
import { Venue } from "./venue/venue.js";
import { wordsFor } from "./words/words.js";

/** The server that this module came from; its path may begin with the version of all modules. */
const HOME = new URL("..", import.meta.url).href.replace(/~[0-9a-f]+\/$/, "");
const SEATS_MAX = 20;
/** The server's bound on one request. */
const SEATS_MAX_LIMIT = 50;
const TRY_AGAIN_MS = 5_000;
const TRY_AGAIN_MAX_MS = 60_000;

export class SeatMap extends HTMLElement {
  static observedAttributes = ["event", "api", "token", "max-seats", "category", "mode", "keep-hold", "checkout", "locale", "theme"];

  constructor() {
    super();
    /** @type {GetToken | null} */
    this.getToken = this.getToken ?? null; // set on the tag before this class was there
    /** @type {string[]} */
    this._selected = [];
    /** @type {Record<string, number> | null} */
    this._heat = null;
    this._draws = false;
    this._root = this.attachShadow({ mode: "open" });
    this._root.adoptedStyleSheets = styles();
    /** @type {OpenEvent | null} */
    this._opened = null;
    /** Counts the openings: what belongs to an earlier one is dropped. */
    this._opening = 0;
    this._due = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._again = undefined;
    this._pause = new GrowingPause({ firstMs: TRY_AGAIN_MS, mostMs: TRY_AGAIN_MAX_MS });
    this._scheme = matchMedia("(prefers-color-scheme: dark)");
    this._contrast = matchMedia("(forced-colors: active)");
    this._reschemed = () => this._opened?.pane.setTheme(themeOf(this));
    for (const name of /** @type {const} */ (["selected", "heat", "drawsRectangles"])) this._upgrade(name);
  }

  connectedCallback() {
    this._scheme.addEventListener("change", this._reschemed);
    this._contrast.addEventListener("change", this._reschemed);
    this._openSoon();
  }

  disconnectedCallback() {
    this._scheme.removeEventListener("change", this._reschemed);
    this._contrast.removeEventListener("change", this._reschemed);
    this._close();
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    if (name === "theme") this._reschemed();
    else if (name === "category") this._opened?.restrict(now);
    else if (name === "max-seats") {
      if (this._opened) this._opened.sale.basket.seatsMax = this._seatsMax;
    } else if (name !== "token") this._openSoon();
  }

  /** The ids of the seats selected in the mode `select`, in the order selected. Setting it tells nobody. @returns {string[]} */
  get selected() {
    return this._opened ? this._opened.selected : [...this._selected];
  }

  set selected(seatIds) {
    this._selected = [...seatIds];
    if (this._opened) this._opened.selected = this._selected;
  }

  /** How wanted each seat is, 0 to 1 by seat id: colours the seats instead of their categories. @returns {Record<string, number> | null} */
  get heat() {
    return this._heat;
  }

  set heat(heat) {
    this._heat = heat ?? null;
    this._opened?.setHeat(this._heat);
  }

  /** Whether any drag draws a rectangle in the mode `select`, not only one with Shift, which fingers have not; two fingers still move the map. */
  get drawsRectangles() {
    return this._draws;
  }

  set drawsRectangles(draws) {
    this._draws = Boolean(draws);
    this._opened?.drawRectangles(this._draws);
  }

  /** A property that was set on the tag before this class was there goes through its setter. @param {"selected" | "heat" | "drawsRectangles"} name */
  _upgrade(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete this[name];
    Object.assign(this, { [name]: value });
  }

  /**
   * What a seat looks like to this buyer.
   * @param {string} seatId
   * @returns {"available" | "held" | "booked" | "blocked" | "mine" | null} null before the first snapshot, and for a
   *   seat that is not on this map
   */
  stateOf(seatId) {
    const sale = this._opened?.sale;
    const seat = sale?.known ? sale.venue.indexOf.get(seatId) : undefined;
    return sale === undefined || seat === undefined ? null : /** @type {"mine"} */ (STATE_WORD[sale.states[seat]]);
  }

  /**
   * Where a seat's centre is now, in CSS pixels of the window, be it in view or not.
   * @param {string} seatId
   * @returns {{ x: number, y: number } | null} null for a seat that is not on this map
   */
  positionOf(seatId) {
    const seat = this._opened?.sale.venue.indexOf.get(seatId);
    return seat === undefined ? null : (this._opened?.pane.positionOf(seat) ?? null);
  }

  get _seatsMax() {
    const asked = Number.parseInt(this.getAttribute("max-seats") ?? "", 10);
    return asked >= 1 ? Math.min(asked, SEATS_MAX_LIMIT) : SEATS_MAX;
  }

  /** @returns {Way | null} null where the attribute names none */
  get _way() {
    const named = this.getAttribute("checkout");
    return named === "orders" || named === "direct" || named === "none" ? named : null;
  }

  /** The attribute's language, else that of the page around, else the browser's. */
  get _words() {
    return wordsFor(this.getAttribute("locale") || this.parentElement?.closest("[lang]")?.getAttribute("lang"));
  }

  /** Several attributes set in one go open the event once. */
  _openSoon() {
    if (this._due) return;
    this._due = true;
    queueMicrotask(() => {
      this._due = false;
      if (this.isConnected) void this._open();
    });
  }

  _close() {
    this._opening += 1;
    clearTimeout(this._again);
    this._opened?.end();
    this._opened = null;
  }

  async _open() {
    this._close();
    const eventId = this.getAttribute("event");
    if (!eventId) return;
    const opening = this._opening;
    const api = new ApiClient({
      origin: this.getAttribute("api") || HOME,
      getToken: () => (this.getToken ? this.getToken() : this.getAttribute("token")),
    });
    this._cover(cover(this._words, { kind: "loading" }));
    try {
      const event = await api.event(eventId);
      if (opening !== this._opening) return;
      this._tell("opened", { event });
      const layout = await api.layout(event.layoutId, event.layoutVersion);
      if (opening === this._opening) this._show(api, event, new Venue(layout));
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught;
      if (opening === this._opening) this._failed(caught);
    }
  }

  /**
   * @param {ApiClient} api
   * @param {EventSummary} event
   * @param {Venue} venue
   */
  _show(api, event, venue) {
    this._pause.reset();
    this._opened = new OpenEvent(api, event, venue, {
      theme: themeOf(this),
      fontFamily: getComputedStyle(this).fontFamily,
      words: this._words,
      seatsMax: this._seatsMax,
      mode: this.getAttribute("mode") === "select" ? "select" : "buy",
      keepsHolds: this.hasAttribute("keep-hold"),
      way: this._way,
      listener: {
        onHeld: (hold, seatIds) => this._tell("seats-held", { hold, seatIds }),
        onSaleOpened: (event) => this._tell("sale-opened", { event }),
        onExpiring: (atMs) => this._tell("hold-expiring", { expiresAt: new Date(atMs).toISOString() }),
        onLost: (seatIds) => this._tell("hold-lost", { seatIds }),
        onContinue: (holdIds, seatIds) => this._tell("checkout", { holdIds, seatIds }, true),
        onOrdered: (order) => this._tell("order-placed", { order }),
        onPayment: (order, action) => this._tell("payment-required", { order, action }, true),
        onBooked: (booking) => this._tell("booked", { booking }),
        onSelection: (seatIds) => {
          this._selected = seatIds;
          this._tell("selection-changed", { seatIds });
        },
        onProblem: (problem) => this._tellProblem(problem),
        onNewLayout: () => this._openSoon(),
      },
    });
    this._cover(this._opened.element);
    const category = this.getAttribute("category");
    if (category) this._opened.restrict(category);
    this._opened.selected = this._selected;
    this._opened.setHeat(this._heat);
    this._opened.drawRectangles(this._draws);
    this._opened.start();
  }

  /** @param {Problem} problem */
  _failed(problem) {
    const absent = problem instanceof ApiProblem && (problem.status === 404 || problem.status === 422);
    const foreign = problem instanceof OriginNotAllowed;
    this._cover(cover(this._words, absent ? { kind: "absent" } : foreign ? { kind: "foreign", site: location.origin } : { kind: "away", onAgain: () => this._openSoon() }));
    this._tellProblem(problem);
    if (!absent && !foreign) this._again = setTimeout(() => this._openSoon(), this._pause.next(problem.retryAfterMs));
  }

  /** @param {HTMLElement} element all there is to see now */
  _cover(element) {
    this._root.replaceChildren(element);
  }

  /** @param {Problem} problem */
  _tellProblem(problem) {
    this.dispatchEvent(new CustomEvent("error", { composed: true, detail: { code: problem.code, message: problem.message } }));
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} detail
   * @param {boolean} [cancelable]
   * @returns {boolean} false where somebody prevented what follows
   */
  _tell(type, detail, cancelable = false) {
    return this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, cancelable, detail }));
  }
}
