/**
 * The seats as a list: sections, rows, seats as buttons; by category, up to a price, the available ones only. The same
 * choice as on the map for those who would rather read than aim.
 *
 * A section's rows are built when it is opened, some hundred seats at a time, so ten thousand seats cost nothing until
 * somebody reads that far. Each row is one stop of the Tab key; arrows go along it and to the rows above and below.
 */

/** @import { Venue } from "../venue/venue.js" */
/** @import { Words } from "../words/words.js" */

import { AVAILABLE, MINE, countStates } from "../venue/seat-states.js";
import { noneFreeText, rowName, seatFlags, sectionName, stateText, tableName } from "../words/seat-words.js";
import { icon } from "./icons.js";
import { ListFilter } from "./list-filter.js";
import { fill, h } from "./markup.js";

/** So many seats are built in one go; the rest when the end of them comes into view, or at a press. */
const SEATS_AT_ONCE = 600;

/**
 * @typedef {object} SeatListSource
 * @property {Venue} venue
 * @property {() => Uint8Array} states
 * @property {(seat: number) => boolean} chosen whether the buyer, or who selects, has it
 * @property {(seat: number) => boolean} choosable whether a press does something
 * @property {(category: number) => string} color
 * @property {(seat: number) => number} minor
 * @property {(minor: number) => string} price
 * @property {(seat: number) => void} onToggle
 */

/** @typedef {{ name: string, label: string, seats: number[] }} Row */

class Group {
  /**
   * @param {string} name
   * @param {readonly Row[]} rows
   * @param {(row: Row) => HTMLElement} build
   * @param {Words} words
   */
  constructor(name, rows, build, words) {
    this._rows = rows;
    this._build = build;
    /** @type {(seat: number) => boolean} */
    this._passes = () => true;
    this._next = 0;
    this.free = h("span", { class: "soft" });
    this._body = h("div", { class: "list-rows" });
    this._more = h("button", { type: "button", class: "quiet wide list-more", onclick: () => this._extend(true) }, words.t("map.list_more"));
    this.element = h("details", { class: "list-section" }, h("summary", {}, h("span", { class: "list-name" }, name), this.free), this._body);
    this.element.addEventListener("toggle", () => this.element.open && this._body.childElementCount === 0 && this._extend(false));
    this._sight = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && this._extend(false), { rootMargin: "600px" });
  }

  end() {
    this._sight.disconnect();
  }

  get seats() {
    return this._rows.flatMap(({ seats }) => seats);
  }

  /**
   * @param {(seat: number) => boolean} passes
   * @returns {number} how many seats are in it now
   */
  filter(passes) {
    this._passes = passes;
    this._next = 0;
    this._sight.disconnect();
    fill(this._body);
    const count = this._rows.reduce((sum, { seats }) => sum + seats.filter(passes).length, 0);
    this.element.hidden = count === 0;
    if (this.element.open) this._extend(false);
    return count;
  }

  /** @param {boolean} pressed the focus was on the button that asked for more */
  _extend(pressed) {
    this._more.remove();
    this._sight.disconnect();
    /** @type {HTMLElement | undefined} */
    let first;
    for (let built = 0; this._next < this._rows.length && built < SEATS_AT_ONCE; this._next++) {
      const { name, label, seats } = this._rows[this._next];
      const shown = seats.filter(this._passes);
      if (shown.length === 0) continue;
      const row = this._build({ name, label, seats: shown });
      this._body.append(row);
      first ??= row;
      built += shown.length;
    }
    if (pressed) first?.querySelector("button")?.focus();
    if (this._next >= this._rows.length) return;
    this._body.append(this._more);
    this._sight.observe(this._more);
  }
}

export class SeatList {
  /**
   * @param {Words} words
   * @param {SeatListSource} source
   */
  constructor(words, source) {
    this._words = words;
    this._source = source;
    /** @type {Map<number, HTMLButtonElement>} the seats that are built */
    this._buttons = new Map();
    const { venue, minor, price } = source;
    this._filter = new ListFilter(words, { venue, minor, price, onChange: () => this._filtered() });
    this._groups = this._sections();
    this._found = h("p", { class: "list-found soft", role: "status" });
    this.element = h("div", { class: "seat-list", role: "region", "aria-label": words.t("map.list_label"), hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => this._key(event) },
      this._filter.element, this._found, ...this._groups.map(({ element }) => element));
    if (this._groups.length === 1) this._groups[0].element.open = true;
    this._stale = true;
  }

  end() {
    for (const group of this._groups) group.end();
  }

  /** The theme has changed. */
  recolor() {
    const { venue, color } = this._source;
    for (const [seat, button] of this._buttons) button.style.setProperty("--category", color(venue.categoryOf[seat]));
  }

  /** Only this category is listed; all when -1. @param {number} category */
  restrict(category) {
    this._filter.restrict(category);
    this._filtered();
  }

  /** The list is about to be seen. */
  show() {
    this.element.hidden = false;
    if (this._stale) this._filtered();
    this.update([]);
  }

  _sections() {
    const { venue } = this._source;
    const words = this._words;
    /** @type {{ name: string, seats: number[] }[]} */
    const groups = venue.sections.map(({ name, seats }) => ({ name: sectionName(words, name), seats }));
    const loose = [...venue.xs.keys()].filter((seat) => venue.sectionOf[seat] < 0);
    if (loose.length) groups.unshift({ name: words.t(groups.length ? "map.other_seats" : "map.all_seats"), seats: loose });
    return groups.filter(({ seats }) => seats.length > 0).map(({ name, seats }) => new Group(name, this._rows(seats), (row) => this._row(row), words));
  }

