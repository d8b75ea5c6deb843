/** What painting needs to know of a view: where it looks, how large it is. The camera is one; each tile has one that stays. */

/** @import { Point } from "../wire.js" */
/** @import { Box } from "../venue/geometry.js" */
/** @import { Pose } from "./camera.js" */

/**
 * @typedef {object} View
 * @property {Pose} pose
 * @property {number} width CSS pixels
 * @property {number} height
 * @property {Box} viewBox what is in view, canvas units
 * @property {(point: Point) => Point} toView from canvas units to CSS pixels from the top left
 */

/** A view whose every part is set by its owner, again and again without a new object. */
export class Lens {
  constructor() {
    /** @type {Pose} */
    this.pose = { x: 0, y: 0, scale: 1 };
    this.width = 0;
    this.height = 0;
    /** @type {Box} may be smaller than the view: only this much is painted then */
    this.viewBox = { x0: 0, y0: 0, x1: 0, y1: 0 };
  }

  /**
   * Show this much around a point.
   * @param {number} x canvas units
   * @param {number} y
   * @param {number} scale CSS pixels per canvas unit
   * @param {number} width CSS pixels
   * @param {number} height
   */
  look(x, y, scale, width, height) {
    this.pose.x = x;
    this.pose.y = y;
    this.pose.scale = scale;
    this.width = width;
    this.height = height;
    this.viewBox.x0 = x - width / 2 / scale;
    this.viewBox.y0 = y - height / 2 / scale;
    this.viewBox.x1 = x + width / 2 / scale;
    this.viewBox.y1 = y + height / 2 / scale;
  }

  /**
   * @param {Point} point
   * @returns {Point}
   */
  toView({ x, y }) {
    const { pose } = this;
    return { x: (x - pose.x) * pose.scale + this.width / 2, y: (y - pose.y) * pose.scale + this.height / 2 };
  }
}
