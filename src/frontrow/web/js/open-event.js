/** One event, opened: its sale, its map and its checkout together, and what is said and announced of them. */

/** @import { Booking, EventSummary, Hold } from "./wire.js" */
/** @import { ApiClient } from "./api.js" */
/** @import { Problem } from "./api.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Venue, VenueTable } from "./venue/venue.js" */

import { Checkout } from "./checkout.js";
import { MapPane } from "./map-pane.js";
import { h } from "./panels/markup.js";
import { Notices } from "./panels/notices.js";
import { formatMoney } from "./sale/formatting.js";
import { LiveSale } from "./sale/live-sale.js";
import { problemText, refusedText, seatName, tableName } from "./sale/wording.js";
import { AVAILABLE, MINE } from "./venue/seat-states.js";
import { wordsFor } from "./words/words.js";

/** One look that failed is a hiccup; from the second in a row on the map says that it may be out of date. */
const STALE_FROM_FAILURES = 2;

/**
 * @typedef {object} OpenEventListener
 * @property {(hold: Hold, seatIds: string[]) => void} onHeld
 * @property {(expiresAtMs: number) => void} onExpiring
 * @property {(seatIds: string[]) => void} onLost
 * @property {(booking: Booking) => void} onBooked
 * @property {(problem: Problem) => void} onProblem
 * @property {() => void} onNewLayout
 */

/** @typedef {{ theme: Theme, fontFamily: string, locale?: string, seatsMax: number, listener: OpenEventListener }} OpenEventOptions */

export class OpenEvent {
  /**
   * @param {ApiClient} api
   * @param {EventSummary} event
   * @param {Venue} venue
   * @param {OpenEventOptions} options
   */
  constructor(api, event, venue, { theme, fontFamily, locale, seatsMax, listener }) {
    this._venue = venue;
    this._listener = listener;
    this._locale = locale;
    this._failures = 0;
    this._notices = new Notices();
    /** @param {number} minor */
    const price = (minor) => formatMoney({ amountMinor: minor, currency: event.currency }, locale, { short: true });
    this.sale = new LiveSale(api, event, venue, {
      seatsMax,
      listener: {
        onSeats: (changed, byOthers) => this.pane.reflect(changed, byOthers),
        onBasket: () => this._basketChanged(),
        onHeld: (hold, added) => listener.onHeld(hold, this._ids(added)),
        onRefused: (refused) => this._notices.tell(refusedText(venue, refused, locale), "bad"),
        onLost: (lost) => this._lost(lost),
        onProblem: (problem, doing) => this._problem(problem, doing),
        onFreshness: (fresh) => this._freshness(fresh),
        onNewLayout: listener.onNewLayout,
      },
    });
    this.pane = new MapPane({
      sale: this.sale, theme, fontFamily, words: wordsFor(locale), price, notices: this._notices,
      onSeat: (seat) => this._toggle(seat),
      onTable: (table) => this._toggleTable(table),
    });
    this._checkout = new Checkout({
      sale: this.sale, clock: api.clock, pane: this.pane, notices: this._notices, locale, price,
      onExpiring: listener.onExpiring, onBooked: listener.onBooked, onProblem: listener.onProblem,
    });
    this.element = h("div", { class: "opened" }, this.pane.element, this._checkout.panel.element, this._notices.voice, this._notices.alarm);
  }

  start() {
    this.sale.start();
  }

  end() {
    this.sale.stop();
    this._checkout.end();
    this.pane.end();
    this.element.remove();
  }

  _basketChanged() {
    this.pane.reflect([], false);
    this._checkout.reflect();
  }

  /** @param {readonly number[]} seats */
  _ids(seats) {
    return seats.map((seat) => this._venue.seat(seat).id);
  }

  /** @param {number} seat */
  _toggle(seat) {
    const state = this.sale.states[seat];
    const { spot } = seatName(this._venue, seat);
    const table = this._venue.tableOf(seat);
    if (state === MINE) {
      this._settle(this.sale.basket.giveBack([seat]), `${spot} given back.`);
    } else if (state === AVAILABLE && table?.wholeOnly) {
      this._toggleTable(table);
    } else if (state === AVAILABLE) {
      this._take([seat], null, `${spot} is yours for now.`);
    } else {
      this._notices.say(`${spot} cannot be had.`);
    }
  }

  /** @param {VenueTable} table */
  _toggleTable(table) {
    const { states, basket } = this.sale;
    const name = tableName(table.item.lbl || table.item.id);
    const free = table.seats.filter((seat) => states[seat] === AVAILABLE || states[seat] === MINE);
    if (table.seats.length === 0) return;
    if (table.seats.every((seat) => states[seat] === MINE)) {
      this._settle(basket.giveBack(table.seats), `${name} given back.`);
    } else if (free.length === table.seats.length) {
      this._take(table.seats.filter((seat) => states[seat] === AVAILABLE), table.item.id, `${name} is yours for now.`);
    } else {
      this._notices.tell(free.length && !table.wholeOnly ? `${name} is partly taken. Choose its seats one by one.` : `${name} is taken.`);
    }
  }

  /**
   * @param {readonly number[]} seats
   * @param {string | null} tableId
   * @param {string} said
   */
  _take(seats, tableId, said) {
    if (!this.sale.onSale) this._notices.tell("This event is not on sale.");
    else this._settle(this.sale.basket.take(seats, tableId), said);
  }

  /**
   * @param {import("./sale/basket.js").Taken} taken
   * @param {string} said
   */
  _settle(taken, said) {
    if (taken === "full") this._notices.tell(`You can choose up to ${this.sale.basket.seatsMax} seats.`);
    else if (taken === "busy") this._notices.tell("Your booking is being written. One moment, please.");
    else this._notices.say(said);
  }

  /** @param {number[]} lost */
  _lost(lost) {
    this._checkout.lost(lost);
    this._notices.tell(lost.length === 1 ? "Your hold on a seat has run out." : `Your hold on ${lost.length} seats has run out.`, "bad");
    this._listener.onLost(this._ids(lost));
  }

  /**
   * @param {Problem} problem
   * @param {"hold" | "release" | "extend" | "look"} doing
   */
  _problem(problem, doing) {
    if (doing === "extend" && problem.code === "hold_not_found") return;
    if (doing !== "look") this._notices.tell(problemText(problem), "bad");
    this._listener.onProblem(problem);
  }

  /** @param {boolean} fresh */
  _freshness(fresh) {
    this._failures = fresh ? 0 : this._failures + 1;
    const stale = this._failures >= STALE_FROM_FAILURES || (!fresh && !navigator.onLine);
    this._notices.stay(stale ? "Trying to reconnect. What you see may be out of date." : "", "offline");
  }
}
