/**
 * The map by keyboard and by screen reader. One seat at a time is a real button that lies, unseen, over its picture: it has
 * the focus, says what the seat is, and is pressed to take it. Going on is done by a second button beside the first, in
 * turns, so that every step is a move of the focus, which every screen reader speaks.
 */

/** @import { MapView } from "./drawing/map-view.js" */
/** @import { Scene } from "./drawing/scene.js" */
/** @import { Direction } from "./venue/seat-steps.js" */
/** @import { Words } from "./words/words.js" */

import { MapSteps } from "./map-steps.js";
import { h } from "./panels/markup.js";
import { AVAILABLE } from "./venue/seat-states.js";

/** @type {Readonly<Record<string, Direction>>} */
const DIRECTION = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
/** @type {Readonly<Record<Direction, readonly [number, number]>>} */
const PAN_PX = { left: [80, 0], right: [-80, 0], up: [0, 80], down: [0, -80] };
/** So large at least is what has the focus, for magnifiers and for fingers. */
const EXTENT_PX_MIN = 24;

/**
 * @typedef {object} KeysListener
 * @property {(seat: number) => void} onChoose
 * @property {(seat: number) => void} onFocus -1 for none
 * @property {(seat: number) => { label: string, pressed: boolean, off: boolean }} describe what a screen reader says of a seat
 */

export class MapKeys {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {MapView} view
   * @param {Scene} scene
   * @param {Words} words
   * @param {KeysListener} listener
   */
  constructor(canvas, view, scene, words, listener) {
    this._view = view;
    this._scene = scene;
    this._listener = listener;
    /** @type {MapSteps | null} made when first needed: a look at the map needs no steps */
    this._steps = null;
    this._seat = -1;
    const help = h("p", { class: "unseen", id: "map-help" }, words.t("map.map_help"));
    const make = () => h("button", { type: "button", class: "seat-now", tabindex: -1, onclick: () => this._choose(), onfocus: () => this._entered() });
    this._buttons = [make(), make()];
    this._now = 0;
    this._buttons[0].tabIndex = 0;
    this.element = h("div", { class: "surface", role: "application", "aria-roledescription": words.t("map.map_role"), "aria-label": words.t("map.map_label", { venue: scene.venue.name }), "aria-describedby": help.id },
      canvas, ...this._buttons, help);
    canvas.setAttribute("aria-hidden", "true");
    this._buttons[0].setAttribute("aria-label", words.t("map.map_label", { venue: scene.venue.name }));
    this._buttons[1].setAttribute("aria-hidden", "true");
    this.element.addEventListener("keydown", (event) => this._press(event));
    this.element.addEventListener("focusout", (event) => !this.element.contains(/** @type {Node | null} */ (event.relatedTarget)) && this._mark(-1));
  }

  /** No seat shows the keyboard's mark any more; the next key goes on from where it was. */
  leave() {
    this._mark(-1);
  }

  focus() {
    this._buttons[this._now].focus({ preventScroll: true });
  }

  /** The seat the keyboard would go on from: what was tapped is where the hand is. @param {number} seat */
  place(seat) {
    this._seat = seat;
    this._label();
  }

  /** Say of the seat what it is now. */
  reflect() {
    if (this._seat >= 0) this._label();
  }

  /** The camera moved: the button stays over its seat. */
  follow() {
    if (this._seat < 0) return;
    const { venue } = this._scene;
    const { x, y } = this._view.camera.toView({ x: venue.xs[this._seat], y: venue.ys[this._seat] });
    const extent = Math.max(EXTENT_PX_MIN, venue.radii[this._seat] * 2 * this._view.camera.pose.scale);
    const { style } = this._buttons[this._now];
    style.width = style.height = `${extent}px`;
    style.transform = `translate(${x - extent / 2}px, ${y - extent / 2}px)`;
  }

  _label() {
    const button = this._buttons[this._now];
    const { label, pressed, off } = this._listener.describe(this._seat);
    if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", String(pressed));
    button.setAttribute("aria-disabled", String(off));
    this.follow();
  }

  /** The focus has come: by Tab, or by a step. */
  _entered() {
    if (this._seat < 0) this.place(this._first());
    if (this._buttons[this._now].matches(":focus-visible")) {
      this._view.show(this._seat);
      this._mark(this._seat);
    }
  }

  _choose() {
    if (this._seat >= 0) this._listener.onChoose(this._seat);
  }

  /** @param {KeyboardEvent} event */
  _press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this._seat < 0) return;
    if (!this._act(event.key, event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {string} key
   * @param {boolean} shift
   * @returns {boolean} whether the key means something here; Enter and Space press the button by themselves
   */
  _act(key, shift) {
    this._steps ??= new MapSteps(this._scene.venue);
    const direction = DIRECTION[key];
    const free = (/** @type {number} */ seat) => this._scene.states[seat] === AVAILABLE;
    if (direction && shift) this._view.pan(...PAN_PX[direction]);
    else if (direction) this._go(this._steps.to(this._seat, direction));
    else if (key === "Home") this._go(this._steps.end(this._seat, "first"));
    else if (key === "End") this._go(this._steps.end(this._seat, "last"));
    else if (key === "PageDown") this._go(this._steps.section(this._seat, 1, free));
    else if (key === "PageUp") this._go(this._steps.section(this._seat, -1, free));
    else if (key === "+" || key === "=") this._view.step(1);
    else if (key === "-" || key === "_") this._view.step(-1);
    else if (key === "0") this._view.fit();
    else return false;
    return true;
  }

  /** @param {number} seat */
  _go(seat) {
    this._view.show(seat);
    if (seat === this._seat) {
      this._mark(seat);
      return;
    }
    const [before, after] = [this._buttons[this._now], this._buttons[1 - this._now]];
    this._now = 1 - this._now;
    this._seat = seat;
    after.removeAttribute("aria-hidden");
    after.tabIndex = 0;
    this._label();
    after.focus({ preventScroll: true });
    before.tabIndex = -1;
    before.setAttribute("aria-hidden", "true");
    this._mark(seat);
  }

  /** @param {number} seat -1 for none */
  _mark(seat) {
    if (this._scene.focused === seat) return;
    this._scene.focused = seat;
    this._view.invalidate();
    this._listener.onFocus(seat);
  }

  /** The available seat nearest to the middle of the view; any seat where none is available. */
  _first() {
    const { venue, states } = this._scene;
    const { x, y } = this._view.camera.pose;
    let best = 0;
    let bestDistance = Infinity;
    for (let seat = 0; seat < venue.seatCount; seat++) {
      const distance = Math.hypot(venue.xs[seat] - x, venue.ys[seat] - y) + (states[seat] === AVAILABLE ? 0 : 1e6);
      if (distance < bestDistance) {
        best = seat;
        bestDistance = distance;
      }
    }
    return best;
  }
}
