/** An event's seat states as they change, for as long as somebody watches. */

/** @import { EventSummary } from "../js/wire.js" */
/** @import { AdminApi } from "./admin-api.js" */
/** @import { Venue } from "../js/venue/venue.js" */

import { LiveFeed } from "../js/sale/live-feed.js";
import { SeatStore } from "../js/sale/seat-store.js";

/**
 * @param {AdminApi} api
 * @param {EventSummary} event
 * @param {Venue} venue
 * @param {object} listener
 * @param {(states: Uint8Array) => void} listener.onStates in layout order; not the listener's own
 * @param {(connected: boolean) => void} listener.onConnection
 * @param {() => void} listener.onNewLayout the states belong to another drawing
 * @returns {{ end(): void }}
 */
export function watch(api, event, venue, { onStates, onConnection, onNewLayout }) {
  const { eventId } = event;
  const store = new SeatStore(venue.indexOf, event);
  const feed = new LiveFeed(
    {
      open: (lastEventId, signal) => api.changes(eventId, lastEventId, signal),
      look: (etag) => api.seatStates(eventId, etag),
      position: () => store.position,
    },
    {
      onSnapshot: (snapshot) => (store.takeSnapshot(snapshot) ? onStates(store.states) : onNewLayout()),
      onChanges: (position, changes) => {
        const fits = store.takeChanges(position, changes);
        if (fits) onStates(store.states);
        return fits;
      },
      onUnchanged: () => undefined,
      // Looks every ten seconds are live enough for who runs a sale; only silence is worth a word.
      onConnection: (connection) => onConnection(connection === "live" || connection === "polling"),
    },
  );
  feed.start();
  return { end: () => feed.stop() };
}
