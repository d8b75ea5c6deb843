/** Withholding seats and putting them on sale again, with what others do meanwhile. */

/** @import { AdminApi } from "./admin-api.js" */

import { ApiProblem } from "../js/api.js";
import { SEATS_PER_BLOCK_MAX } from "./admin-api.js";
import { batches } from "./selection.js";

/** A batch is refused whole when one of its seats was taken meanwhile; without those it is tried again. */
const TRIES_MAX = 4;

/**
 * Withhold the seats that are free; those that somebody was faster to take stay theirs.
 * @param {Pick<AdminApi, "block">} api
 * @param {string} eventId
 * @param {readonly string[]} seatIds
 * @param {string} reason
 * @returns {Promise<{ blocked: string[], refused: string[] }>}
 * @throws {import("../js/api.js").Problem} when it fails for another reason; earlier batches stay withheld
 */
export async function blockFree(api, eventId, seatIds, reason) {
  /** @type {string[]} */
  const blocked = [];
  /** @type {string[]} */
  const refused = [];
  for (const batch of batches(seatIds, SEATS_PER_BLOCK_MAX)) {
    let left = batch;
    for (let attempt = 1; left.length > 0; attempt++) {
      try {
        await api.block(eventId, left, reason);
        blocked.push(...left);
        break;
      } catch (caught) {
        const taken = caught instanceof ApiProblem && caught.code === "seats_unavailable" ? new Set(caught.refusals.map(({ seatId }) => seatId)) : null;
        if (!taken || taken.size === 0 || attempt === TRIES_MAX) throw caught;
        refused.push(...taken);
        left = left.filter((seatId) => !taken.has(seatId));
      }
    }
  }
  return { blocked, refused };
}

/**
 * @param {Pick<AdminApi, "unblock">} api
 * @param {string} eventId
 * @param {readonly string[]} seatIds
 * @returns {Promise<string[]>} those that are on sale again
 */
export async function unblockAll(api, eventId, seatIds) {
  /** @type {string[]} */
  const freed = [];
  for (const batch of batches(seatIds, SEATS_PER_BLOCK_MAX)) freed.push(...(await api.unblock(eventId, batch)));
  return freed;
}
