/**
 * Where the names of the rows stand: beside the first and the last seat of each row, outside it. A long name, such as
 * a box's, stands once above its seats.
 */

/** @typedef {{ x: number, y: number, text: string, seat: number }} RowLabel a centre; `seat` is the row's end seat */

/** How far from the last seat's centre, in seat extents. */
const DISTANCE = 1.12;
const LETTERS_BESIDE_MAX = 3;

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
    if (text.length > LETTERS_BESIDE_MAX) {
      const top = row.reduce((best, seat) => (ys[seat] < ys[best] ? seat : best));
      const x = row.reduce((sum, seat) => sum + xs[seat], 0) / row.length;
      labels.push({ x, y: ys[top] - radii[top] * 2 * DISTANCE, text, seat: top });
      continue;
    }
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
