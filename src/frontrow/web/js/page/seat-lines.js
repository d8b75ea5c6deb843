/** The seats of a booking, called by their names, and gathered into what can be cancelled together. */

/** @import { Layout } from "../wire.js" */
/** @import { Words } from "../words/words.js" */

import { Venue } from "../venue/venue.js";
import { seatName } from "../words/seat-words.js";

/**
 * @typedef {object} SeatLine
 * @property {string} seatId
 * @property {string} spot its row or table and number
 * @property {string} place its section; empty where there are none
 * @property {string | null} wholeTable the table it can only be given back with
 */

/**
 * @param {readonly string[]} seatIds
 * @param {Layout | null} layout null where it could not be read: then ids must do, as for seats it no longer has
 * @param {Words} words
 * @returns {SeatLine[]} in the drawing's order
 */
export function seatLines(seatIds, layout, words) {
  const venue = layout && new Venue(layout);
  const indexOf = (/** @type {string} */ seatId) => venue?.indexOf.get(seatId) ?? Number.MAX_SAFE_INTEGER;
  return [...seatIds]
    .sort((one, other) => indexOf(one) - indexOf(other))
    .map((seatId) => {
      const index = venue?.indexOf.get(seatId);
      if (!venue || index === undefined) return { seatId, spot: words.t("page.booking_seat", { seat: seatId }), place: "", wholeTable: null };
      const table = venue.tableOf(index);
      return { seatId, ...seatName(words, venue, index), wholeTable: table?.wholeOnly ? table.item.id : null };
    });
}

/**
 * @typedef {{ seatIds: string[], text: string, place: string }} CancelChoice
 */

/**
 * What can be cancelled by itself: a seat, or a whole table where it is only sold as one.
 * @param {readonly SeatLine[]} lines
 * @param {Words} words
 * @returns {CancelChoice[]}
 */
export function cancelChoices(lines, words) {
  /** @type {Map<string, SeatLine[]>} */
  const together = new Map();
  for (const line of lines) {
    const key = line.wholeTable === null ? `seat ${line.seatId}` : `table ${line.wholeTable}`;
    together.set(key, [...(together.get(key) ?? []), line]);
  }
  return [...together.values()].map((members) => ({
    seatIds: members.map(({ seatId }) => seatId),
    text: words.list(members.map(({ spot }) => spot)),
    place: members[0].place,
  }));
}
