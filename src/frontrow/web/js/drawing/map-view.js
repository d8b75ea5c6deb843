/**
 * The map on its canvas: one animation frame at a time, only when something changed; camera, gestures, picking.
 * It says what was tapped or pointed at; what that means is its owner's business.
 */

/** @import { Point } from "../wire.js" */
/** @import { Box } from "../venue/geometry.js" */
/** @import { VenueSection, VenueTable } from "../venue/venue.js" */
/** @import { Movement } from "./flight.js" */
/** @import { Scene } from "./scene.js" */

import { boxOf } from "../venue/geometry.js";
import { Backdrop } from "./backdrop.js";
import { Camera } from "./camera.js";
import { flight, glide } from "./flight.js";
import { Gestures } from "./gestures.js";
import { Lens } from "./lens.js";
import { Look } from "./look.js";
import { paintMarks } from "./paint-marks.js";
import { paintRectangle } from "./paint-rectangle.js";
import { TilePicture } from "./tile-picture.js";
import { PICK_MOUSE_PX, PICK_TOUCH_PX, closeness } from "./scene.js";

const STEP = 1.7;
/** How far beyond its centre a seat is drawn, in radii: to the corners of a turned one. */
const SEAT_REACH = 1.5;
/** Canvases beyond this many device pixels per CSS pixel cost fill time and show no difference. */
const PIXEL_RATIO_MAX = 3;

/**
 * @typedef {{ kind: "seat", seat: number } | { kind: "table", table: VenueTable } |
 *   { kind: "section", section: VenueSection } | { kind: "place", at: Point } | { kind: "nothing" }} Target
 * `place`: seats are there, too small to pick one
 */

/**
 * @typedef {object} ViewListener
 * @property {(target: Target, at: Point, pointerType: string) => void} onTap
 * @property {(target: Target | null, at: Point | null, pointerType: string) => void} onHover
 * @property {() => void} onMove the camera moved: what floats over the map must follow
 * @property {(seats: number[], box: Box) => void} [onRectangle] a rectangle was drawn around these seats, in layout order;
 *   `box` is in canvas units. Without this a drag with Shift pans
 * @property {import("./gestures.js").GestureListener["onBox"]} [onBox] while it is drawn; CSS pixels of the view
 */

