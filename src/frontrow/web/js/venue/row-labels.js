/** Where the names of the rows stand: beside the first and the last seat of each row, outside it. */

/** @typedef {{ x: number, y: number, text: string, seat: number }} RowLabel a centre; `seat` is the row's end seat */

/** How far from the last seat's centre, in seat extents. */
const DISTANCE = 1.12;

/**
 * @param {object} drawing
 * @param {Float32Array} drawing.xs
 * @param {Float32Array} drawing.ys
 * @param {Float32Array} drawing.radii
 * @param {readonly (readonly number[])[]} rows layout indexes of each row's seats, in layout order
 * @param {(seat: number) => string} labelOf
 * @returns {RowLabel[]}
 */
export function rowLabels({ xs, ys, radii }, rows, labelOf) {
  /** @type {RowLabel[]} */
  const labels = [];
  for (const row of rows) {
    const text = labelOf(row[0]);
    if (!text || row.length < 2) continue;
    const first = row[0];
    const last = row[row.length - 1];
    for (const [end, inner] of [[first, row[1]], [last, row[row.length - 2]]]) {
      const dx = xs[end] - xs[inner];
      const dy = ys[end] - ys[inner];
      const length = Math.hypot(dx, dy) || 1;
      const reach = radii[end] * 2 * DISTANCE;
      labels.push({ x: xs[end] + (dx / length) * reach, y: ys[end] + (dy / length) * reach, text, seat: end });
    }
  }
  return labels;
}
