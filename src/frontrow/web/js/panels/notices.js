/** What the map says by itself: short messages over it, a line that stays while something is wrong, and two voices. */

/** @import { Words } from "../words/words.js" */

import { icon } from "./icons.js";
import { fill, h } from "./markup.js";

const SHOWN_MS = 9_000;
/** Good news is read at a glance, and can be seen on the map and in the basket as well. */
const GOOD_SHOWN_MS = 4_500;
const MESSAGES_MAX = 3;
/** What nobody listens to any more is taken out of reach: who comes to it later would take it for news. */
const SAID_MS = 12_000;

export class Notices {
  /** @param {Words} words */
  constructor(words) {
    this._words = words;
    this.banner = h("div", { class: "banner", hidden: true });
    this.messages = h("div", { class: "messages" });
    this.voice = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.alarm = h("div", { class: "unseen", role: "alert" });
    this._bannerText = "";
    /** @type {Map<HTMLElement, ReturnType<typeof setTimeout>>} */
    this._silences = new Map();
  }

  end() {
    for (const timer of this._silences.values()) clearTimeout(timer);
  }

  /**
   * For assistive technology only, when it has finished what it is saying.
   * @param {string} text
   */
  say(text) {
    this._speak(this.voice, text);
  }

  /**
   * For assistive technology only, at once: something is lost.
   * @param {string} text
   */
  cry(text) {
    this._speak(this.alarm, text);
  }

  /**
   * @param {HTMLElement} region
   * @param {string} text
   */
  _speak(region, text) {
    // The same words twice in a row are still two things said.
    region.textContent = region.textContent === text ? `${text}\u00a0` : text;
    clearTimeout(this._silences.get(region));
    this._silences.set(region, setTimeout(() => (region.textContent = ""), SAID_MS));
  }

  /**
   * Shown over the map for a while, and spoken.
   * @param {string} text
   * @param {"bad" | "good" | "plain"} [tone]
   * @returns {() => void} takes it back, when it is not true any more
   */
  tell(text, tone = "plain") {
    const same = [...this.messages.children].find((message) => message.getAttribute("data-text") === text);
    same?.remove();
    const message = h("div", { class: `message ${tone}`, "data-text": text });
    // A message that is being read, or whose button has the focus, stays.
    const leave = () => (message.matches(":hover, :focus-within") ? setTimeout(leave, SHOWN_MS) : message.remove());
    message.append(
      icon(tone === "bad" ? "alert" : tone === "good" ? "check" : "info", 18),
      h("span", {}, text),
      h("button", { type: "button", class: "dismiss", "aria-label": this._words.t("map.dismiss"), onclick: () => message.remove() }, icon("close", 16)),
    );
    this.messages.append(message);
    while (this.messages.children.length > MESSAGES_MAX) this.messages.firstElementChild?.remove();
    setTimeout(leave, tone === "good" ? GOOD_SHOWN_MS : SHOWN_MS);
    if (tone === "bad") this.cry(text);
    else this.say(text);
    return () => message.remove();
  }

  /**
   * A line that stays until it is cleared with "", and is spoken when it comes.
   * @param {string} text
   * @param {string} [sign]
   */
  stay(text, sign = "info") {
    if (text === this._bannerText) return;
    this._bannerText = text;
    this.banner.hidden = text === "";
    fill(this.banner, text && icon(sign, 18), text && h("span", {}, text));
    if (text) this.say(text);
  }
}
