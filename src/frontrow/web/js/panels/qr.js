/** A booking's QR code: what a scanner at the door reads, and the picture of it. */

import { svg } from "./markup.js";
import { correction, generate } from "../../vendor/lean-qr/nano.mjs";

/** Light modules around the code, without which scanners do not find it (ISO/IEC 18004: at least 4). */
const QUIET_MODULES = 4;

/**
 * What the code says: the booking's code and nothing else. Who scans it asks the server; a photograph of it tells no name.
 * @param {string} code
 */
export function codeText(code) {
  return code;
}

/**
 * @param {string} text
 * @returns {{ size: number, path: string }} modules along one side, quiet zone included, and the dark ones as a path
 */
export function qrPath(text) {
  // A quarter of the code may be hidden by a fold or a thumb.
  const code = generate(text, { minCorrectionLevel: correction.Q });
  let path = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (!code.get(x, y)) continue;
      let run = 1;
      while (code.get(x + run, y)) run += 1;
      path += `M${x + QUIET_MODULES} ${y + QUIET_MODULES}h${run}v1h-${run}z`;
      x += run;
    }
  }
  return { size: code.size + 2 * QUIET_MODULES, path };
}

/**
 * @param {string} code
 * @param {string} label for who cannot see it
 */
export function qrPicture(code, label) {
  const { size, path } = qrPath(codeText(code));
  return svg(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("rect", { width: size, height: size, class: "qr-ground" }),
    svg("path", { d: path, class: "qr-dark" }),
  );
}
