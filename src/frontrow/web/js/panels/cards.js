/** What the tooltip says of a seat, a table, a section. */

/** @import { VenueSection, VenueTable } from "../venue/venue.js" */
/** @import { SectionSale } from "../drawing/scene.js" */
/** @import { LiveSale } from "../sale/live-sale.js" */
/** @import { Words } from "../words/words.js" */
/** @import { Card } from "./tooltip.js" */

import { AVAILABLE, UNKNOWN } from "../venue/seat-states.js";
import { noneFreeText, seatFlags, seatName, sectionName, stateText, tableName } from "../words/seat-words.js";

/**
 * @param {Words} words
 * @param {LiveSale} sale
 * @param {number} seat
 * @param {string} color
 * @param {(minor: number) => string} price
 * @returns {Card & { state: string }} `state` in words, also where the picture says it
 */
export function seatCard(words, sale, seat, color, price) {
  const { venue, states } = sale;
  const { place, spot } = seatName(words, venue, seat);
  const category = venue.categories[venue.categoryOf[seat]].name;
  const table = venue.tableOf(seat);
  const state = stateText(words, states[seat]);
  const whole = table?.wholeOnly ? words.t("map.table_only_whole", { count: table.seats.length }) : "";
  return {
    color,
    kicker: place && place !== category ? `${place} · ${category}` : place || category,
    title: spot,
    price: price(sale.basket.priceMinor(seat)),
    note: states[seat] === AVAILABLE ? whole : state,
    state: states[seat] === AVAILABLE && whole ? `${state}. ${whole}` : state,
    flags: seatFlags(words, venue, seat),
  };
}

/**
 * @param {Words} words
 * @param {LiveSale} sale
 * @param {VenueTable} table
 * @param {(minor: number) => string} price
 * @returns {Card}
 */
export function tableCard(words, sale, table, price) {
  const free = table.seats.filter((seat) => sale.states[seat] === AVAILABLE).length;
  const total = table.seats.reduce((sum, seat) => sum + sale.basket.priceMinor(seat), 0);
  const whole = free === table.seats.length;
  const rest = table.seats.some((seat) => sale.states[seat] === UNKNOWN) ? stateText(words, UNKNOWN) : free === 0 ? words.t("map.taken") : words.t("map.seats_available", { count: free });
  return {
    kicker: words.t("map.table_of", { count: table.seats.length }),
    title: tableName(words, table),
    price: whole ? price(total) : "",
    note: whole ? words.t("map.table_take") : table.wholeOnly ? words.t("map.table_not_whole") : rest,
  };
}

/**
 * @param {Words} words
 * @param {VenueSection} section
 * @param {SectionSale} sold
 * @param {string} color
 * @param {string} category
 * @param {(minor: number) => string} price
 * @returns {Card}
 */
export function sectionCard(words, section, sold, color, category, price) {
  return {
    color,
    kicker: category,
    title: sectionName(words, section.name),
    price: sold.fromMinor === null ? "" : words.t("map.from_price", { price: price(sold.fromMinor) }),
    note: sold.total === 0 ? stateText(words, UNKNOWN) : sold.available ? words.t("map.seats_available", { count: sold.available }) : noneFreeText(words, sold),
  };
}
