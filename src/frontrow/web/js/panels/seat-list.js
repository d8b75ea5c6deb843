/**
 * The seats as a list: sections, rows, seats as buttons. The same choice as on the map for those who would rather
 * read than aim. A section's seats are built when it is opened, so ten thousand seats cost nothing until then.
 */

/** @import { Venue } from "../venue/venue.js" */

import { AVAILABLE, MINE, countStates } from "../venue/seat-states.js";
import { plural } from "../sale/countdown.js";
import { STATE_TEXT, noneFreeText, seatFlags, rowName, sectionName } from "../sale/wording.js";
import { fill, h } from "./markup.js";

/**
 * @typedef {object} SeatListSource
 * @property {Venue} venue
 * @property {() => Uint8Array} states
 * @property {(seat: number) => string} price
 * @property {(seat: number) => void} onToggle
 */

export class SeatList {
  /** @param {SeatListSource} source */
  constructor(source) {
    this._source = source;
    /** @type {Map<number, HTMLButtonElement>} the seats that are built */
    this._buttons = new Map();
    const { venue } = source;
    /** @type {{ name: string, seats: number[] }[]} */
    const groups = venue.sections.map(({ name, seats }) => ({ name: sectionName(name), seats }));
    const loose = [...venue.xs.keys()].filter((seat) => venue.sectionOf[seat] < 0);
    if (loose.length) groups.unshift({ name: groups.length ? "Other seats" : "All seats", seats: loose });
    this._groups = groups.filter(({ seats }) => seats.length > 0).map((group) => this._group(group, groups.length === 1));
    this.element = h("div", { class: "seat-list", hidden: true }, ...this._groups.map(({ element }) => element));
  }

  /**
   * @param {{ name: string, seats: number[] }} group
   * @param {boolean} only
   */
  _group({ name, seats }, only) {
    const free = h("span", { class: "soft" });
    const body = h("div", { class: "list-rows" });
    const element = h("details", {}, h("summary", {}, h("span", { class: "list-name" }, name), free), body);
    const build = () => body.childElementCount === 0 && fill(body, ...this._rows(seats));
    element.addEventListener("toggle", () => element.open && build());
    if (only) {
      element.open = true;
      build();
    }
    return { element, seats, free };
  }

  /** @param {number[]} seats */
  _rows(seats) {
    const { venue } = this._source;
    /** @type {Map<string, number[]>} */
    const rows = new Map();
    for (const seat of seats) {
      const table = venue.tableOf(seat);
      const name = table ? `Table ${table.item.lbl || table.item.id}` : rowName(venue.seat(seat).rowLabel);
      const row = rows.get(name);
      if (row) row.push(seat);
      else rows.set(name, [seat]);
    }
    return [...rows].map(([name, members]) =>
      h("div", { class: "list-row", role: "group", "aria-label": name }, h("span", { class: "list-row-name" }, name.replace(/^Row /, "")),
        h("div", { class: "list-seats" }, ...members.map((seat) => this._button(seat, name)))));
  }

  /**
   * @param {number} seat
   * @param {string} row
   */
  _button(seat, row) {
    const button = h("button", { type: "button", class: "list-seat", onclick: () => this._source.onToggle(seat) }, String(this._source.venue.seat(seat).seatNumber));
    button.dataset.row = row;
    this._buttons.set(seat, button);
    this._reflect(seat);
    return button;
  }

  /** @param {number} seat */
  _reflect(seat) {
    const button = this._buttons.get(seat);
    if (!button) return;
    const { venue, states, price } = this._source;
    const state = states()[seat];
    const takeable = state === AVAILABLE || state === MINE;
    button.dataset.state = String(state);
    button.setAttribute("aria-pressed", String(state === MINE));
    button.setAttribute("aria-disabled", String(!takeable));
    const about = [`${button.dataset.row}, seat ${venue.seat(seat).seatNumber}`, price(seat), STATE_TEXT[state], ...seatFlags(venue, seat)];
    button.setAttribute("aria-label", about.join(", "));
    button.title = `${price(seat)} · ${STATE_TEXT[state]}`;
  }

  /** @param {readonly number[]} changed seats that look different now */
  update(changed) {
    for (const seat of changed) this._reflect(seat);
    const states = this._source.states();
    for (const { seats, free } of this._groups) {
      const counts = countStates(states, seats);
      free.textContent = counts.available ? `${plural(counts.available, "seat")} available` : noneFreeText(counts);
    }
  }
}