  /**
   * @param {readonly number[]} seats
   * @returns {Row[]}
   */
  _rows(seats) {
    const { venue } = this._source;
    const words = this._words;
    /** @type {Map<string, Row>} */
    const rows = new Map();
    for (const seat of seats) {
      const { rowLabel } = venue.seat(seat);
      const table = venue.tableOf(seat);
      const name = table ? tableName(words, table) : rowLabel ? rowName(words, rowLabel) : "";
      const row = rows.get(name);
      if (row) row.seats.push(seat);
      else rows.set(name, { name, label: table ? table.item.lbl || table.item.id : rowLabel, seats: [seat] });
    }
    return [...rows.values()];
  }

  /** @param {Row} row */
  _row({ name, label, seats }) {
    return h("div", { class: "list-row", role: "group", "aria-label": name || this._words.t("map.region_seats") }, h("span", { class: "list-row-name", "aria-hidden": "true" }, label),
      h("div", { class: "list-seats" }, ...seats.map((seat, place) => this._button(seat, place === 0, name))));
  }

  /**
   * @param {number} seat
   * @param {boolean} first of its row
   * @param {string} row
   */
  _button(seat, first, row) {
    const button = h("button", { type: "button", class: "list-seat", tabindex: first ? 0 : -1, onclick: () => this._source.onToggle(seat) }, String(this._source.venue.seat(seat).seatNumber));
    button.dataset.row = row;
    const { venue, color } = this._source;
    button.style.setProperty("--category", color(venue.categoryOf[seat]));
    if (venue.seat(seat).accessible) button.append(icon("wheelchair", 15));
    this._buttons.set(seat, button);
    this._reflect(seat);
    return button;
  }

  /** @param {number} seat */
  _reflect(seat) {
    const button = this._buttons.get(seat);
    if (!button) return;
    const { venue, states, chosen, choosable, minor, price } = this._source;
    const words = this._words;
    const state = stateText(words, states()[seat]);
    const spot = button.dataset.row ? words.t("map.named_seat", { place: button.dataset.row, seat: String(venue.seat(seat).seatNumber) }) : words.t("map.seat", { seat: String(venue.seat(seat).seatNumber) });
    button.dataset.state = String(states()[seat]);
    button.setAttribute("aria-pressed", String(chosen(seat)));
    button.setAttribute("aria-disabled", String(!choosable(seat)));
    button.setAttribute("aria-label", [spot, price(minor(seat)), state, ...seatFlags(words, venue, seat)].join(words.t("map.comma")));
    button.title = `${price(minor(seat))} · ${state}`;
  }

  _filtered() {
    if (this.element.hidden) {
      this._stale = true;
      return;
    }
    this._stale = false;
    this._buttons.clear();
    const states = this._source.states();
    const takeable = (/** @type {number} */ seat) => states[seat] === AVAILABLE || states[seat] === MINE;
    const passes = this._filter.passes(takeable);
    const count = this._groups.reduce((sum, group) => sum + group.filter(passes), 0);
    this._found.textContent = count ? this._words.t("map.list_found", { count }) : this._words.t("map.list_none");
  }

  /** @param {readonly number[]} changed seats that look different now */
  update(changed) {
    if (this.element.hidden) return;
    if (changed.length === 0) for (const seat of this._buttons.keys()) this._reflect(seat);
    else for (const seat of changed) this._reflect(seat);
    const states = this._source.states();
    for (const group of this._groups) {
      const counts = countStates(states, group.seats);
      const text = counts.available ? this._words.t("map.seats_available", { count: counts.available }) : noneFreeText(this._words, counts);
      if (group.free.textContent !== text) group.free.textContent = text;
    }
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const at = event.target;
    if (!(at instanceof HTMLElement) || !at.classList.contains("list-seat") || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = /** @type {HTMLElement} */ (at.closest(".list-row"));
    const seats = [...row.querySelectorAll("button")];
    const place = seats.indexOf(/** @type {HTMLButtonElement} */ (at));
    const along = this._words.dir === "rtl" ? -1 : 1;
    const rows = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (row.parentElement).querySelectorAll(".list-row")]);
    /** @param {number} by */
    const beside = (by) => rows[rows.indexOf(row) + by]?.querySelectorAll("button");
    /** @type {Record<string, () => HTMLElement | undefined>} */
    const targets = {
      ArrowRight: () => seats[place + along], ArrowLeft: () => seats[place - along], Home: () => seats[0], End: () => seats[seats.length - 1],
      ArrowDown: () => near(beside(1), place), ArrowUp: () => near(beside(-1), place),
    };
    const target = targets[event.key]?.();
    if (!(event.key in targets)) return;
    event.preventDefault();
    if (!target) return;
    for (const one of /** @type {HTMLElement} */ (target.parentElement).children) one.setAttribute("tabindex", one === target ? "0" : "-1");
    target.focus();
  }
}

/**
 * @param {NodeListOf<HTMLButtonElement> | undefined} seats
 * @param {number} place
 */
function near(seats, place) {
  return seats?.[Math.min(place, seats.length - 1)];
}
