/** A tile's picture: the part of the scene that lies on it, painted onto its canvas. */

/** @import { Box } from "../venue/geometry.js" */
/** @import { Scene } from "./scene.js" */
/** @import { Tile } from "./tiles.js" */

import { Lens } from "./lens.js";
import { paintStill } from "./painter.js";

/** CSS pixels: small enough that one is painted within a frame, large enough that a frame copies a few dozen. */
const SIDE_PX = 256;
/** Around a spoilt part: strokes and smoothed edges reach a little beyond what they belong to. */
const EDGE_PX = 2;
const STROKE_PX = 8;

export class TilePicture {
  /** @param {Scene} scene */
  constructor(scene) {
    this._scene = scene;
    this._pixelRatio = 1;
    this.side = SIDE_PX;
    this._lens = new Lens();
    this._probe = /** @type {CanvasRenderingContext2D} */ (squareCanvas(1).getContext("2d"));
    /** @type {WeakMap<HTMLCanvasElement, CanvasRenderingContext2D>} */
    this._contexts = new WeakMap();
    this.newCanvas = () => squareCanvas(this.side);
    this.paint = this.paint.bind(this);
  }

  /** @param {number} pixelRatio device pixels per CSS pixel; tiles painted before are of no more use */
  setPixelRatio(pixelRatio) {
    this._pixelRatio = pixelRatio;
    this.side = Math.round(SIDE_PX * pixelRatio);
  }

  /**
   * @param {Tile} tile
   * @param {number} perUnit device pixels per canvas unit
   * @param {Box | null} part only this, canvas units; null for all
   */
  paint({ canvas, column, row }, perUnit, part) {
    const { side, _lens: lens, _pixelRatio: ratio } = this;
    const ctx = this._contextOf(canvas);
    const px = side / ratio;
    lens.look(((column + 0.5) * side) / perUnit, ((row + 0.5) * side) / perUnit, perUnit / ratio, px, px);
    if (!part) {
      paintStill(ctx, this._scene, lens, ratio);
    } else {
      const x0 = Math.max(0, Math.floor(part.x0 * perUnit - column * side) - EDGE_PX);
      const y0 = Math.max(0, Math.floor(part.y0 * perUnit - row * side) - EDGE_PX);
      const x1 = Math.min(side, Math.ceil(part.x1 * perUnit - column * side) + EDGE_PX);
      const y1 = Math.min(side, Math.ceil(part.y1 * perUnit - row * side) + EDGE_PX);
      // What lies just outside reaches in with its strokes.
      const { viewBox } = lens;
      viewBox.x0 = (column * side + x0 - STROKE_PX) / perUnit;
      viewBox.y0 = (row * side + y0 - STROKE_PX) / perUnit;
      viewBox.x1 = (column * side + x1 + STROKE_PX) / perUnit;
      viewBox.y1 = (row * side + y1 + STROKE_PX) / perUnit;
      ctx.save();
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.beginPath();
      ctx.rect(x0, y0, x1 - x0, y1 - y0);
      ctx.clip();
      paintStill(ctx, this._scene, lens, ratio);
      ctx.restore();
    }
    // Browsers draw a canvas when somebody reads it. Reading one pixel now lets a frame's clock count what it cost.
    this._probe.drawImage(canvas, 0, 0, 1, 1, 0, 0, 1, 1);
  }

  /** @param {HTMLCanvasElement} canvas */
  _contextOf(canvas) {
    let ctx = this._contexts.get(canvas);
    if (!ctx) {
      ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
      this._contexts.set(canvas, ctx);
    }
    return ctx;
  }
}

/** @param {number} side */
function squareCanvas(side) {
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  return canvas;
}
