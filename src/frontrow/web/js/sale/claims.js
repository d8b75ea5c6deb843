/**
 * The buyer's claims on seats, in the order chosen. Each is `wanted` or not, the buyer's last word, and has a `holdId`
 * or none, the server's; the two agree when nothing is left to do.
 */

/** @import { Hold } from "../wire.js" */

import { spanMs } from "./span-clock.js";

/**
 * @typedef {object} Claim
 * @property {boolean} wanted
 * @property {string | null} holdId the hold that has the seat, as far as the server has said
 * @property {string | null} tableId held as part of this whole table
 * @property {boolean} sending
 * @property {number} settledAtMs when the server last said anything of this seat, by the span clock
 */

/** @extends {Map<number, Claim>} */
export class Claims extends Map {
  /** The seats the buyer wants, in the order chosen. @returns {number[]} */
  get seats() {
    return [...this].filter(([, claim]) => claim.wanted).map(([seat]) => seat);
  }

  /** Whether every claim is a wanted seat that is held. */
  get settled() {
    return [...this.values()].every((claim) => claim.wanted && claim.holdId !== null && !claim.sending);
  }

  /** The holds that have seats of ours. @returns {string[]} */
  get holdIds() {
    return [...new Set([...this.values()].flatMap(({ holdId }) => holdId ?? []))];
  }

  /** What the server is still to be asked for, or to be given back. @returns {[number, Claim][]} */
  get due() {
    return [...this].filter(([, claim]) => claim.wanted === (claim.holdId === null));
  }

  /**
   * @param {number} seat
   * @param {string | null} tableId
   */
  want(seat, tableId) {
    const claim = this.get(seat);
    if (claim) claim.wanted = true;
    else this.set(seat, { wanted: true, holdId: null, tableId, sending: false, settledAtMs: 0 });
  }

  /** @param {number} seat */
  unwant(seat) {
    const claim = this.get(seat);
    if (!claim) return;
    claim.wanted = false;
    if (claim.holdId === null && !claim.sending) this.delete(seat);
  }

  /** @param {number} seat @returns {number[]} the seat, or all seats of the table it was taken with */
  together(seat) {
    const tableId = this.get(seat)?.tableId;
    if (!tableId) return [seat];
    return [...this].filter(([, claim]) => claim.tableId === tableId).map(([other]) => other);
  }

  /**
   * The server has answered for these seats.
   * @param {readonly number[]} seats
   * @param {string | null} holdId that has them now
   */
  settle(seats, holdId) {
    for (const seat of seats) {
      const claim = this.get(seat);
      if (!claim) continue;
      Object.assign(claim, { holdId, sending: false, settledAtMs: spanMs() });
      if (holdId === null && !claim.wanted) this.delete(seat);
    }
  }

  /**
   * The server holds the seat for us, whether we asked for it here or not.
   * @param {number} seat
   * @param {Hold} hold
   * @param {string} [tableId] the table that the seat belongs to
   */
  held(seat, hold, tableId = "") {
    const known = this.get(seat);
    const answered = { holdId: hold.holdId, settledAtMs: spanMs() };
    if (known) Object.assign(known, answered);
    else this.set(seat, { wanted: true, tableId: hold.tableIds.includes(tableId) ? tableId : null, sending: false, ...answered });
  }
}
