/** The map by keyboard: arrows go from seat to seat, with Shift they move the map; Enter takes, plus and minus zoom. */

/** @import { MapView } from "./drawing/map-view.js" */
/** @import { Scene } from "./drawing/scene.js" */
/** @import { Direction } from "./venue/seat-steps.js" */

import { AVAILABLE } from "./venue/seat-states.js";
import { seatInDirection } from "./venue/seat-steps.js";

/** @type {Readonly<Record<string, Direction>>} */
const DIRECTION = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
/** @type {Readonly<Record<Direction, readonly [number, number]>>} */
const PAN_PX = { left: [80, 0], right: [-80, 0], up: [0, 80], down: [0, -80] };

export class MapKeys {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {MapView} view
   * @param {Scene} scene
   * @param {{ onChoose: (seat: number) => void, onFocus: (seat: number) => void }} listener
   */
  constructor(canvas, view, scene, listener) {
    this._view = view;
    this._scene = scene;
    this._listener = listener;
    this._ends = new AbortController();
    const { signal } = this._ends;
    canvas.addEventListener("keydown", (event) => this._press(event), { signal });
    canvas.addEventListener("blur", () => this.leave(), { signal });
  }

  end() {
    this._ends.abort();
  }

  /** No seat has the keyboard any more. */
  leave() {
    if (this._scene.focused >= 0) this._go(-1);
  }

  /** @param {KeyboardEvent} event */
  _press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this._act(event.key, event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {string} key
   * @param {boolean} shift
   * @returns {boolean} whether the key means something here
   */
  _act(key, shift) {
    const direction = DIRECTION[key];
    const { focused, venue } = this._scene;
    if (direction && shift) this._view.pan(...PAN_PX[direction]);
    else if (direction) this._go(focused < 0 ? this._first() : seatInDirection(venue.grid, venue.xs, venue.ys, focused, direction));
    else if (key === "+" || key === "=") this._view.step(1);
    else if (key === "-" || key === "_") this._view.step(-1);
    else if (key === "0" || key === "Home") this._view.fit();
    else if (key === "Escape" && focused >= 0) this._go(-1);
    else if ((key === "Enter" || key === " ") && focused >= 0) this._listener.onChoose(focused);
    else if (key === "Enter" || key === " ") this._go(this._first());
    else return false;
    return true;
  }

  /** @param {number} seat */
  _go(seat) {
    this._scene.focused = seat;
    if (seat >= 0) this._view.show(seat);
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
