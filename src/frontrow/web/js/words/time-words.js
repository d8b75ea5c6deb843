/** Time that is left, in words and figures. */

/** @import { Words } from "./words.js" */

/**
 * In whole minutes, or seconds below one.
 * @param {Words} words
 * @param {number} leftMs
 */
export function spokenTime(words, leftMs) {
  const seconds = Math.ceil(leftMs / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes >= 1 ? words.t("map.minutes", { count: minutes }) : words.t("map.seconds", { count: seconds });
}
