/** The code that stands on a booking's ticket. */

/** @import { Booking } from "../wire.js" */

/** @param {Pick<Booking, "bookingId" | "ticketCode">} booking */
export function codeOf({ bookingId, ticketCode }) {
  return ticketCode ?? bookingId;
}
