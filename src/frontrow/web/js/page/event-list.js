/** A list of events without its page: in which order, which of them a search finds, what is said of one. */

/** @import { EventPage, EventSummary } from "../wire.js" */

/** So many pages of the server's, which come in no order of time, are put in order together. */
const PAGES_TOGETHER = 10;
/** Below this share left it is worth saying that few are. */
const FEW_SHARE = 0.1;

export class EventList {
  /** @param {(cursor: string | null) => Promise<EventPage>} read a page of events, the first for null */
  constructor(read) {
    this._read = read;
    /** @type {string | null} */
    this._cursor = null;
    this._begun = false;
    /** @type {EventSummary[]} in the order they are shown in; what was read later comes later */
    this.events = [];
  }

  /** Whether the server has events that were not read yet. */
  get hasMore() {
    return !this._begun || this._cursor !== null;
  }

  /** Read the next lot of events, up to 500. A failure leaves the list as it was. @returns {Promise<void>} */
  async readMore() {
    /** @type {EventSummary[]} */
    const lot = [];
    let cursor = this._cursor;
    for (let page = 0; page === 0 || (cursor && page < PAGES_TOGETHER); page++) {
      const answer = await this._read(cursor);
      lot.push(...answer.items);
      cursor = answer.nextCursor ?? null;
    }
    this._begun = true;
    this._cursor = cursor;
    this.events.push(...soonestFirst(lot));
  }

  /**
   * The events whose name or house has every word of the term in it, whatever its case and accents.
   * @param {string} term
   */
  matching(term) {
    const words = plain(term).split(/\s+/).filter(Boolean);
    if (!words.length) return this.events;
    return this.events.filter((event) => {
      const text = plain(`${event.name} ${event.layoutName ?? ""}`);
      return words.every((word) => text.includes(word));
    });
  }
}

/**
 * What can be had or will be, soonest first; then what is over, latest first.
 * @param {readonly EventSummary[]} events
 */
export function soonestFirst(events) {
  const startOf = (/** @type {EventSummary} */ { startsAt }) => Date.parse(startsAt);
  const isOver = (/** @type {EventSummary} */ { saleStatus }) => saleStatus === "closed" || saleStatus === "cancelled";
  const soon = events.filter((event) => !isOver(event)).sort((one, other) => startOf(one) - startOf(other));
  const over = events.filter(isOver).sort((one, other) => startOf(other) - startOf(one));
  return [...soon, ...over];
}

/**
 * How an event stands, in one word.
 * @param {EventSummary} event
 * @returns {"cancelled" | "closed" | "scheduled" | "sold_out" | "none_free" | "few" | "on_sale"}
 */
export function standingOf({ saleStatus, counts }) {
  if (saleStatus !== "on_sale") return saleStatus;
  const { available = 0, held = 0, total = 0 } = counts ?? {};
  if (!counts || total === 0) return "on_sale";
  if (available === 0) return held > 0 ? "none_free" : "sold_out";
  return available <= total * FEW_SHARE ? "few" : "on_sale";
}

/** @param {string} text */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
