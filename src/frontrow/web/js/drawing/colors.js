/** Colours as numbers: reading, mixing, and making a venue's colours legible on this theme (WCAG 2.2 contrast). */

/** @typedef {readonly [number, number, number]} Rgb red, green, blue, 0 to 255 */

/**
 * @param {string} hex `#RRGGBB` or `#RGB`; anything else reads as a middle grey
 * @returns {Rgb}
 */
export function parseHex(hex) {
  const long = /^#[0-9a-f]{3}$/i.test(hex) ? `#${[...hex.slice(1)].map((c) => c + c).join("")}` : hex;
  if (!/^#[0-9a-f]{6}$/i.test(long)) return [128, 128, 128];
  const n = parseInt(long.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** @param {Rgb} rgb */
function toHex([r, g, b]) {
  return `#${[r, g, b].map((c) => Math.round(c).toString(16).padStart(2, "0")).join("")}`;
}

/**
 * @param {string} from
 * @param {string} to
 * @param {number} share of `to`, 0 to 1
 */
export function mixed(from, to, share) {
  const a = parseHex(from);
  const b = parseHex(to);
  return toHex([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]);
}

/** @param {string} hex */
function luminance(hex) {
  const [r, g, b] = parseHex(hex).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * @param {string} a
 * @param {string} b
 * @returns {number} 1 to 21
 */
export function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const SHADES = 40;

/**
 * The colour itself, or the nearest shade of it that stands out from the ground.
 * @param {string} color
 * @param {string} ground
 * @param {number} contrastMin 3 for shapes, 4.5 for text
 */
export function standingOut(color, ground, contrastMin) {
  return standingOutOn(color, [ground], contrastMin);
}

/**
 * The colour itself, or the nearest shade of it that stands out from each of the grounds, which are all light or all dark.
 * @param {string} color
 * @param {readonly string[]} grounds
 * @param {number} contrastMin 3 for shapes, 4.5 for text
 */
export function standingOutOn(color, grounds, contrastMin) {
  const towards = luminance(grounds[0]) > 0.18 ? "#000000" : "#ffffff";
  let shade = mixed(color, color, 0);
  for (let n = 1; n <= SHADES && grounds.some((ground) => contrast(shade, ground) < contrastMin); n++) {
    shade = mixed(color, towards, n / SHADES);
  }
  return shade;
}

/**
 * Ink that can be read on the colour: white where it can, else nearly black, else black; one of them always can.
 * @param {string} color
 * @param {number} [contrastMin] 4.5 for text; 3 for large text
 */
export function inkOn(color, contrastMin = 4.5) {
  return INKS.find((ink) => contrast(color, ink) >= contrastMin) ?? "#000000";
}

const INKS = ["#ffffff", "#14171f", "#000000"];
