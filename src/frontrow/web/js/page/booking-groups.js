/** A person's bookings as they think of them: what is coming, what was, what they gave up. */

/** @import { Booking, EventSummary } from "../wire.js" */

/** @typedef {{ booking: Booking, event: EventSummary | null }} KnownBooking null where the event is gone */
/** @typedef {{ upcoming: KnownBooking[], past: KnownBooking[], cancelled: KnownBooking[] }} BookingGroups */

/**
 * @param {readonly KnownBooking[]} bookings
 * @param {number} nowMs by the server's clock
 * @returns {BookingGroups} upcoming soonest first, past latest first, cancelled newest first
 */
export function groupsOf(bookings, nowMs) {
  /** @type {BookingGroups} */
  const groups = { upcoming: [], past: [], cancelled: [] };
  for (const known of bookings) groups[groupOf(known, nowMs)].push(known);
  groups.upcoming.sort((one, other) => startOf(one) - startOf(other));
  groups.past.sort((one, other) => startOf(other) - startOf(one));
  groups.cancelled.sort((one, other) => Date.parse(other.booking.bookedAt) - Date.parse(one.booking.bookedAt));
  return groups;
}

/**
 * @param {KnownBooking} known
 * @param {number} nowMs
 * @returns {keyof BookingGroups}
 */
export function groupOf({ booking, event }, nowMs) {
  if (booking.status === "cancelled") return "cancelled";
  return event && Date.parse(event.startsAt) > nowMs ? "upcoming" : "past";
}

/** @param {KnownBooking} known */
function startOf({ booking, event }) {
  return Date.parse(event?.startsAt ?? booking.bookedAt);
}
