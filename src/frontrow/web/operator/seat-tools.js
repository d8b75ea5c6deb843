/** What can be done with the seats chosen on the map: choose more by section and row, sell, block, unblock, end holds. */

/** @import { SeatState } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { SeatHold } from "./answers.js" */
/** @import { Desk } from "./desk.js" */

import { fill, h } from "../js/panels/markup.js";
import { SEATS_SOLD_MAX } from "./box-office.js";
import { problemText } from "../js/words/problem-words.js";
import { ask } from "./dialog.js";
import { button, field } from "./panel.js";
import { blockFree, unblockAll } from "./seat-blocks.js";
import { rowsOf, rowsText } from "./seat-names.js";
import { byState, rowsAmong, sectionsOf } from "./selection.js";
import { sign } from "./signs.js";
import { STATES, stateText } from "./state-bar.js";

/** Holds are looked up seat by seat. */
const HELD_SEATS_MAX = 50;
const REASON_MAX = 200;

export class SeatTools {
  /**
   * @param {Desk} desk
   * @param {object} options
   * @param {string} options.eventId
   * @param {Venue} options.venue
   * @param {(seatId: string) => SeatState | null} options.stateOf
   * @param {(seatIds: readonly string[]) => void} options.onSelect show these as selected
   * @param {() => void} options.onDone something was changed
   * @param {(seatIds: readonly string[]) => Promise<unknown>} options.onSell sell these, which are available
   */
  constructor(desk, { eventId, venue, stateOf, onSelect, onDone, onSell }) {
    this._desk = desk;
    this._eventId = eventId;
    this._venue = venue;
    this._stateOf = stateOf;
    this._onSelect = onSelect;
    this._onDone = onDone;
    /** @type {readonly string[]} */
    this._selected = [];
    const { words } = desk;
    this._said = h("p", { class: "selection-said", role: "status" });
    this._sell = button(words.t("operator.sell"), () => void this._selling(onSell), { kind: "main", sign: sign("sell") });
    this._block = button(words.t("operator.block"), () => void this._blocking(), { sign: sign("ban") });
    this._unblock = button(words.t("operator.unblock"), () => void this._unblocking(), { sign: sign("open") });
    this._release = button(words.t("operator.end_holds"), () => void this._endHolds(), { sign: sign("undo") });
    this._clear = button(words.t("operator.clear_selection"), () => onSelect([]), { kind: "link" });
    this.picker = this._makePicker();
    this.element = h("div", { class: "selection", role: "group", "aria-label": words.t("operator.selection") }, this._said,
      h("div", { class: "selection-acts" }, this._clear, this._release, this._unblock, this._block, this._sell));
    this.reflect();
  }

  /** @param {readonly string[]} seatIds */
  select(seatIds) {
    this._selected = seatIds;
    this.reflect();
  }

  /** Show what is selected as it is now. */
  reflect() {
    const { words } = this._desk;
    const found = byState(this._selected, this._stateOf);
    const count = this._selected.length;
    const parts = STATES.filter((state) => found[state].length > 0).map((state) =>
      h("span", { class: "count-of" }, h("span", { class: `dot is-${state}` }), `${stateText(words, state)} ${words.number(found[state].length)}`));
    const { text, more } = rowsText(this._venue, this._selected);
    fill(this._said, count === 0 ? words.t(matchMedia("(pointer: coarse)").matches ? "operator.select_hint_touch" : "operator.select_hint")
      : h("span", {}, h("strong", {}, words.t("operator.selected_seats", { count })), " ", h("span", { class: "soft" }, more ? words.t("operator.and_rows", { rows: text, count: more }) : text)),
    ...(count ? parts : []));
    this._block.disabled = found.available.length === 0;
    this._sell.disabled = found.available.length === 0;
    this._unblock.disabled = found.blocked.length === 0;
    this._release.disabled = found.held.length === 0;
    this._clear.hidden = count === 0;
  }

  _makePicker() {
    const { words } = this._desk;
    const sections = sectionsOf(this._venue);
    const row = h("select", { "aria-label": words.t("operator.row") });
    const group = h("select", { "aria-label": words.t("operator.section_or_state"), onchange: () => showRows() },
      h("optgroup", { label: words.t("operator.sections") }, ...sections.map(({ name }, at) => h("option", { value: String(at) }, name || words.t(sections.length > 1 ? "operator.other_seats" : "operator.whole_house")))),
      h("optgroup", { label: words.t("operator.by_state") }, ...STATES.map((state) => h("option", { value: state }, stateText(words, state)))));
    const showRows = () => {
      const section = sections[Number(group.value)];
      const rows = section ? rowsAmong(this._venue, section.seats) : [];
      fill(row, h("option", { value: "" }, words.t("operator.all_rows")), ...rows.map(({ label }, at) => h("option", { value: String(at) }, words.t("operator.row_name", { row: label }))));
      row.hidden = rows.length < 2;
    };
    const chosen = () => {
      const section = sections[Number(group.value)];
      if (!section) return this._venue.layout.seats.map(({ id }) => id).filter((seatId) => this._stateOf(seatId) === group.value);
      const seats = row.value === "" ? section.seats : rowsAmong(this._venue, section.seats)[Number(row.value)].seats;
      return seats.map((seat) => this._venue.seat(seat).id);
    };
    showRows();
    return h("div", { class: "picker", role: "group", "aria-label": words.t("operator.select_group") }, group, row,
      button(words.t("operator.add_to_selection"), () => this._onSelect([...new Set([...this._selected, ...chosen()])]), { sign: undefined }));
  }

