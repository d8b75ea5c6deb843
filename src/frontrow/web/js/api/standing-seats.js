/** The seats of a booking that were not given back. */

/** @import { Booking } from "../wire.js" */

/** @param {Pick<Booking, "seatIds" | "cancelledSeatIds">} booking */
export function standingSeatIds({ seatIds, cancelledSeatIds = [] }) {
  const cancelled = new Set(cancelledSeatIds);
  return seatIds.filter((seatId) => !cancelled.has(seatId));
}
