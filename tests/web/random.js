/** Random numbers for tests, the same again from the seed that a failure prints. */

import { test } from "node:test";

/** @param {number} seed */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A test of many rounds, each with its own random numbers; `SEED=...` in the environment replays a round.
 * @param {string} name
 * @param {number} rounds
 * @param {(random: () => number) => void} body
 */
export function property(name, rounds, body) {
  test(name, () => {
    const first = process.env.SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(process.env.SEED);
    for (let round = 0; round < (process.env.SEED === undefined ? rounds : 1); round++) {
      try {
        body(randomFrom(first + round));
      } catch (error) {
        throw new Error(`SEED=${first + round}: ${/** @type {Error} */ (error).message}`, { cause: error });
      }
    }
  });
}
