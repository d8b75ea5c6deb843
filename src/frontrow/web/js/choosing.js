/** What a press on a seat means to a buyer: it is held, or given back; and what is said where it can't be. */

/** @import { MapPane } from "./map-pane.js" */
/** @import { BestWish } from "./panels/best-dialog.js" */
/** @import { Notices } from "./panels/notices.js" */
/** @import { Alternative } from "./panels/race-dialog.js" */
/** @import { Taken } from "./sale/basket.js" */
/** @import { LiveSale } from "./sale/live-sale.js" */
/** @import { VenueTable } from "./venue/venue.js" */
/** @import { Words } from "./words/words.js" */

import { BestDialog } from "./panels/best-dialog.js";
import { RaceDialog } from "./panels/race-dialog.js";
import { priceOf } from "./venue/prices.js";
import { AVAILABLE, MINE } from "./venue/seat-states.js";
import { refusedText } from "./words/problem-words.js";
import { seatFlags, seatName, seatsText, sectionName, tableName } from "./words/seat-words.js";

/** So many offers are read at a glance. */
const OFFERS_MAX = 3;

export class Choosing {
  /**
   * @param {{ sale: LiveSale, words: Words, notices: Notices, price: (minor: number) => string, pane: () => MapPane }} options
   */
  constructor({ sale, words, notices, price, pane }) {
    this._sale = sale;
    this._words = words;
    this._notices = notices;
    this._price = price;
    this._pane = pane;
    /** The only category whose seats may be chosen; -1 for all. */
    this._category = -1;
    /** @type {readonly number[] | null} what was mine when the best seats were asked for */
    this._before = null;
    this._race = new RaceDialog(words, { onShow: (seats) => this._pane().highlight(seats), onTake: (seats) => this._takeOffer(seats) });
    const { venue, event } = sale;
    const used = new Set(venue.categoryOf);
    this._best = new BestDialog(words, {
      categories: venue.categories.flatMap(({ id, name }, index) => (used.has(index) ? [{ id, name, price: price(priceOf(event.prices, id)) }] : [])),
      accessible: venue.layout.seats.some(({ accessible }) => accessible),
      onWish: (wish) => this._takeBest(wish),
    });
    /** What belongs beside the map. */
    this.dialogs = [this._race.element, this._best.element];
  }

  end() {
    this._race.end();
    this._best.end();
  }

  /** @param {number} category index; -1 for all */
  restrict(category) {
    this._category = category;
    this._best.restrict(category < 0 ? undefined : this._sale.venue.categories[category].id);
  }

  /** @param {number} seat */
  chosen(seat) {
    return this._sale.states[seat] === MINE;
  }

  /** @param {number} seat */
  choosable(seat) {
    if (this._sale.ordering.standing) return false;
    return this.chosen(seat) || (this._sale.states[seat] === AVAILABLE && this._admitted(seat));
  }

  /** @param {number} seat */
  _admitted(seat) {
    return this._category < 0 || this._sale.venue.categoryOf[seat] === this._category;
  }

  /** @param {number} seat */
  toggle(seat) {
    const { _sale: sale, _words: words } = this;
    const state = sale.states[seat];
    const name = { seat: seatName(words, sale.venue, seat).spot };
    const table = sale.venue.tableOf(seat);
    if (this._sale.ordering.standing) {
      this._notices.tell(words.t("map.order_first"));
    } else if (state === MINE) {
      this._settle(sale.basket.giveBack([seat]), words.t("map.said_given_back", name));
    } else if (state !== AVAILABLE) {
      this._notices.say(words.t("map.said_cannot", name));
    } else if (!this._admitted(seat)) {
      this._notices.tell(words.t("map.other_category", { category: sale.venue.categories[this._category].name }));
    } else if (table?.wholeOnly) {
      this.toggleTable(table);
    } else {
      this._take([seat], null, words.t("map.said_taken", name));
    }
  }

  /** @param {VenueTable} table */
  toggleTable(table) {
    const { _words: words } = this;
    const { states, basket, venue } = this._sale;
    const name = tableName(words, table);
    const free = table.seats.filter((seat) => states[seat] === AVAILABLE || states[seat] === MINE);
    if (table.seats.length === 0) return;
    if (this._sale.ordering.standing) {
      this._notices.tell(words.t("map.order_first"));
    } else if (table.seats.every((seat) => states[seat] === MINE)) {
      this._settle(basket.giveBack(table.seats), words.t("map.said_given_back", { seat: name }));
    } else if (!table.seats.every((seat) => this._admitted(seat))) {
      this._notices.tell(words.t("map.other_category", { category: venue.categories[this._category].name }));
    } else if (free.length === table.seats.length) {
      this._take(table.seats.filter((seat) => states[seat] === AVAILABLE), table.item.id, words.t("map.said_taken", { seat: name }));
    } else {
      this._notices.tell(words.t(free.length && !table.wholeOnly ? "map.table_partly" : "map.table_taken", { table: name }));
    }
  }

