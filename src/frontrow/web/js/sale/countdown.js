/** How long a hold has left, and how loudly to say so. Pure: the caller brings the server's time. */

const SOON_MS = 120_000;
const EXPIRING_MS = 60_000;

/**
 * @typedef {object} Countdown
 * @property {number} leftMs never negative
 * @property {string} text minutes and seconds, `9:05`; hours too from one hour on
 * @property {"calm" | "soon" | "expiring" | "over"} phase
 */

/**
 * @param {number} expiresAtMs
 * @param {number} nowMs the server's time
 * @returns {Countdown}
 */
export function countdown(expiresAtMs, nowMs) {
  const leftMs = Math.max(0, expiresAtMs - nowMs);
  // Rounded up: the last second shown is 0:01, and 0:00 means over.
  const seconds = Math.ceil(leftMs / 1000);
  const h = Math.floor(seconds / 3600);
  const m = Math.floor(seconds / 60) % 60;
  const s = String(seconds % 60).padStart(2, "0");
  const text = h > 0 ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
  const phase = leftMs === 0 ? "over" : leftMs <= EXPIRING_MS ? "expiring" : leftMs <= SOON_MS ? "soon" : "calm";
  return { leftMs, text, phase };
}
