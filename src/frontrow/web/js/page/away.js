/** What a page shows that could not be read: why, and another try, by itself after a while. */

/** @import { Problem } from "../api.js" */
/** @import { Words } from "../words/words.js" */

import { GrowingPause } from "../api/growing-pause.js";
import { fill, h } from "../panels/markup.js";
import { problemText } from "../words/problem-words.js";
import { note } from "./note.js";

const TRY_AGAIN_MS = 5_000;

/**
 * @param {HTMLElement} room
 * @param {Words} words
 * @param {Problem} problem
 * @param {() => void} onAgain
 */
export function showAway(room, words, problem, onAgain) {
  const again = () => {
    clearTimeout(waiting);
    if (room.isConnected) onAgain();
  };
  const waiting = setTimeout(again, new GrowingPause({ firstMs: TRY_AGAIN_MS, mostMs: TRY_AGAIN_MS }).next(problem.retryAfterMs));
  const button = h("button", { type: "button", class: "button", onclick: again }, words.t("page.try_again"));
  fill(room, note("away", words.t("page.away"), problemText(words, problem), button));
}
