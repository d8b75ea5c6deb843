/** Movements of the camera that take time: flights to a place and the glide after a drag. */

/** @import { Pose } from "./camera.js" */
/** @import { Camera } from "./camera.js" */

import { poseBetween } from "./camera.js";

const FLIGHT_MS = 420;
const GLIDE_FRICTION_PER_MS = 0.0048;
const GLIDE_STOPS_BELOW = 0.02;

/** @typedef {(nowMs: number) => boolean} Movement moves the camera to where it is now; false when it has arrived */

/**
 * @param {Camera} camera
 * @param {Pose} to
 * @param {number} nowMs
 * @returns {Movement}
 */
export function flight(camera, to, nowMs) {
  const from = camera.pose;
  return (now) => {
    const t = Math.min(1, (now - nowMs) / FLIGHT_MS);
    const eased = 1 - (1 - t) ** 3;
    camera.pose = poseBetween(from, to, eased);
    return t < 1;
  };
}

/**
 * @param {Camera} camera
 * @param {number} vx pixels per millisecond
 * @param {number} vy
 * @param {number} nowMs
 * @returns {Movement}
 */
export function glide(camera, vx, vy, nowMs) {
  let last = nowMs;
  let [x, y] = [vx, vy];
  return (now) => {
    const passed = Math.min(64, now - last);
    last = now;
    camera.panBy(x * passed, y * passed);
    const kept = Math.exp(-GLIDE_FRICTION_PER_MS * passed);
    x *= kept;
    y *= kept;
    return Math.hypot(x, y) > GLIDE_STOPS_BELOW;
  };
}
