/** The reader's language and display: what <html> says now, and what this browser keeps (page/first-paint.js). */

import { wordsFor } from "../words/words.js";

/** @typedef {"system" | "light" | "dark"} ThemeChoice */

/** The languages by their own names. @type {readonly (readonly [string, string])[]} */
export const LANGUAGE_NAMES = [["en", "English"], ["de", "Deutsch"], ["ar", "العربية"]];
/** @type {readonly ThemeChoice[]} */
export const THEMES = ["system", "light", "dark"];

const root = document.documentElement;

/** The words of the page's language. */
export function pageWords() {
  return wordsFor(root.lang);
}

/** @returns {ThemeChoice} */
export function themeChoice() {
  return /** @type {ThemeChoice} */ (root.dataset.theme ?? "system");
}

/** @param {string} language kept in this browser, and in the address so that it can be passed on */
export function chooseLanguage(language) {
  keep("frontrow.language", language);
  root.lang = navigator.languages.find((own) => own.startsWith(`${language}-`)) ?? language;
  root.dir = wordsFor(language).dir;
  const address = new URL(location.href);
  address.searchParams.set("lang", language);
  history.replaceState(history.state, "", address.pathname + address.search.replace(/=(?=&|$)/g, "") + address.hash);
}

/** @param {ThemeChoice} theme */
export function chooseTheme(theme) {
  keep("frontrow.theme", theme === "system" ? null : theme);
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const map of document.querySelectorAll("seat-map")) dress(map);
}

/**
 * Give a map the page's language and display.
 * @param {Element} map
 */
export function dress(map) {
  map.setAttribute("locale", root.lang);
  const theme = themeChoice();
  if (theme === "system") map.removeAttribute("theme");
  else map.setAttribute("theme", theme);
}

/**
 * @param {string} name
 * @param {string | null} value
 */
function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // It holds as long as the page does.
  }
}
