/**
 * Which page an address asks for. Every page is `/` with a query of its own, so that each has an address to keep, to
 * reload and to go back to.
 */

/**
 * @typedef {{ page: "list" } | { page: "event", eventId: string } | { page: "booking", bookingId: string } | { page: "bookings" } | { page: "find" } | { page: "missing" }} Route
 */

/**
 * @param {URL | Location} address
 * @returns {Route} of several queries the narrower counts
 */
export function routeOf(address) {
  if (address.pathname !== "/" && address.pathname !== "/index.html") return { page: "missing" };
  const asked = new URLSearchParams(address.search);
  const bookingId = asked.get("booking");
  if (bookingId) return { page: "booking", bookingId };
  const eventId = asked.get("event");
  if (eventId) return { page: "event", eventId };
  if (asked.has("find")) return { page: "find" };
  return asked.has("bookings") || asked.has("booking") ? { page: "bookings" } : { page: "list" };
}

/**
 * The address of a page, from the page at `from`: a language asked for there is asked for here too.
 * @param {Route} route
 * @param {{ search: string }} [from]
 */
export function addressOf(route, from = globalThis.location) {
  const asked = new URLSearchParams();
  if (route.page === "event") asked.set("event", route.eventId);
  else if (route.page === "booking") asked.set("booking", route.bookingId);
  else if (route.page === "bookings" || route.page === "find") asked.set(route.page, "");
  const lang = new URLSearchParams(from.search).get("lang");
  if (lang) asked.set("lang", lang);
  const query = asked.toString().replace(/=(?=&|$)/g, "");
  return query ? `/?${query}` : "/";
}