  /**
   * @param {readonly number[]} seats
   * @param {string | null} tableId
   * @param {string} said
   */
  _take(seats, tableId, said) {
    if (!this._sale.onSale) this._notices.tell(this._words.t("map.not_on_sale"));
    else this._settle(this._sale.basket.take(seats, tableId), said);
  }

  /**
   * @param {Taken} taken
   * @param {string} said
   */
  _settle(taken, said) {
    if (taken === "full") this._notices.tell(this._words.t("map.up_to", { count: this._sale.basket.seatsMax }));
    else if (taken === "busy") this._notices.tell(this._words.t("map.busy"));
    else this._notices.say(said);
  }

  // A lost race

  /** @param {readonly { seat: number, reason: string }[]} refused */
  async refused(refused) {
    const seats = refused.map(({ seat }) => seat);
    const about = refusedText(this._words, this._sale.venue, refused);
    this._notices.cry(about);
    this._race.open(about, seats.length);
    const found = await this._sale.alternativesTo(seats);
    const admitted = found.filter((offer) => offer.every((seat) => this._admitted(seat)));
    this._race.offer(admitted.slice(0, OFFERS_MAX).map((offer) => this._offer(offer)));
  }

  /**
   * @param {readonly number[]} seats
   * @returns {Alternative}
   */
  _offer(seats) {
    const { venue, basket } = this._sale;
    const words = this._words;
    const [first] = seats;
    const section = venue.sections[venue.sectionOf[first]]?.name;
    const category = venue.categories[venue.categoryOf[first]].name;
    return {
      seats,
      spot: seatsText(words, venue, seats),
      place: [...new Set([...(section ? [sectionName(words, section)] : []), category])].join(" · "),
      price: this._price(seats.reduce((sum, seat) => sum + basket.priceMinor(seat), 0)),
      color: this._pane().colorOf(venue.categoryOf[first]),
      flags: [...new Set(seats.flatMap((seat) => seatFlags(words, venue, seat)))],
    };
  }

  /** @param {readonly number[]} seats */
  _takeOffer(seats) {
    this._take(seats, null, this._words.t("map.said_taken", { seat: seatsText(this._words, this._sale.venue, seats) }));
    this._pane().lookAt(seats);
  }

  // The best seats

  openBest() {
    const { basket } = this._sale;
    const left = basket.seatsMax - basket.seats.length;
    if (!this._sale.onSale) this._notices.tell(this._words.t("map.not_on_sale"));
    else if (this._sale.ordering.standing) this._notices.tell(this._words.t("map.order_first"));
    else if (left < 1) this._notices.tell(this._words.t("map.up_to", { count: basket.seatsMax }));
    else this._best.open(left);
  }

  /** @param {BestWish} wish */
  _takeBest(wish) {
    const { basket } = this._sale;
    const before = basket.seats;
    const taken = basket.takeBest(wish);
    if (taken !== "done") {
      this._best.refuse(taken === "full" ? this._words.t("map.up_to", { count: basket.seatsMax }) : this._words.t("map.busy"));
      return;
    }
    this._before = before;
    this._best.wait(true);
  }

  /** The basket has changed: the engine may have chosen. */
  reflect() {
    const { basket, venue } = this._sale;
    if (this._before === null || basket.choosing) return;
    const before = new Set(this._before);
    const found = basket.seats.filter((seat) => !before.has(seat));
    this._before = null;
    this._best.wait(false);
    if (found.length === 0) return;
    this._best.found();
    this._notices.tell(this._words.t("map.best_found", { count: found.length, seats: seatsText(this._words, venue, found) }), "good");
    this._pane().lookAt(found);
  }

  /** @param {"none_left" | "limit"} reason */
  bestRefused(reason) {
    this._before = null;
    const key = reason === "limit" ? "map.problem_seat_limit_reached" : this._best.accessible ? "map.best_none_accessible" : "map.best_none";
    const text = this._words.t(key);
    if (!this._best.refuse(text)) this._notices.tell(text, "bad");
  }

  /** A request failed for good. @param {string} text @returns {boolean} whether the dialog says so */
  bestFailed(text) {
    if (this._before === null) return false;
    this._before = null;
    return this._best.refuse(text);
  }
}
