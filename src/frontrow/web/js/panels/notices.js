/** What the map says by itself: short messages over it, a line that stays while something is wrong, and a voice. */

import { icon } from "./icons.js";
import { fill, h } from "./markup.js";

const SHOWN_MS = 7_000;
const MESSAGES_MAX = 3;

export class Notices {
  constructor() {
    this.banner = h("div", { class: "banner", role: "status", hidden: true });
    this.messages = h("div", { class: "messages" });
    this.voice = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.alarm = h("div", { class: "unseen", role: "alert" });
    this._bannerText = "";
  }

  /**
   * For assistive technology only.
   * @param {string} text
   */
  say(text) {
    // The same words twice in a row are still two things said.
    this.voice.textContent = this.voice.textContent === text ? `${text}\u00a0` : text;
  }

  /**
   * @param {string} text
   * @param {"bad" | "good" | "plain"} [tone]
   */
  tell(text, tone = "plain") {
    const same = [...this.messages.children].find((message) => message.getAttribute("data-text") === text);
    same?.remove();
    const message = h(
      "div",
      { class: `message ${tone}`, "data-text": text },
      icon(tone === "bad" ? "alert" : tone === "good" ? "check" : "info", 18),
      h("span", {}, text),
      h("button", { type: "button", class: "dismiss", "aria-label": "Dismiss", onclick: () => message.remove() }, icon("close", 16)),
    );
    this.messages.append(message);
    while (this.messages.children.length > MESSAGES_MAX) this.messages.firstElementChild?.remove();
    setTimeout(() => message.remove(), SHOWN_MS);
    if (tone === "bad") this.alarm.textContent = text;
    else this.say(text);
  }

  /**
   * A line that stays until it is cleared with "".
   * @param {string} text
   * @param {string} [sign]
   */
  stay(text, sign = "info") {
    if (text === this._bannerText) return;
    this._bannerText = text;
    this.banner.hidden = text === "";
    fill(this.banner, text && icon(sign, 18), text && h("span", {}, text));
  }
}
