/**
 * The still part of the map as square pictures of one scale, painted once and then only copied. A tile that was spoiled
 * keeps its old picture until its spoilt part is painted again. Tiles know nothing of what is on them.
 */

/** @import { Box } from "../venue/geometry.js" */

/**
 * @typedef {object} Tile
 * @property {number} column
 * @property {number} row
 * @property {HTMLCanvasElement} canvas
 * @property {boolean} painted all of it, at least once
 * @property {number} quarters painted of a tile that is not painted yet
 * @property {Box | null} spoilt what must be painted again, canvas units
 */

/**
 * @typedef {object} TilePainter
 * @property {number} side device pixels of a tile
 * @property {() => HTMLCanvasElement} canvas a square of `side`
 * @property {(tile: Tile, perUnit: number, part: Box | null) => void} paint `perUnit`: device pixels per canvas unit; no more
 *   than `part` of it, or all
 */

/** Columns and rows lie within this of 0: a canvas of ten million units, magnified as far as it goes, has fewer. */
const HALF_SPAN = 1 << 22;

export class Tiles {
  /**
   * @param {number} perUnit device pixels per canvas unit
   * @param {TilePainter} painter
   */
  constructor(perUnit, painter) {
    this.perUnit = perUnit;
    this._painter = painter;
    /** @type {Map<number, Tile>} */
    this._tiles = new Map();
    /** @type {Box} */
    this._quarter = { x0: 0, y0: 0, x1: 0, y1: 0 };
    /** @type {{ column0: number, row0: number, column1: number, row1: number }} of the box asked for last */
    this._range = { column0: 0, row0: 0, column1: -1, row1: -1 };
  }

  get count() {
    return this._tiles.size;
  }

  /** @param {Box} box canvas units */
  _cover(box) {
    const { side } = this._painter;
    this._range.column0 = Math.floor((box.x0 * this.perUnit) / side);
    this._range.row0 = Math.floor((box.y0 * this.perUnit) / side);
    this._range.column1 = Math.floor((box.x1 * this.perUnit) / side);
    this._range.row1 = Math.floor((box.y1 * this.perUnit) / side);
    return this._range;
  }

  /**
   * Paint what is missing or spoilt in the box, until the time is over; a quarter of a tile at least.
   * @param {Box} box
   * @param {() => boolean} over
   * @returns {boolean} whether all of the box is painted
   */
  fill(box, over) {
    const { column0, row0, column1, row1 } = this._cover(box);
    for (let row = row0; row <= row1; row++) {
      for (let column = column0; column <= column1; column++) {
        const tile = this._tileAt(column, row);
        while (!tile.painted || tile.spoilt) {
          this._paintSome(tile);
          if (over()) return this.complete(box);
        }
      }
    }
    return true;
  }

  /**
   * Small steps, so that a frame ends in time: a quarter of a new tile, or what is spoilt of an old one.
   * @param {Tile} tile
   */
  _paintSome(tile) {
    if (tile.painted) {
      this._painter.paint(tile, this.perUnit, tile.spoilt);
      tile.spoilt = null;
      return;
    }
    const half = this._painter.side / 2 / this.perUnit;
    const part = this._quarter;
    part.x0 = (tile.column * 2 + (tile.quarters & 1)) * half;
    part.y0 = (tile.row * 2 + (tile.quarters >> 1)) * half;
    part.x1 = part.x0 + half;
    part.y1 = part.y0 + half;
    this._painter.paint(tile, this.perUnit, part);
    tile.quarters += 1;
    tile.painted = tile.quarters === 4;
  }

  /**
   * Whether the box has a picture without gaps, be it an old one in places.
   * @param {Box} box
   * @param {boolean} [fresh] and nothing of it is spoilt
   */
  complete(box, fresh = true) {
    const { column0, row0, column1, row1 } = this._cover(box);
    for (let row = row0; row <= row1; row++) {
      for (let column = column0; column <= column1; column++) {
        const tile = this._tiles.get(keyOf(column, row));
        if (!tile?.painted || (fresh && tile.spoilt)) return false;
      }
    }
    return true;
  }

