/**
 * A dialog beside the map: the browser's own, so that focus goes in, Escape closes it, and focus goes back to where it
 * came from. It lies where the basket is, or at the foot of a narrow map, so that the map stays in sight.
 */

/** @import { Child } from "./markup.js" */
/** @import { Words } from "../words/words.js" */

import { icon } from "./icons.js";
import { fill, h } from "./markup.js";

const NARROW_PX = 820;
/** A sheet leaves the rest of the map in sight, but for maps too low to share. */
const SHEET_SHARE = 0.66;
const HEIGHT_PX_MIN = 280;
let made = 0;

export class Dialog {
  /**
   * @param {Words} words
   * @param {{ onClose?: () => void }} [listener]
   */
  constructor(words, { onClose } = {}) {
    this._title = h("h2", { id: `dialog-${(made += 1)}`, tabindex: -1 });
    this._close = h("button", { type: "button", class: "icon-button", "aria-label": words.t("map.close"), onclick: () => this.close() }, icon("close"));
    this.body = h("div", { class: "dialog-body" });
    this.element = h("dialog", { class: "dialog", "aria-labelledby": this._title.id },
      h("header", { class: "dialog-head" }, this._title, this._close), this.body);
    /** @type {HTMLElement | null} where the focus goes back to */
    this._from = null;
    this.element.addEventListener("close", () => {
      this._watch(false);
      if (this._from?.isConnected) this._from.focus({ preventScroll: true });
      onClose?.();
    });
    // A press beside the dialog leaves it.
    this.element.addEventListener("pointerdown", (event) => event.target === this.element && this._outside(event) && this.close());
    this._place = () => this._measure();
  }

  get isOpen() {
    return this.element.open;
  }

  /**
   * @param {string} title
   * @param {...Child} content
   */
  open(title, ...content) {
    this._title.textContent = title;
    fill(this.body, ...content);
    if (this.isOpen) {
      this._title.focus({ preventScroll: true });
      return;
    }
    const root = /** @type {ShadowRoot} */ (this.element.getRootNode());
    this._from = /** @type {HTMLElement | null} */ (root.activeElement);
    this.element.showModal();
    this._watch(true);
    this._measure();
    this._title.focus({ preventScroll: true });
  }

  close() {
    if (this.isOpen) this.element.close();
  }

  end() {
    this._watch(false);
  }

  /** @param {boolean} on */
  _watch(on) {
    for (const type of ["resize", "scroll"]) {
      if (on) addEventListener(type, this._place, { capture: true, passive: true });
      else removeEventListener(type, this._place, { capture: true });
    }
  }

  /** The top layer knows nothing of the element: the dialog is put over its place. */
  _measure() {
    const host = /** @type {ShadowRoot} */ (this.element.getRootNode()).host.getBoundingClientRect();
    const narrow = host.width <= NARROW_PX;
    this.element.toggleAttribute("data-sheet", narrow);
    const { style } = this.element;
    const top = Math.max(0, host.top);
    const bottom = Math.min(innerHeight, host.bottom);
    const rtl = getComputedStyle(this.element).direction === "rtl";
    const width = narrow ? host.width : Math.min(372, host.width);
    style.width = `${width}px`;
    style.left = `${narrow || rtl ? host.left : host.right - width}px`;
    style.right = "auto";
    style.maxHeight = `${Math.max(HEIGHT_PX_MIN, (bottom - top) * (narrow ? SHEET_SHARE : 1))}px`;
    style.top = narrow ? "auto" : `${top}px`;
    style.bottom = narrow ? `${Math.max(0, innerHeight - bottom)}px` : "auto";
    style.minHeight = narrow ? "0" : `${bottom - top}px`;
  }

  /** @param {PointerEvent} event */
  _outside({ clientX, clientY }) {
    const box = this.element.getBoundingClientRect();
    return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
  }
}
