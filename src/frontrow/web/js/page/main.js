/** The page: the events on sale, or with `?event=…` the seat map of one. */

import { ApiClient } from "../api.js";

const place = {
  main: /** @type {HTMLElement} */ (document.getElementById("main")),
  about: /** @type {HTMLElement} */ (document.getElementById("about")),
};
const asked = new URLSearchParams(location.search);
const eventId = asked.get("event");
const locale = asked.get("locale") ?? undefined;

// Each of the two is loaded when it is what was asked for: the list of events needs no seat map.
if (eventId) {
  const { showEvent } = await import("./event-page.js");
  showEvent(place, eventId, locale);
} else {
  const { showListing } = await import("./listing.js");
  await showListing(place.main, new ApiClient({ origin: location.origin }), locale);
}
