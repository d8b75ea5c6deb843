/** What part of the canvas the view shows: a scale and a centre, kept within bounds. Pure; times are the caller's. */

/** @import { Point } from "../wire.js" */
/** @import { Box } from "../venue/geometry.js" */

/** @typedef {{ x: number, y: number, scale: number }} Pose the canvas point at the view's centre; CSS pixels per unit */

const FITTED_SEAT_PX_MAX = 40;
/** How much of the drawing may leave the view, as a share of the view's extent. */
const OVERSHOOT_SHARE = 0.35;

export class Camera {
  /**
   * @param {Box} box the drawing
   * @param {number} seatExtent a typical seat, canvas units
   */
  constructor(box, seatExtent) {
    this._box = box;
    this._seatExtent = seatExtent;
    this.width = 1;
    this.height = 1;
    /** @type {{ top: number, right: number, bottom: number, left: number }} covered by controls: fitting keeps clear */
    this.insets = { top: 0, right: 0, bottom: 0, left: 0 };
    /** @type {Pose} */
    this.pose = { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2, scale: 1 };
  }

  /** The pose that shows all of the drawing; of a small one, at a size that is pleasant to look at. */
  get fitted() {
    return this.poseFor(this._box, this.scaleFittedMax);
  }

  /** A small drawing is not blown up to fill the view. */
  get scaleFittedMax() {
    return FITTED_SEAT_PX_MAX / this._seatExtent;
  }

  get scaleMin() {
    return this.fitted.scale * 0.8;
  }

  /** Seats grow to 52 pixels at most, and small drawings may at least be doubled. */
  get scaleMax() {
    return Math.max(52 / this._seatExtent, this.fitted.scale * 2);
  }

  /** @returns {Box} what is in view, in canvas units */
  get viewBox() {
    const w = this.width / 2 / this.pose.scale;
    const h = this.height / 2 / this.pose.scale;
    return { x0: this.pose.x - w, y0: this.pose.y - h, x1: this.pose.x + w, y1: this.pose.y + h };
  }

  /**
   * The pose that shows all of `box` clear of the insets, never closer than `scaleMax`.
   * @param {Box} box
   * @param {number} [scaleMax]
   * @returns {Pose}
   */
  poseFor(box, scaleMax = Infinity) {
    const { top, right, bottom, left } = this.insets;
    const roomW = Math.max(40, this.width - left - right);
    const roomH = Math.max(40, this.height - top - bottom);
    const scale = Math.min(roomW / Math.max(1, box.x1 - box.x0), roomH / Math.max(1, box.y1 - box.y0), scaleMax);
    return {
      x: (box.x0 + box.x1) / 2 + (right - left) / 2 / scale,
      y: (box.y0 + box.y1) / 2 + (bottom - top) / 2 / scale,
      scale,
    };
  }

  /**
   * @param {Point} point on the canvas
   * @returns {Point} CSS pixels from the view's top left
   */
  toView({ x, y }) {
    const { pose } = this;
    return { x: (x - pose.x) * pose.scale + this.width / 2, y: (y - pose.y) * pose.scale + this.height / 2 };
  }

  /**
   * @param {Point} point CSS pixels from the view's top left
   * @returns {Point} on the canvas
   */
  toCanvas({ x, y }) {
    const { pose } = this;
    return { x: (x - this.width / 2) / pose.scale + pose.x, y: (y - this.height / 2) / pose.scale + pose.y };
  }

  /**
   * @param {number} dx CSS pixels
   * @param {number} dy
   */
  panBy(dx, dy) {
    const { x, y, scale } = this.pose;
    this.pose = this.clamped({ x: x - dx / scale, y: y - dy / scale, scale });
  }

  /**
   * Zoom so that the canvas point under `anchor` stays there.
   * @param {number} factor above 1 comes closer
   * @param {Point} anchor CSS pixels from the view's top left
   */
  zoomBy(factor, anchor) {
    this.pose = this.clamped(this.zoomed(factor, anchor));
  }

  /**
   * @param {number} factor
   * @param {Point} anchor
   * @returns {Pose}
   */
  zoomed(factor, anchor) {
    const fixed = this.toCanvas(anchor);
    const scale = Math.min(this.scaleMax, Math.max(this.scaleMin, this.pose.scale * factor));
    return {
      x: fixed.x - (anchor.x - this.width / 2) / scale,
      y: fixed.y - (anchor.y - this.height / 2) / scale,
      scale,
    };
  }

  /**
   * The nearest pose that keeps most of the drawing in view.
   * @param {Pose} pose
   * @returns {Pose}
   */
  clamped({ x, y, scale }) {
    const s = Math.min(this.scaleMax, Math.max(this.scaleMin, scale));
    const overX = (this.width * OVERSHOOT_SHARE) / s;
    const overY = (this.height * OVERSHOOT_SHARE) / s;
    const halfW = this.width / 2 / s;
    const halfH = this.height / 2 / s;
    return {
      x: within(x, this._box.x0 - overX + halfW, this._box.x1 + overX - halfW),
      y: within(y, this._box.y0 - overY + halfH, this._box.y1 + overY - halfH),
      scale: s,
    };
  }
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high below `low` where the drawing is smaller than the view: then anything between is in bounds
 */
function within(value, low, high) {
  return Math.min(Math.max(low, high), Math.max(Math.min(low, high), value));
}

/**
 * The pose a share of the way between two. The scale goes evenly by ratio, and the centre with it, so that zooming
 * towards a place keeps that place still.
 * @param {Pose} from
 * @param {Pose} to
 * @param {number} share 0 to 1
 * @returns {Pose}
 */
export function poseBetween(from, to, share) {
  if (share <= 0) return from;
  if (share >= 1) return to;
  const scale = from.scale * (to.scale / from.scale) ** share;
  const apart = 1 / to.scale - 1 / from.scale;
  const along = Math.abs(apart) * Math.max(from.scale, to.scale) < 1e-3 ? share : (1 / scale - 1 / from.scale) / apart;
  return { x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * along, scale };
}
