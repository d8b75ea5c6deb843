/** What a drawing holds, and where in it a fault lies: for the report that is read before it is published. */

/** @import { FieldFault, Layout } from "../js/wire.js" */

/**
 * @typedef {object} LayoutFacts
 * @property {number} seats
 * @property {number} tables
 * @property {number} accessible
 * @property {{ name: string, color: string, seats: number }[]} byCategory
 * @property {{ name: string, seats: number }[]} bySection seats outside of sections come last, under ""
 */

/**
 * @param {Layout} layout
 * @returns {LayoutFacts}
 */
export function factsOf({ seats, categories, sections = [], items = [] }) {
  /** @type {Map<string, number>} */
  const ofCategory = new Map();
  /** @type {Map<string, number>} */
  const ofSection = new Map();
  for (const { categoryId, sectionId = "" } of seats) {
    ofCategory.set(categoryId, (ofCategory.get(categoryId) ?? 0) + 1);
    ofSection.set(sectionId, (ofSection.get(sectionId) ?? 0) + 1);
  }
  const bySection = sections.map(({ id, name }) => ({ name, seats: ofSection.get(id) ?? 0 }));
  const outside = ofSection.get("") ?? 0;
  return {
    seats: seats.length,
    tables: items.filter(({ type }) => type === "table").length,
    accessible: seats.filter(({ accessible }) => accessible).length,
    byCategory: categories.map(({ id, name, color }) => ({ name, color, seats: ofCategory.get(id) ?? 0 })),
    bySection: outside > 0 ? [...bySection, { name: "", seats: outside }] : bySection,
  };
}

/** A value longer than this says no more than its beginning. */
const VALUE_CHARS_MAX = 80;

/**
 * A fault with what stands at its place in the document.
 * @param {unknown} document
 * @param {FieldFault} fault `field` is a path, `seats[12].position.x`
 * @returns {{ path: string, message: string, of: string, value: string | null }} `of` names the nearest thing around it
 *   that has an id or a label; `value` is null where nothing stands
 */
export function placed(document, { field, message }) {
  const path = field.replace(/^body\.?/, "").replace(/^\$\.?/, "");
  const steps = [...path.matchAll(/[^.[\]"']+/g)].map(([step]) => step);
  /** @type {unknown} */
  let value = document;
  let of = "";
  for (const step of steps) {
    if (value === null || typeof value !== "object") return { path, message, of, value: null };
    value = /** @type {Record<string, unknown>} */ (value)[step];
    const { id, label } = value !== null && typeof value === "object" ? /** @type {Record<string, unknown>} */ (value) : {};
    const name = id ?? label;
    if (typeof name === "string" || typeof name === "number") of = String(name);
  }
  const text = value === undefined ? null : (JSON.stringify(value) ?? null);
  return { path, message, of, value: text !== null && text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text };
}

/**
 * Which of the two formats a document looks like.
 * @param {unknown} document
 * @returns {"frontrow" | "seatsio"}
 */
export function formatOf(document) {
  if (document === null || typeof document !== "object" || Array.isArray(document)) return "frontrow";
  return "subChart" in document || "venueType" in document || ("categories" in document && !Array.isArray(document.categories)) ? "seatsio" : "frontrow";
}

/**
 * Where a text stops being JSON.
 * @param {string} text
 * @returns {{ document: unknown } | { line: number | null, message: string }} lines count from 1
 */
export function parsed(text) {
  try {
    return { document: JSON.parse(text) };
  } catch (fault) {
    const message = /** @type {SyntaxError} */ (fault).message;
    const at = /position (\d+)/.exec(message);
    return { line: at ? text.slice(0, Number(at[1])).split("\n").length : null, message };
  }
}
