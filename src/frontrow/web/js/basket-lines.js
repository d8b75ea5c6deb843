/** Seats as the lines of a basket or an order: each with its name and price, those of a whole table as one. */

/** @import { MapPane } from "./map-pane.js" */
/** @import { BasketLine } from "./panels/basket-panel.js" */
/** @import { LiveSale } from "./sale/live-sale.js" */
/** @import { VenueTable } from "./venue/venue.js" */
/** @import { Words } from "./words/words.js" */

import { seatFlags, seatName, tableName } from "./words/seat-words.js";

/**
 * @param {{ sale: LiveSale, pane: MapPane, price: (minor: number) => string, words: Words }} shown
 * @param {readonly { seat: number, tableId: string | null, minor: number, pending: boolean }[]} chosen `tableId`: taken as part of
 *   that whole table
 * @returns {BasketLine[]}
 */
export function basketLines({ sale: { venue }, pane, price, words }, chosen) {
  /** @type {Map<string, BasketLine & { minor: number }>} */
  const lines = new Map();
  for (const { seat, tableId, minor: own, pending: waits } of chosen) {
    const table = tableId ? venue.tableById.get(tableId) : undefined;
    const key = table ? `table-${table.item.id}` : `seat-${venue.seat(seat).id}`;
    const minor = own + (lines.get(key)?.minor ?? 0);
    const pending = waits || Boolean(lines.get(key)?.pending);
    const color = pane.colorOf(venue.categoryOf[seat]);
    const seats = [...(lines.get(key)?.seats ?? []), seat];
    const { place, spot } = seatName(words, venue, seat);
    const what = table
      ? { ...wholeTable(words, table, seats.length), flags: [] }
      : { place: place || venue.categories[venue.categoryOf[seat]].name, spot, flags: seatFlags(words, venue, seat) };
    lines.set(key, { key, seats, color, ...what, minor, price: price(minor), pending });
  }
  return [...lines.values()];
}

/**
 * @param {Words} words
 * @param {VenueTable} table
 * @param {number} seatCount
 */
export function wholeTable(words, table, seatCount) {
  return { place: words.t("map.whole_table", { count: seatCount }), spot: tableName(words, table) };
}
