/** The card beside a seat, section or table: what it is, what it costs, whether it can be had. */

/** @import { Point } from "../wire.js" */

import { fill, h } from "./markup.js";

/**
 * @typedef {object} Card
 * @property {string} [color] of the category
 * @property {string} kicker small line above
 * @property {string} title
 * @property {string} [price]
 * @property {string} [note] state
 * @property {readonly string[]} [flags]
 */

/** Between the card and what it speaks of, and between the card and the map's edge. */
const GAP_PX = 12;
const MARGIN_PX = 8;

export class Tooltip {
  constructor() {
    this.element = h("div", { class: "tooltip", role: "presentation", hidden: true });
  }

  /**
   * @param {Card} card
   * @param {Point} at the middle of what it speaks of, in pixels of the map
   * @param {number} radius of what it speaks of
   */
  show(card, at, radius) {
    const { color, kicker, title, price, note, flags = [] } = card;
    const swatch = h("span", { class: "swatch" });
    if (color) swatch.style.background = color;
    fill(
      this.element,
      kicker && h("div", { class: "tooltip-kicker" }, color ? swatch : null, kicker),
      h("div", { class: "tooltip-title" }, h("span", {}, title), price ? h("span", { class: "tooltip-price" }, price) : null),
      note && h("div", { class: "tooltip-note" }, note),
      flags.length > 0 && h("div", { class: "tooltip-flags" }, ...flags.map((flag) => h("span", {}, flag))),
    );
    this.element.hidden = false;
    this.follow(at, radius);
  }

  /**
   * @param {Point} at
   * @param {number} radius
   */
  follow(at, radius) {
    const map = this.element.parentElement;
    if (!map || this.element.hidden) return;
    const { offsetWidth: w, offsetHeight: height } = this.element;
    const above = at.y - radius - GAP_PX - height;
    const top = above >= MARGIN_PX ? above : at.y + radius + GAP_PX;
    const left = Math.max(MARGIN_PX, Math.min(map.clientWidth - w - MARGIN_PX, at.x - w / 2));
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide() {
    this.element.hidden = true;
  }
}
