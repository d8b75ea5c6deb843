/**
 * What the still part of the map was last painted from, so that a frame knows what looks different by now, whoever
 * changed it: nothing need be told.
 */

/** @import { Scene, SectionSale } from "./scene.js" */

/** What every tile depends on: a new one of these is a new picture. */
const WHOLE = /** @type {const} */ (["theme", "categoryColors", "category", "heat", "words", "fontFamily", "priceText"]);

export class Look {
  /** @param {Scene} scene */
  constructor(scene) {
    /** @type {Partial<Scene>} */
    this._whole = {};
    for (const part of WHOLE) Object.assign(this._whole, { [part]: scene[part] });
    this._states = scene.states.slice();
    this._sales = scene.sales.map((sale) => ({ ...sale }));
    /** @type {number[]} */
    this.seats = [];
    /** @type {number[]} */
    this.sections = [];
  }

  /**
   * Compare and remember. `seats` and `sections` are then what looks different, unless everything does.
   * @param {Scene} scene
   * @returns {boolean} whether everything looks different
   */
  update(scene) {
    this.seats.length = 0;
    this.sections.length = 0;
    const { states, sales } = scene;
    const before = this._states;
    for (let seat = 0; seat < states.length; seat++) {
      if (states[seat] === before[seat]) continue;
      before[seat] = states[seat];
      this.seats.push(seat);
    }
    for (let section = 0; section < sales.length; section++) {
      if (this._sold(section, sales[section])) this.sections.push(section);
    }
    let whole = false;
    for (const part of WHOLE) {
      if (this._whole[part] === scene[part]) continue;
      whole = true;
      Object.assign(this._whole, { [part]: scene[part] });
    }
    return whole;
  }

  /**
   * @param {number} section
   * @param {SectionSale} sale
   */
  _sold(section, sale) {
    const before = this._sales[section];
    if (
      before && before.available === sale.available && before.held === sale.held && before.booked === sale.booked &&
      before.total === sale.total && before.fromMinor === sale.fromMinor
    ) return false;
    this._sales[section] = { ...sale };
    return true;
  }
}