  /**
   * The box looks different now.
   * @param {Box} box
   */
  spoil(box) {
    const { column0, row0, column1, row1 } = this._cover(box);
    if ((column1 - column0 + 1) * (row1 - row0 + 1) > this._tiles.size) {
      for (const tile of this._tiles.values()) {
        if (tile.column >= column0 && tile.column <= column1 && tile.row >= row0 && tile.row <= row1) spoilTile(tile, box);
      }
      return;
    }
    for (let row = row0; row <= row1; row++) {
      for (let column = column0; column <= column1; column++) {
        const tile = this._tiles.get(keyOf(column, row));
        if (tile) spoilTile(tile, box);
      }
    }
  }

  /**
   * Copy what there is of the box.
   * @param {CanvasRenderingContext2D} ctx in device pixels
   * @param {Box} box canvas units
   * @param {number} left device pixels from the canvas's origin to the view's left edge, at `perUnit` of the view
   * @param {number} top
   * @param {number} perUnit of the view: other than the tiles' own, they are stretched
   */
  draw(ctx, box, left, top, perUnit) {
    const { column0, row0, column1, row1 } = this._cover(box);
    const { side } = this._painter;
    const step = (side * perUnit) / this.perUnit;
    for (let row = row0; row <= row1; row++) {
      const y0 = Math.round(row * step) - top;
      const y1 = Math.round((row + 1) * step) - top;
      for (let column = column0; column <= column1; column++) {
        const tile = this._tiles.get(keyOf(column, row));
        if (!tile?.painted) continue;
        const x0 = Math.round(column * step) - left;
        const x1 = Math.round((column + 1) * step) - left;
        ctx.drawImage(tile.canvas, x0, y0, x1 - x0, y1 - y0);
      }
    }
  }

  /**
   * Give up the tiles outside the box.
   * @param {Box} box
   * @returns {HTMLCanvasElement[]} their canvases, to be used again
   */
  keepOnly(box) {
    const { column0, row0, column1, row1 } = this._cover(box);
    const freed = [];
    for (const [key, tile] of this._tiles) {
      if (tile.column >= column0 && tile.column <= column1 && tile.row >= row0 && tile.row <= row1) continue;
      this._tiles.delete(key);
      freed.push(tile.canvas);
    }
    return freed;
  }

  /** @returns {HTMLCanvasElement[]} every canvas; no tile is left */
  clear() {
    const freed = [...this._tiles.values()].map(({ canvas }) => canvas);
    this._tiles.clear();
    return freed;
  }

  /**
   * @param {number} column
   * @param {number} row
   */
  _tileAt(column, row) {
    const key = keyOf(column, row);
    let tile = this._tiles.get(key);
    if (!tile) {
      tile = { column, row, canvas: this._painter.canvas(), painted: false, quarters: 0, spoilt: null };
      this._tiles.set(key, tile);
    }
    return tile;
  }
}

/**
 * @param {number} column
 * @param {number} row
 */
function keyOf(column, row) {
  return (row + HALF_SPAN) * 2 * HALF_SPAN + column + HALF_SPAN;
}

/**
 * @param {Tile} tile
 * @param {Box} box
 */
function spoilTile(tile, box) {
  if (!tile.spoilt) {
    tile.spoilt = { x0: box.x0, y0: box.y0, x1: box.x1, y1: box.y1 };
    return;
  }
  tile.spoilt.x0 = Math.min(tile.spoilt.x0, box.x0);
  tile.spoilt.y0 = Math.min(tile.spoilt.y0, box.y0);
  tile.spoilt.x1 = Math.max(tile.spoilt.x1, box.x1);
  tile.spoilt.y1 = Math.max(tile.spoilt.y1, box.y1);
}