export class MapView {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Scene} scene
   * @param {ViewListener} listener
   */
  constructor(canvas, scene, listener) {
    this._canvas = canvas;
    this._context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    this.scene = scene;
    this._listener = listener;
    this.camera = new Camera(scene.venue.box, scene.venue.seatExtent);
    this._pixelRatio = 1;
    this._picture = new TilePicture(scene);
    this._backdrop = new Backdrop(this._picture);
    this._view = new Lens();
    /** @type {Look | null} */
    this._look = null;
    /** @type {import("./camera.js").Pose | null} */
    this._poseBefore = null;
    /** @type {Box} */
    this._spoilt = { x0: 0, y0: 0, x1: 0, y1: 0 };
    this._dirty = false;
    /** Whether all of the drawing is shown because nobody wished for anything else yet, or asked for it again. */
    this._home = true;
    /** @type {Movement | null} */
    this._movement = null;
    this._gestures = new Gestures(canvas, {
      onStart: () => this._halt(),
      onPan: (dx, dy) => this._moved(() => this.camera.panBy(dx, dy)),
      onFling: (vx, vy) => !this.scene.still && this._move(glide(this.camera, vx, vy, performance.now())),
      onZoom: (factor, anchor) => this._moved(() => this.camera.zoomBy(factor, anchor)),
      onTap: (at, type) => this._listener.onTap(this.targetAt(at, type), at, type),
      onHover: (at, type) => this._listener.onHover(at && this.targetAt(at, type), at, type),
      onBox: listener.onRectangle || listener.onBox ? (from, to, state) => this._drawn(from, to, state) : undefined,
    });
    /** @type {Box | null} the rectangle being drawn, CSS pixels of the view */
    this._rectangle = null;
    this._resizes = new ResizeObserver(() => this._measure());
    this._resizes.observe(canvas);
  }

  end() {
    this._gestures.end();
    this._resizes.disconnect();
    this._backdrop.clear();
    this._dirty = true;
  }

  /** Draw again at the next frame; as often as one likes. */
  invalidate() {
    if (this._dirty) return;
    this._dirty = true;
    requestAnimationFrame((nowMs) => {
      this._dirty = false;
      this._frame(nowMs);
    });
  }

  /** @param {number} nowMs */
  _frame(nowMs) {
    if (this.camera.width < 2) return;
    if (this._movement) {
      if (!this._movement(nowMs)) this._movement = null;
      this._listener.onMove();
    }
    const more = this._paint(nowMs);
    if (more || this._movement) this.invalidate();
  }

  /**
   * @param {number} nowMs
   * @returns {boolean} whether another frame is due
   */
  _paint(nowMs) {
    const { scene, camera, _context: ctx, _pixelRatio: ratio } = this;
    this._spoil();
    const { pose } = camera;
    const { scale } = pose;
    const perUnit = scale * ratio;
    const { width, height } = this._canvas;
    // On whole device pixels, so that tiles are copied as they are.
    const left = Math.round(pose.x * perUnit - width / 2);
    const top = Math.round(pose.y * perUnit - height / 2);
    const view = this._view;
    view.look((left + width / 2) / perUnit, (top + height / 2) / perUnit, scale, width / ratio, height / ratio);
    const moving = pose !== this._poseBefore;
    this._poseBefore = pose;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.globalAlpha = 1;
    ctx.fillStyle = scene.theme.ground;
    ctx.fillRect(0, 0, width, height);
    const whole = scale <= camera.fitted.scale * 1.02;
    const painting = this._backdrop.show(ctx, view, { perUnit, left, top, whole, moving, still: scene.still });
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const marking = paintMarks(ctx, scene, view, nowMs, closeness(scene.venue, scale));
    if (this._rectangle) paintRectangle(ctx, scene.theme, this._rectangle);
    return painting || marking;
  }

  /** Find what looks different since the last frame. */
  _spoil() {
    const { scene, _backdrop: backdrop } = this;
    this._look ??= new Look(scene);
    const whole = this._look.update(scene);
    for (const seat of this._look.seats) scene.paths.forget(seat);
    if (whole) {
      backdrop.spoilAll();
      return;
    }
    const { venue } = scene;
    const box = this._spoilt;
    for (const seat of this._look.seats) {
      const reach = venue.radii[seat] * SEAT_REACH;
      box.x0 = venue.xs[seat] - reach;
      box.x1 = venue.xs[seat] + reach;
      box.y0 = venue.ys[seat] - reach;
      box.y1 = venue.ys[seat] + reach;
      backdrop.spoil(box);
    }
    for (const section of this._look.sections) backdrop.spoil(venue.sections[section].box);
  }

  /** @param {number} pixelRatio */
  _setPixelRatio(pixelRatio) {
    if (pixelRatio === this._pixelRatio) return;
    this._pixelRatio = pixelRatio;
    this._backdrop.clear();
    this._picture.setPixelRatio(pixelRatio);
  }

  _measure() {
    const { clientWidth, clientHeight } = this._canvas;
    if (clientWidth === 0 || clientHeight === 0) return;
    this._setPixelRatio(Math.min(PIXEL_RATIO_MAX, devicePixelRatio || 1));
    this.camera.width = clientWidth;
    this.camera.height = clientHeight;
    this._canvas.width = Math.round(clientWidth * this._pixelRatio);
    this._canvas.height = Math.round(clientHeight * this._pixelRatio);
    if (this._home) this._rest();
    else this.camera.pose = this.camera.clamped(this.camera.pose);
    // At once, not at the next frame: a canvas that was resized is blank until it is drawn.
    this._frame(performance.now());
    this._listener.onMove();
  }

  /** @param {{ top?: number, right?: number, bottom?: number, left?: number }} insets */
  setInsets(insets) {
    Object.assign(this.camera.insets, insets);
    if (this._home) this._rest();
    this._listener.onMove();
    this.invalidate();
  }

  /** Stop where it is. */
  _halt() {
    if (this._movement) this._home = false;
    this._movement = null;
  }

  /** All of the drawing at once, also where it was on its way there. */
  _rest() {
    this._movement = null;
    this.camera.pose = this.camera.fitted;
  }

  /** Whether any drag draws a rectangle, not only one with Shift: a mode for fingers. */
  get drawsRectangles() {
    return this._gestures.draws;
  }

  set drawsRectangles(draws) {
    this._gestures.draws = draws;
  }

  /**
   * @param {Point} from
   * @param {Point} to
   * @param {"drawn" | "done" | "dropped"} state
   */
  _drawn(from, to, state) {
    this._listener.onBox?.(from, to, state);
    this._rectangle = state === "drawn" ? boxOf([from, to]) : null;
    this.invalidate();
    if (state !== "done") return;
    const box = boxOf([this.camera.toCanvas(from), this.camera.toCanvas(to)]);
    this._listener.onRectangle?.(this.scene.venue.grid.seatsIn(box), box);
  }

  fit() {
    this._flyTo(this.camera.fitted);
    this._home = true;
  }

  /** Whether the view is (nearly) that of fit(). */
  get fitted() {
    return this.camera.pose.scale <= this.camera.fitted.scale * 1.04;
  }

  /**
   * @param {Box} box
   * @param {number} [seatPxMin] seats are at least this large then, even if not all of the box shows
   */
  flyToBox(box, seatPxMin = 0) {
    const { seatExtent } = this.scene.venue;
    const pose = this.camera.poseFor(box, this.camera.scaleMax * 0.8);
    this._flyTo(this.camera.clamped({ ...pose, scale: Math.max(pose.scale, seatPxMin / seatExtent) }));
  }

  /**
   * Come so close to a place that its seats can be picked.
   * @param {Point} at on the canvas
   */
  flyToPlace({ x, y }) {
    const scale = Math.max(26 / this.scene.venue.seatExtent, this.camera.pose.scale * 1.4);
    this._flyTo(this.camera.clamped({ x, y, scale }));
  }

  /**
   * @param {number} dx CSS pixels
   * @param {number} dy
   */
  pan(dx, dy) {
    this._movement = null;
    this._moved(() => this.camera.panBy(dx, dy));
  }

  /** @param {1 | -1} direction 1 comes closer */
  step(direction) {
    const middle = { x: this.camera.width / 2, y: this.camera.height / 2 };
    this._flyTo(this.camera.clamped(this.camera.zoomed(STEP ** direction, middle)));
  }

  /**
   * Bring a seat into view, large enough to be read.
   * @param {number} seat
   */
  show(seat) {
    const { xs, ys, seatExtent } = this.scene.venue;
    const at = { x: xs[seat], y: ys[seat] };
    const { x, y } = this.camera.toView(at);
    const { top, right, bottom, left } = this.camera.insets;
    const inside = x > left + 40 && y > top + 40 && x < this.camera.width - right - 40 && y < this.camera.height - bottom - 40;
    const readable = this.camera.pose.scale * seatExtent >= PICK_TOUCH_PX;
    if (!inside || !readable) {
      this._flyTo(this.camera.clamped({ ...at, scale: Math.max(this.camera.pose.scale, 24 / seatExtent) }));
    }
  }

  /** @param {import("./camera.js").Pose} pose */
  _flyTo(pose) {
    this._home = false;
    if (this.scene.still) this._moved(() => (this.camera.pose = pose));
    else this._move(flight(this.camera, pose, performance.now()));
  }

  /** @param {Movement} movement */
  _move(movement) {
    this._movement = movement;
    this.invalidate();
  }

  /** @param {() => void} change */
  _moved(change) {
    this._home = false;
    change();
    this._listener.onMove();
    this.invalidate();
  }

  /**
   * What is at a point of the view.
   * @param {Point} at CSS pixels
   * @param {string} pointerType
   * @returns {Target}
   */
  targetAt(at, pointerType) {
    const { venue } = this.scene;
    const { scale } = this.camera.pose;
    const point = this.camera.toCanvas(at);
    const touch = pointerType === "touch";
    const pickable = venue.seatExtent * scale >= (touch ? PICK_TOUCH_PX : PICK_MOUSE_PX);
    if (closeness(venue, scale) < 0.6) {
      const section = venue.sectionAt(point);
      return section ? { kind: "section", section } : { kind: "nothing" };
    }
    const seat = venue.grid.seatAt(point.x, point.y, (touch ? 8 : 2) / scale);
    if (seat >= 0) return pickable ? { kind: "seat", seat } : { kind: "place", at: point };
    const table = venue.tableAt(point);
    return table ? { kind: "table", table } : { kind: "nothing" };
  }
}
