/**
 * Bookings that were found by their code and e-mail address, as long as the tab lives: with the token of the guest who made
 * each, or, where somebody signs in elsewhere to act on it, as it was when it was found.
 */

/** @import { FoundBooking } from "../wire.js" */

const KEY = "frontrow.found:";

/**
 * @param {FoundBooking} found
 * @param {Pick<Storage, "setItem"> | null} [storage]
 */
export function keepFound(found, storage = tabStorage()) {
  try {
    storage?.setItem(KEY + found.booking.bookingId, JSON.stringify(found));
  } catch {
    // Then it is to be found again.
  }
}

/**
 * @param {string} bookingId
 * @param {number} nowMs
 * @param {Pick<Storage, "getItem"> | null} [storage]
 * @returns {FoundBooking | null} null where it was not found in this tab, or its token has run out
 */
export function foundBooking(bookingId, nowMs, storage = tabStorage()) {
  try {
    const text = storage?.getItem(KEY + bookingId);
    if (!text) return null;
    const found = /** @type {FoundBooking} */ (JSON.parse(text));
    return found.tokenExpiresAt && Date.parse(found.tokenExpiresAt) <= nowMs ? null : found;
  } catch {
    return null;
  }
}

function tabStorage() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}