  /** @param {(seatIds: readonly string[]) => Promise<unknown>} onSell */
  async _selling(onSell) {
    const { toasts, words } = this._desk;
    const { available } = byState(this._selected, this._stateOf);
    if (available.length > SEATS_SOLD_MAX) return toasts.tell(words.t("operator.sell_too_many", { count: SEATS_SOLD_MAX }), "bad");
    await onSell(available);
    this._onDone();
  }

  async _blocking() {
    const { api, toasts, words } = this._desk;
    const found = byState(this._selected, this._stateOf);
    const taken = found.held.length + found.booked.length;
    const reason = h("input", { name: "reason", maxlength: REASON_MAX, autocomplete: "off", placeholder: words.t("operator.reason_example") });
    await ask({
      title: words.t("operator.block_title", { count: found.available.length }),
      yes: words.t("operator.block"), no: words.t("operator.no"),
      body: [
        h("p", {}, seatsOf(this._desk, this._venue, found.available)),
        taken > 0 && h("p", { class: "warn-line" }, words.t("operator.block_refuses", { held: found.held.length, booked: found.booked.length })),
        found.blocked.length > 0 && h("p", { class: "soft" }, words.t("operator.block_already", { count: found.blocked.length })),
        field(words.t("operator.reason"), reason, words.t("operator.reason_hint")),
      ],
      onYes: () => this._try(async () => {
        const { blocked, refused } = await blockFree(api, this._eventId, found.available, reason.value.trim());
        const refusals = refused.length + taken;
        toasts.tell(refusals > 0 ? words.t("operator.blocked_but", { count: blocked.length, refused: refusals }) : words.t("operator.blocked", { count: blocked.length }), "good");
      }),
    });
  }

  async _unblocking() {
    const { api, toasts, words } = this._desk;
    const { blocked } = byState(this._selected, this._stateOf);
    await ask({
      title: words.t("operator.unblock_title", { count: blocked.length }), yes: words.t("operator.unblock"), no: words.t("operator.no"),
      body: [h("p", {}, seatsOf(this._desk, this._venue, blocked)), h("p", { class: "soft" }, words.t("operator.unblock_lead"))],
      onYes: () => this._try(async () => {
        const freed = await unblockAll(api, this._eventId, blocked);
        toasts.tell(words.t("operator.unblocked", { count: freed.length }), "good");
      }),
    });
  }

  async _endHolds() {
    const { api, toasts, words } = this._desk;
    const held = byState(this._selected, this._stateOf).held;
    /** @type {Map<string, { hold: SeatHold, seatIds: string[] }>} */
    const holds = new Map();
    const looked = await this._try(async () => {
      for (const seatId of held.slice(0, HELD_SEATS_MAX)) {
        const hold = await api.holdOfSeat(this._eventId, seatId);
        if (!hold) continue;
        const known = holds.get(hold.holdId) ?? { hold, seatIds: [] };
        known.seatIds.push(seatId);
        holds.set(hold.holdId, known);
      }
    });
    if (!looked) return;
    if (holds.size === 0) return toasts.tell(words.t("operator.no_holds"));
    await ask({
      title: words.t("operator.end_holds_title", { count: holds.size }), yes: words.t("operator.end_holds"), no: words.t("operator.no"), kind: "danger",
      body: [
        h("ul", { class: "hold-list" }, ...[...holds.values()].map(({ hold, seatIds }) => h("li", {}, h("strong", {}, seatsOf(this._desk, this._venue, seatIds)),
          h("span", { class: "soft" }, words.t("operator.hold_of", { user: hold.userId, since: words.time(Date.parse(hold.heldAt)), until: words.time(Date.parse(hold.expiresAt)) }))))),
        h("p", { class: "warn-line" }, words.t("operator.end_holds_lead")),
        held.length > HELD_SEATS_MAX && h("p", { class: "soft" }, words.t("operator.holds_first", { count: HELD_SEATS_MAX })),
      ],
      onYes: () => this._try(async () => {
        let ended = 0;
        for (const holdId of holds.keys()) if (await api.endHold(this._eventId, holdId)) ended += 1;
        toasts.tell(words.t("operator.holds_ended", { count: ended }), "good");
      }),
    });
  }

  /**
   * @param {() => Promise<void>} act
   * @returns {Promise<boolean>} whether it went well; if not, it was told
   */
  async _try(act) {
    try {
      await act();
      return true;
    } catch (caught) {
      this._desk.toasts.tell(problemText(this._desk.words, caught, "operator"), "bad");
      return false;
    } finally {
      this._onDone();
    }
  }
}

const ROWS_NAMED = 6;

/**
 * @param {Desk} desk
 * @param {Venue} venue
 * @param {readonly string[]} seatIds
 */
function seatsOf({ words }, venue, seatIds) {
  const rows = rowsOf(venue, seatIds);
  const text = rows.slice(0, ROWS_NAMED).join(" · ");
  return rows.length > ROWS_NAMED ? words.t("operator.and_rows", { rows: text, count: rows.length - ROWS_NAMED }) : text;
}
