/** The buttons on the map: closer, farther, everything; map or list; the key on small screens. */

import { icon } from "./icons.js";
import { fill, h } from "./markup.js";

/**
 * @typedef {object} ControlsListener
 * @property {(direction: 1 | -1) => void} onZoom
 * @property {() => void} onFit
 * @property {(list: boolean) => void} onList
 * @property {(open: boolean) => void} onKey
 */

export class Controls {
  /** @param {ControlsListener} listener */
  constructor(listener) {
    this._list = false;
    /** @param {string} name @param {string} label @param {() => void} onclick @param {string} [more] */
    const button = (name, label, onclick, more = "") =>
      h("button", { type: "button", class: `control ${more}`, "aria-label": label, title: label, onclick }, icon(name));
    this._closer = button("plus", "Zoom in", () => listener.onZoom(1));
    this._farther = button("minus", "Zoom out", () => listener.onZoom(-1));
    this._fit = button("fit", "Show everything", () => listener.onFit());
    this.zoom = h("div", { class: "controls", role: "group", "aria-label": "Zoom" }, this._closer, this._farther, this._fit);
    this._key = button("info", "Key to the seats", () => {
      const open = this._key.getAttribute("aria-expanded") !== "true";
      this._key.setAttribute("aria-expanded", String(open));
      listener.onKey(open);
    }, "key-toggle");
    this._key.setAttribute("aria-expanded", "false");
    this.view = h("button", { type: "button", class: "control view-toggle", onclick: () => this._toggle(listener) });
    this._label();
  }

  get keyToggle() {
    return this._key;
  }

  /** @param {ControlsListener} listener */
  _toggle(listener) {
    this._list = !this._list;
    this._label();
    listener.onList(this._list);
  }

  _label() {
    const text = this._list ? "Map" : "List";
    this.view.setAttribute("aria-label", this._list ? "Show the seats as a map" : "Show the seats as a list");
    fill(this.view, icon(this._list ? "map" : "list", 18), h("span", {}, text));
  }

  /**
   * @param {boolean} fitted
   * @param {boolean} closest
   */
  reflect(fitted, closest) {
    this._fit.disabled = fitted;
    this._closer.disabled = closest;
  }
}
