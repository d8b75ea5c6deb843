/**
 * Everything on the map that stands still, shown by copying tiles: a frame of a pan or a zoom paints what came into
 * view and nothing else, for a few milliseconds at most.
 *
 * Three sets of tiles: the `current` one; the `next`, being painted for another scale while the current one is shown
 * stretched; and the `overview` of the whole drawing, which shows where nothing else is there yet.
 */

/** @import { Box } from "../venue/geometry.js" */
/** @import { View } from "./lens.js" */
/** @import { TilePainter } from "./tiles.js" */

import { Tiles } from "./tiles.js";

/** Of a frame's 16.7 ms, what painting tiles may take: while the map moves, and while it rests. */
const MOVING_MS_MAX = 3;
const RESTING_MS_MAX = 6;
/** A picture stretched further than this is painted anew while the zoom goes on. */
const STRETCH_MAX = 2;
const FADE_MS = 130;
/** Room beside the view that is painted ahead, device pixels. */
const AHEAD_PX = 256;
/** Tiles this far from the view are kept. */
const KEPT_PX = 1024;
const SPARE_CANVASES_MAX = 24;

/** @typedef {"_current" | "_next" | "_previous" | "_overview"} Part */

/** @type {readonly Part[]} */
const PARTS = ["_current", "_next", "_previous", "_overview"];

export class Backdrop {
  /**
   * @param {{ readonly side: number, newCanvas: () => HTMLCanvasElement, paint: TilePainter["paint"] }} picture `side` may
   *   change after a clear()
   * @param {() => number} [nowMs]
   */
  constructor(picture, nowMs = () => performance.now()) {
    /** @type {HTMLCanvasElement[]} */
    this._spare = [];
    this._nowMs = nowMs;
    /** @type {TilePainter} */
    this._painter = {
      get side() {
        return picture.side;
      },
      paint: picture.paint,
      canvas: () => this._spare.pop() ?? picture.newCanvas(),
    };
    /** @type {Tiles | null} */
    this._current = null;
    /** @type {Tiles | null} */
    this._next = null;
    /** @type {Tiles | null} shown below the current one while that fades in */
    this._previous = null;
    /** @type {Tiles | null} */
    this._overview = null;
    this._fadeFromMs = -Infinity;
    this._perUnitBefore = 0;
    this._untilMs = 0;
    this._over = () => this._nowMs() >= this._untilMs;
    /** @type {Box} */
    this._wider = { x0: 0, y0: 0, x1: 0, y1: 0 };
    this._stale = false;
  }

  /** Everything looks different: another theme, another filter. The old picture stays until the new one is there. */
  spoilAll() {
    this._stale = true;
    this._drop("_next");
    this._drop("_overview");
  }

  /** @param {Box} box which looks different, canvas units */
  spoil(box) {
    this._current?.spoil(box);
    this._next?.spoil(box);
    if (this._overview !== this._current) this._overview?.spoil(box);
  }

  /** Forget every tile. */
  clear() {
    for (const part of PARTS) this._drop(part);
    for (const canvas of this._spare) canvas.width = 0;
    this._spare = [];
    this._stale = false;
  }

  /**
   * Paint what this frame may and copy it to the canvas.
   * @param {CanvasRenderingContext2D} ctx in device pixels, its ground filled
   * @param {View} view
   * @param {object} frame
   * @param {number} frame.perUnit device pixels per canvas unit
   * @param {number} frame.left device pixels from the canvas's origin to the view's left edge
   * @param {number} frame.top
   * @param {boolean} frame.whole the view shows the whole drawing
   * @param {boolean} frame.moving the map is in motion
   * @param {boolean} frame.still no motion is wanted
   * @returns {boolean} whether there is more to do: another frame is due
   */
  show(ctx, view, { perUnit, left, top, whole, moving, still }) {
    const box = view.viewBox;
    const nowMs = this._nowMs();
    this._untilMs = nowMs + (moving ? MOVING_MS_MAX : RESTING_MS_MAX);
    if (!this._current) {
      this._current = new Tiles(perUnit, this._painter);
      this._current.fill(box, never);
    } else {
      this._choose(perUnit, perUnit === this._perUnitBefore);
      const target = this._next ?? this._current;
      if (target.fill(box, this._over) && this._next) this._swap(nowMs, still);
    }
    this._perUnitBefore = perUnit;
    const current = this._current;
    const fading = this._previous !== null && nowMs - this._fadeFromMs < FADE_MS;
    if (!fading) this._drop("_previous");
    if (fading || !current.complete(box, false)) this._overview?.draw(ctx, box, left, top, perUnit);
    if (fading) {
      this._previous?.draw(ctx, box, left, top, perUnit);
      ctx.globalAlpha = Math.min(1, Math.max(0.1, (nowMs - this._fadeFromMs) / FADE_MS));
    }
    current.draw(ctx, box, left, top, perUnit);
    ctx.globalAlpha = 1;
    if (fading || this._stale || current.perUnit !== perUnit || !current.complete(box)) return true;
    if (whole) this._overview ??= current;
    return !this._prepare(current, box);
  }

  /**
   * Begin a set where everything looks different, where the map has come to rest at another scale, or where the picture
   * is stretched too far.
   * @param {number} perUnit
   * @param {boolean} settled
   */
  _choose(perUnit, settled) {
    const current = /** @type {Tiles} */ (this._current);
    if (current.perUnit === perUnit && !this._stale) {
      this._drop("_next");
      return;
    }
    const nearest = this._next ?? current;
    if (nearest.perUnit === perUnit && (this._next || !this._stale)) return;
    const stretch = Math.max(perUnit / nearest.perUnit, nearest.perUnit / perUnit);
    if (!settled && stretch < STRETCH_MAX) return;
    this._drop("_next");
    this._next = this._overview?.perUnit === perUnit ? this._overview : new Tiles(perUnit, this._painter);
  }

  /**
   * @param {number} nowMs
   * @param {boolean} still
   */
  _swap(nowMs, still) {
    this._drop("_previous");
    this._previous = this._current;
    this._current = this._next;
    this._next = null;
    this._stale = false;
    this._fadeFromMs = still ? -Infinity : nowMs;
  }

  /**
   * Use what is left of the frame for what lies beside the view, and give up what is far from it.
   * @param {Tiles} tiles
   * @param {Box} box
   * @returns {boolean} whether all of that is done
   */
  _prepare(tiles, box) {
    const ahead = this._around(box, AHEAD_PX / tiles.perUnit);
    if (this._over() ? !tiles.complete(ahead) : !tiles.fill(ahead, this._over)) return false;
    if (tiles !== this._overview) this._keep(tiles.keepOnly(this._around(box, KEPT_PX / tiles.perUnit)));
    return true;
  }

  /**
   * @param {Box} box
   * @param {number} margin
   */
  _around(box, margin) {
    this._wider.x0 = box.x0 - margin;
    this._wider.y0 = box.y0 - margin;
    this._wider.x1 = box.x1 + margin;
    this._wider.y1 = box.y1 + margin;
    return this._wider;
  }

  /** @param {Part} part */
  _drop(part) {
    const tiles = this[part];
    this[part] = null;
    if (tiles && PARTS.every((other) => this[other] !== tiles)) this._keep(tiles.clear());
  }

  /** @param {HTMLCanvasElement[]} canvases */
  _keep(canvases) {
    for (const canvas of canvases) {
      if (this._spare.length < SPARE_CANVASES_MAX) this._spare.push(canvas);
      else canvas.width = 0;
    }
  }
}

const never = () => false;
