/** The buttons on the map: closer, farther, everything; best seats; map or list; the key on small screens. */

/** @import { Words } from "../words/words.js" */

import { icon } from "./icons.js";
import { fill, h } from "./markup.js";

/**
 * @typedef {object} ControlsListener
 * @property {(direction: 1 | -1) => void} onZoom
 * @property {() => void} onFit
 * @property {(list: boolean) => void} onList
 * @property {(open: boolean) => void} onKey
 * @property {() => void} onBest
 */

export class Controls {
  /**
   * @param {Words} words
   * @param {ControlsListener} listener
   */
  constructor(words, listener) {
    this._words = words;
    this._listener = listener;
    this._list = false;
    /** @param {string} name @param {string} label @param {() => void} onclick @param {string} [more] */
    const button = (name, label, onclick, more = "") =>
      h("button", { type: "button", class: `control ${more}`, "aria-label": label, title: label, onclick }, icon(name));
    this._closer = button("plus", words.t("map.zoom_in"), () => this._closer.ariaDisabled !== "true" && listener.onZoom(1));
    this._farther = button("minus", words.t("map.zoom_out"), () => listener.onZoom(-1));
    this._fit = button("fit", words.t("map.zoom_fit"), () => this._fit.ariaDisabled !== "true" && listener.onFit());
    this.zoom = h("div", { class: "controls", role: "group", "aria-label": words.t("map.zoom") }, this._closer, this._farther, this._fit);
    this.keyToggle = button("info", words.t("map.key"), () => {
      const open = this.keyToggle.getAttribute("aria-expanded") !== "true";
      this.keyToggle.setAttribute("aria-expanded", String(open));
      listener.onKey(open);
    }, "key-toggle");
    this.keyToggle.setAttribute("aria-expanded", "false");
    this.best = h("button", { type: "button", class: "control pill best-toggle", "aria-haspopup": "dialog", onclick: () => listener.onBest() },
      icon("best", 18), h("span", {}, words.t("map.best")));
    this.view = h("button", { type: "button", class: "control pill view-toggle", onclick: () => this._toggle() });
    this._label();
  }

  _toggle() {
    this._list = !this._list;
    this._label();
    this._listener.onList(this._list);
  }

  _label() {
    const { _words: words, _list: list } = this;
    this.view.setAttribute("aria-label", words.t(list ? "map.show_map_label" : "map.show_list_label"));
    fill(this.view, icon(list ? "map" : "list", 18), h("span", {}, words.t(list ? "map.show_map" : "map.show_list")));
  }

  /**
   * Not disabled where nothing more can be had: a button that has the focus must not lose it.
   * @param {boolean} fitted
   * @param {boolean} closest
   */
  reflect(fitted, closest) {
    this._fit.ariaDisabled = String(fitted);
    this._closer.ariaDisabled = String(closest);
  }
}
