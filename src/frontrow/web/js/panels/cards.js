/** What the tooltip says of a seat, a table, a section. */

/** @import { VenueSection, VenueTable } from "../venue/venue.js" */
/** @import { SectionSale } from "../drawing/scene.js" */
/** @import { LiveSale } from "../sale/live-sale.js" */
/** @import { Card } from "./tooltip.js" */

import { AVAILABLE } from "../venue/seat-states.js";
import { plural } from "../sale/countdown.js";
import { STATE_TEXT, noneFreeText, seatFlags, seatName, sectionName, tableName } from "../sale/wording.js";

/**
 * @param {LiveSale} sale
 * @param {number} seat
 * @param {string} color
 * @param {(minor: number) => string} price
 * @returns {Card}
 */
export function seatCard(sale, seat, color, price) {
  const { venue, states } = sale;
  const { place, spot } = seatName(venue, seat);
  const category = venue.categories[venue.categoryOf[seat]].name;
  const table = venue.tableOf(seat);
  const state = states[seat];
  return {
    color,
    kicker: place && place !== category ? `${place} · ${category}` : place || category,
    title: spot,
    price: price(sale.basket.priceMinor(seat)),
    note: state === AVAILABLE ? (table?.wholeOnly ? `Sold as a whole table of ${table.seats.length}` : "") : STATE_TEXT[state],
    flags: seatFlags(venue, seat),
  };
}

/**
 * @param {LiveSale} sale
 * @param {VenueTable} table
 * @param {(minor: number) => string} price
 * @returns {Card}
 */
export function tableCard(sale, table, price) {
  const free = table.seats.filter((seat) => sale.states[seat] === AVAILABLE).length;
  const total = table.seats.reduce((sum, seat) => sum + sale.basket.priceMinor(seat), 0);
  const whole = free === table.seats.length;
  const rest = free === 0 ? "Taken" : `${plural(free, "seat")} available`;
  return {
    kicker: `Table of ${table.seats.length}`,
    title: tableName(table.item.lbl || table.item.id),
    price: whole ? price(total) : "",
    note: whole ? "Click to take the whole table" : table.wholeOnly ? "Not available as a whole" : rest,
  };
}

/**
 * @param {VenueSection} section
 * @param {SectionSale} sold
 * @param {string} color
 * @param {string} category
 * @param {(minor: number) => string} price
 * @returns {Card}
 */
export function sectionCard(section, sold, color, category, price) {
  return {
    color,
    kicker: category,
    title: sectionName(section.name),
    price: sold.fromMinor === null ? "" : `from ${price(sold.fromMinor)}`,
    note: sold.available ? `${plural(sold.available, "seat")} available` : noneFreeText(sold),
  };
}
