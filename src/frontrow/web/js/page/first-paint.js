/*
 * Before anything is drawn: the page's language, direction and display, as this browser was told to keep them. A plain
 * script, for a module would come after the first paint. What it decides stands on <html>; page/preferences.js reads
 * it there, and keeps what is chosen. The modules of the page that the address asks for are asked for here too, all at once:
 * found import by import, an event's would come eight answers one after the other.
 */

{
  const PAGES = {
    event: ["page/event-page", "seat-map", "open-event", "choosing", "map-pane", "map-keys", "checkout", "sale/live-sale", "sale/basket", "drawing/map-view", "drawing/painter"],
    booking: ["page/booking-page", "page/pass", "venue/venue", "words/problem-words"],
    bookings: ["page/bookings-page", "page/open-orders", "words/problem-words", "panels/icons"],
    find: ["page/find-page", "words/problem-words", "panels/icons"],
    list: ["page/listing", "words/problem-words"],
  };
  const LANGUAGES = ["en", "de", "ar"];
  /** @param {string | null | undefined} tag BCP 47 */
  const isSpoken = (tag) => Boolean(tag) && /^[a-z]{2}(-[a-z0-9]+)*$/i.test(tag ?? "") && LANGUAGES.includes((tag ?? "").slice(0, 2).toLowerCase());
  /** @param {string} name */
  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // a browser that keeps nothing asks its settings each time
    }
  };
  const query = new URLSearchParams(location.search);
  const asked = query.get("lang");
  const chosen = [asked, kept("frontrow.language"), ...navigator.languages].find(isSpoken) ?? "en";
  // Of a language without a region, the reader's own: it writes dates and numbers as they are used to.
  const lang = navigator.languages.find((own) => own.toLowerCase().startsWith(`${chosen.toLowerCase()}-`)) ?? chosen;
  const theme = kept("frontrow.theme");
  const root = document.documentElement;
  root.lang = lang;
  root.dir = lang.slice(0, 2).toLowerCase() === "ar" ? "rtl" : "ltr";
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const page = query.has("booking") ? "booking" : query.has("event") ? "event" : query.has("find") ? "find" : query.has("bookings") ? "bookings" : "list";
  // The operator's page and those to pay at have modules of their own.
  const modules = /^\/(operator|pay)\b/.test(location.pathname) ? [] : PAGES[page];
  // This script's own folder, for its path says which version of all modules is meant.
  const home = /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/page\/first-paint\.js$/, "");
  for (const name of modules) {
    document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href: `${home}${name}.js` }));
  }
  if (isSpoken(asked)) {
    try {
      localStorage.setItem("frontrow.language", chosen);
    } catch {
      // The address says it as long as the visit lasts.
    }
  }
}
