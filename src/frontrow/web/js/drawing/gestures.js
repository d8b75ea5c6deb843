/** Pointers and wheel on the map, told as pans, zooms, taps and hovers. Knows nothing of seats. */

/** @import { Point } from "../wire.js" */

/** Fingers tremble more than mice. */
const DRAG_FROM_PX = { mouse: 4, touch: 9, pen: 6 };
const VELOCITY_WINDOW_MS = 90;
const WHEEL_ZOOM_PER_PX = 0.0021;
const PINCH_WHEEL_ZOOM_PER_PX = 0.011;

/**
 * @typedef {object} GestureListener
 * @property {() => void} onStart something took hold of the map: stop moving it
 * @property {(dx: number, dy: number) => void} onPan CSS pixels
 * @property {(vx: number, vy: number) => void} onFling pixels per millisecond when a drag ends
 * @property {(factor: number, anchor: Point) => void} onZoom
 * @property {(at: Point, pointerType: string) => void} onTap
 * @property {(at: Point | null, pointerType: string) => void} onHover null when nothing is pointed at any more
 * @property {((from: Point, to: Point, state: "drawn" | "done" | "dropped") => void) | undefined} [onBox] a rectangle is being
 *   drawn: by a drag with Shift held, or by any drag while `draws` is set; without this every drag is a pan
 */

export class Gestures {
  /**
   * @param {HTMLElement} surface
   * @param {GestureListener} listener
   */
  constructor(surface, listener) {
    this._surface = surface;
    this._listener = listener;
    /** A drag of one pointer draws a rectangle, without Shift too: for fingers, which have no Shift. Two still pan. */
    this.draws = false;
    /** @type {Map<number, Point>} pointers that are down */
    this._down = new Map();
    /** @type {Point | null} where the only pointer went down; null once it has dragged */
    this._tapFrom = null;
    /** @type {Point | null} where a rectangle begins */
    this._boxFrom = null;
    /** @type {{ at: Point, timeMs: number }[]} */
    this._trail = [];
    this._ends = new AbortController();
    const { signal } = this._ends;
    /** @type {[string, (event: any) => void][]} */
    const handlers = [
      ["pointerdown", (event) => this._press(event)],
      ["pointermove", (event) => this._move(event)],
      ["pointerup", (event) => this._lift(event, true)],
      ["pointercancel", (event) => this._lift(event, false)],
      ["pointerleave", (event) => this._down.size === 0 && listener.onHover(null, event.pointerType)],
    ];
    for (const [type, handler] of handlers) surface.addEventListener(type, handler, { signal });
    surface.addEventListener("wheel", (event) => this._wheel(event), { signal, passive: false });
  }

  end() {
    this._ends.abort();
  }

  /** @param {{ clientX: number, clientY: number }} event @returns {Point} */
  _at(event) {
    const box = this._surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** @param {PointerEvent} event */
  _press(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const at = this._at(event);
    this._surface.setPointerCapture(event.pointerId);
    this._down.set(event.pointerId, at);
    this._tapFrom = this._down.size === 1 ? at : null;
    if (this._boxFrom) this._endBox(at, "dropped");
    else if (this._listener.onBox && (event.shiftKey || this.draws) && this._down.size === 1) this._boxFrom = at;
    this._trail = [{ at, timeMs: event.timeStamp }];
    this._listener.onStart();
  }

  /** @param {PointerEvent} event */
  _move(event) {
    const at = this._at(event);
    const before = this._down.get(event.pointerId);
    if (!before) {
      this._listener.onHover(at, event.pointerType);
      return;
    }
    if (this._down.size >= 2) {
      this._pinch(event.pointerId, before, at);
      return;
    }
    if (this._tapFrom) {
      const slack = DRAG_FROM_PX[/** @type {"mouse"} */ (event.pointerType)] ?? DRAG_FROM_PX.touch;
      if (Math.hypot(at.x - this._tapFrom.x, at.y - this._tapFrom.y) < slack) return;
      this._tapFrom = null;
      this._down.set(event.pointerId, at);
      if (!this._boxFrom) this._surface.dataset.dragging = "";
      this._listener.onHover(null, event.pointerType);
      if (!this._boxFrom) return;
    }
    if (this._boxFrom) {
      this._listener.onBox?.(this._boxFrom, at, "drawn");
      return;
    }
    this._down.set(event.pointerId, at);
    this._trail.push({ at, timeMs: event.timeStamp });
    if (this._trail.length > 12) this._trail.shift();
    this._listener.onPan(at.x - before.x, at.y - before.y);
  }

  /**
   * Two fingers: the canvas follows both.
   * @param {number} pointerId
   * @param {Point} before
   * @param {Point} at
   */
  _pinch(pointerId, before, at) {
    const other = [...this._down].find(([id]) => id !== pointerId)?.[1];
    if (!other) return;
    this._tapFrom = null;
    const apartBefore = Math.max(24, Math.hypot(before.x - other.x, before.y - other.y));
    const apart = Math.max(24, Math.hypot(at.x - other.x, at.y - other.y));
    this._down.set(pointerId, at);
    this._listener.onPan((at.x - before.x) / 2, (at.y - before.y) / 2);
    this._listener.onZoom(apart / apartBefore, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  /**
   * @param {PointerEvent} event
   * @param {boolean} meant not cancelled by the browser
   */
  _lift(event, meant) {
    if (!this._down.delete(event.pointerId)) return;
    if (this._down.size > 0) return;
    delete this._surface.dataset.dragging;
    const boxed = this._boxFrom !== null;
    if (boxed) this._endBox(this._at(event), meant && !this._tapFrom ? "done" : "dropped");
    if (this._tapFrom) {
      if (meant) this._listener.onTap(this._at(event), event.pointerType);
    } else if (meant && !boxed) {
      const recent = this._trail.filter(({ timeMs }) => event.timeStamp - timeMs < VELOCITY_WINDOW_MS);
      const [first, last] = [recent[0], recent[recent.length - 1]];
      const time = last && last.timeMs - first.timeMs;
      if (time > 8) this._listener.onFling((last.at.x - first.at.x) / time, (last.at.y - first.at.y) / time);
    }
    this._tapFrom = null;
  }

  /**
   * @param {Point} at
   * @param {"done" | "dropped"} state
   */
  _endBox(at, state) {
    const from = this._boxFrom;
    this._boxFrom = null;
    if (from) this._listener.onBox?.(from, at, state);
  }

  /** @param {WheelEvent} event */
  _wheel(event) {
    event.preventDefault();
    const px = event.deltaMode === 1 ? event.deltaY * 18 : event.deltaMode === 2 ? event.deltaY * 400 : event.deltaY;
    // Browsers report a pinch on a trackpad as a wheel with Ctrl, in much smaller steps.
    const rate = event.ctrlKey ? PINCH_WHEEL_ZOOM_PER_PX : WHEEL_ZOOM_PER_PX;
    this._listener.onStart();
    this._listener.onZoom(Math.exp(-Math.max(-240, Math.min(240, px)) * rate), this._at(event));
  }
}
