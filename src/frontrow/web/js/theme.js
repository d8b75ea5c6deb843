/** The two themes: one source for the canvas and, as custom properties, for everything around it. */

/**
 * @typedef {object} Theme
 * @property {string} ground under the map
 * @property {string} surface panels
 * @property {string} raised what lies on a panel
 * @property {string} ink text, one's own seats, the main button
 * @property {string} onInk
 * @property {string} soft text of second rank, 4.5:1 on every ground above
 * @property {string} line hairlines
 * @property {string} edge borders of controls, 3:1
 * @property {string} block a section's floor
 * @property {string} stage
 * @property {string} onStage
 * @property {string} taken booked seats
 * @property {string} held seats on hold by others, and blocked ones
 * @property {string} focus
 * @property {string} danger
 * @property {string} dangerWash
 * @property {string} warn
 * @property {string} warnWash
 * @property {string} good
 * @property {string} goodWash
 * @property {string} shadow the colour of shadows, red green blue
 */

/** @type {Theme} */
export const LIGHT = {
  ground: "#f1f2f5", surface: "#ffffff", raised: "#f6f7f9", ink: "#14171f", onInk: "#ffffff", soft: "#555c6a",
  line: "#e3e6ec", edge: "#878e9c", block: "#ffffff", stage: "#232733", onStage: "#ffffff", taken: "#b7bdc9", held: "#8a92a2",
  focus: "#1f6feb", danger: "#b3261e", dangerWash: "#fdecea", warn: "#8a4b00", warnWash: "#fff3df",
  good: "#0b6b43", goodWash: "#e3f5ec", shadow: "20 24 40",
};

/** @type {Theme} */
export const DARK = {
  ground: "#0d0f13", surface: "#16191f", raised: "#1f232b", ink: "#f3f5f9", onInk: "#11141a", soft: "#a7afbe",
  line: "#292e38", edge: "#717a8a", block: "#16191f", stage: "#343a48", onStage: "#f3f5f9", taken: "#4d5564", held: "#7c8596",
  focus: "#6ea8ff", danger: "#ff9d94", dangerWash: "#3a1a18", warn: "#ffc877", warnWash: "#362710",
  good: "#72d8a8", goodWash: "#10301f", shadow: "0 0 0",
};

/** @param {Theme} theme */
const properties = (theme) =>
  Object.entries(theme).map(([name, value]) => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: ${value};`).join(" ");

/** The themes as a style sheet for a shadow root whose host may carry `theme="light"` or `theme="dark"`. */
export const THEME_CSS = `
  :host { ${properties(LIGHT)} color-scheme: light; }
  @media (prefers-color-scheme: dark) { :host { ${properties(DARK)} color-scheme: dark; } }
  :host([theme="light"]) { ${properties(LIGHT)} color-scheme: light; }
  :host([theme="dark"]) { ${properties(DARK)} color-scheme: dark; }
`;

/**
 * The theme an element shows: its attribute's, else the reader's; where the system forces its own colours, those.
 * @param {Element} host
 */
export function themeOf(host) {
  const named = host.getAttribute("theme");
  const dark = named === "dark" || (named !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  const usual = dark ? DARK : LIGHT;
  return matchMedia("(forced-colors: active)").matches ? forced(usual) : usual;
}

/**
 * The system's colours as a theme, for the canvas: everything else is forced by the browser.
 * @param {Theme} usual
 * @returns {Theme}
 */
function forced(usual) {
  const [ground, ink, taken, focus] = ["Canvas", "CanvasText", "GrayText", "Highlight"].map(systemColor);
  return { ...usual, ground, surface: ground, raised: ground, block: ground, stage: ground, onInk: ground, ink, soft: ink, line: ink, edge: ink, onStage: ink, taken, held: taken, focus };
}

/** @param {string} name a system colour @returns {string} `#RRGGBB` */
function systemColor(name) {
  const probe = document.createElement("span");
  probe.style.color = name;
  document.body.append(probe);
  const [r = 0, g = 0, b = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
  probe.remove();
  return `#${[r, g, b].map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}
