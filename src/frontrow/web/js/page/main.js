/** Every page of `/`: the events, the seat map of one, a booking, or all bookings of this browser's user. */

import { ApiClient } from "../api.js";
import { fill, h } from "../panels/markup.js";
import { note } from "./note.js";
import { pageWords } from "./preferences.js";
import { addressOf, routeOf } from "./route.js";
import { drawShell, nameWindow } from "./shell.js";

const api = new ApiClient({ origin: location.origin });

/** Draw the page that the address asks for. Each is loaded when it is what was asked for: a list needs no seat map. */
async function show() {
  const words = pageWords();
  const route = routeOf(location);
  const { room, about } = drawShell(words, route, show);
  switch (route.page) {
    case "event":
      return (await import("./event-page.js")).showEvent({ room, about }, route.eventId, words);
    case "booking":
      return (await import("./booking-page.js")).showBooking(room, api, route.bookingId, words);
    case "bookings":
      return (await import("./bookings-page.js")).showBookings(room, api, words);
    case "find":
      return (await import("./find-page.js")).showFind(room, api, words);
    case "list":
      return (await import("./listing.js")).showListing(room, api, words);
    case "missing":
      nameWindow(words.t("page.missing"));
      fill(room, note("search", words.t("page.missing"), words.t("page.missing_hint"), h("a", { class: "button", href: addressOf({ page: "list" }) }, words.t("page.see_events"))));
  }
}

// A page that comes back out of the browser's memory tells of how things were.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && routeOf(location).page !== "event") void show();
});
await show();
