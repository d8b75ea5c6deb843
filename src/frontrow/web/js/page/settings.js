/** The language and the display, chosen in a small panel that opens below its button. */

/** @import { Words } from "../words/words.js" */
/** @import { ThemeChoice } from "./preferences.js" */

import { h } from "../panels/markup.js";
import { LANGUAGE_NAMES, THEMES, chooseLanguage, chooseTheme, themeChoice } from "./preferences.js";
import { sign } from "./signs.js";

const PANEL = "settings-panel";

/**
 * @param {Words} words
 * @param {() => void} onLanguage
 * @returns {HTMLElement[]}
 */
export function settings(words, onLanguage) {
  const languages = choice(words.t("page.settings_language"), "language", LANGUAGE_NAMES, words.language, (language) => {
    chooseLanguage(language);
    onLanguage();
    // The panel was drawn anew, in the language that was chosen: whoever chose stays where they were.
    document.getElementById(PANEL)?.showPopover();
    /** @type {HTMLElement | null} */ (document.querySelector(`#${PANEL} [name="language"]:checked`))?.focus();
  });
  /** @type {Record<ThemeChoice, string>} */
  const themes = { system: words.t("page.theme_system"), light: words.t("page.theme_light"), dark: words.t("page.theme_dark") };
  const displays = choice(words.t("page.settings_theme"), "theme", THEMES.map((theme) => [theme, themes[theme]]), themeChoice(), (theme) =>
    chooseTheme(/** @type {ThemeChoice} */ (theme)));
  const panel = h("div", { id: PANEL, class: "settings-panel", popover: "auto" }, languages, displays);
  const button = h("button", { type: "button", class: "settings-button", popovertarget: PANEL, title: words.t("page.settings") },
    sign("globe"), h("span", { class: "unseen" }, words.t("page.settings")), h("span", {}, words.language.toUpperCase()));
  return [button, panel];
}

/**
 * @param {string} title
 * @param {string} name
 * @param {readonly (readonly [string, string])[]} options values and their texts
 * @param {string} chosen
 * @param {(value: string) => void} onChoose
 */
function choice(title, name, options, chosen, onChoose) {
  const labels = options.map(([value, text]) =>
    h("label", {}, h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onChoose(value) }),
      h("span", name === "language" ? { lang: value, dir: "auto" } : {}, text)));
  return h("fieldset", { class: "choice" }, h("legend", {}, title), h("div", { class: "choice-options" }, ...labels));
}
