/**
 * The clock by which spans of time are measured. The clock of the day is no use for that: it can be set, and whoever
 * waits until a moment of it would wait for hours after it went back.
 */

/** @returns {number} milliseconds since the page began; never less than before */
export const spanMs = () => performance.now();
