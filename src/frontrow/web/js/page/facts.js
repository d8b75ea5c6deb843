/** Facts as a page lists them. What comes from elsewhere keeps its own direction of writing. */

import { h } from "../panels/markup.js";

/**
 * Several facts in a line, each in its own direction.
 * @param {readonly (string | false | undefined)[]} texts
 */
export function dotted(texts) {
  return texts.filter(Boolean).flatMap((text, index) => [index ? " · " : "", h("bdi", {}, text || "")]);
}

/**
 * @param {string} term
 * @param {string} text
 */
export function fact(term, text) {
  return h("div", {}, h("dt", {}, term), h("dd", {}, h("bdi", {}, text)));
}
