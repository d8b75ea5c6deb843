/** What a frame needs to know besides the drawing: states, the buyer's seats, what is pointed at, what is filtered. */

/** @import { Theme } from "../theme.js" */
/** @import { Venue, VenueSection } from "../venue/venue.js" */
/** @import { Words } from "../words/words.js" */
/** @import { SeatPaths } from "./seat-paths.js" */

/**
 * @typedef {object} SectionSale how a section sells
 * @property {number} available
 * @property {number} held
 * @property {number} booked
 * @property {number} total
 * @property {number | null} fromMinor the lowest price of an available seat
 */

/**
 * @typedef {object} Scene
 * @property {Venue} venue
 * @property {Theme} theme
 * @property {readonly string[]} categoryColors by category index, made to stand out on this theme
 * @property {SeatPaths} paths
 * @property {Uint8Array} states what each seat looks like, MINE included
 * @property {ReadonlyMap<number, { pending: boolean, sinceMs: number }>} mine
 * @property {readonly SectionSale[]} sales by section index
 * @property {number} hovered seat, -1 for none
 * @property {number} focused seat reached by keyboard, -1 for none
 * @property {VenueSection | null} hoveredSection
 * @property {string | null} hoveredTable
 * @property {number} category only this one in full colour; -1 for all
 * @property {ReadonlyMap<number, number>} flashes seats that others just changed, and since when
 * @property {Float32Array | null} heat by layout index, 0 to 1: how wanted each seat is; null where that is not shown
 * @property {ReadonlySet<number>} selected seats to be told apart, such as those an operator works on
 * @property {ReadonlySet<number>} [highlighted] seats that something else on the page points at, such as an offer
 * @property {Words} words the language of what is written
 * @property {(minor: number) => string} priceText
 * @property {string} fontFamily
 * @property {boolean} still the reader wants no motion
 */

/**
 * How far from section blocks (0) to single seats (1) a scale is.
 * @param {Venue} venue
 * @param {number} scale CSS pixels per canvas unit
 */
export function closeness(venue, scale) {
  if (venue.sections.length < 3) return 1;
  const seatPx = venue.seatExtent * scale;
  const t = Math.min(1, Math.max(0, (seatPx - SEATS_FADE_IN_PX) / (SEATS_FULL_PX - SEATS_FADE_IN_PX)));
  return t * t * (3 - 2 * t);
}

/** Close together, so that a map rarely comes to rest between the two. */
const SEATS_FADE_IN_PX = 3.9;
const SEATS_FULL_PX = 4.8;
/** From this size on seats have round corners and stripes. */
export const DETAILED_PX = 7;
/** From this size on a seat can be picked; below it a click comes closer. Fingers need more than a mouse. */
export const PICK_MOUSE_PX = 6.5;
export const PICK_TOUCH_PX = 13;
/** From these sizes on rows and seats carry their labels. */
export const ROW_LABEL_PX = 9.5;
export const SEAT_LABEL_PX = 17;
/** Signs of accessible, companion's and restricted seats are read where a number is not yet. */
export const SEAT_SIGN_PX = 12;
