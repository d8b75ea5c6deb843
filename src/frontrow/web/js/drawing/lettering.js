/** Texts on a canvas: fonts, and widths that are measured once. */

/** Measured at this size; widths grow in proportion. */
const MEASURED_PX = 100;

/** @type {Map<string, number>} */
const widths = new Map();
/** Drawings come and go; their texts need not stay for ever. */
const WIDTHS_MAX = 5_000;

/**
 * @param {number} weight
 * @param {number} size pixels, or units of a context that is in units
 * @param {string} family
 */
export function fontOf(weight, size, family) {
  return `${weight} ${size}px ${family}`;
}

/**
 * How wide a text is at a size of 1. Sets the context's font.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} weight
 * @param {string} family
 * @param {string} text
 */
export function widthPerSize(ctx, weight, family, text) {
  const key = `${weight}|${family}|${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size >= WIDTHS_MAX) widths.clear();
    ctx.font = fontOf(weight, MEASURED_PX, family);
    width = ctx.measureText(text).width / MEASURED_PX;
    widths.set(key, width);
  }
  return width;
}
