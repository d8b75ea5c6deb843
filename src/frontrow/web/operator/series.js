/** An event's bookings over time as a chart wants them: one point per interval, empty ones too, and the running revenue. */

/** @import { EventStats } from "../js/wire.js" */
/** @import { Interval } from "./answers.js" */

/** @type {Readonly<Record<Interval, number>>} */
const INTERVAL_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** A young sale is shown on at least so many intervals: one bar alone says nothing of pace. */
const POINTS_MIN = 24;
const POINTS_MAX = 240;

/**
 * @typedef {object} Series
 * @property {number[]} startsAtMs ascending, without gaps
 * @property {number[]} seats booked in each interval
 * @property {number[]} bookings made in each interval
 * @property {number[]} revenueMinor of all bookings up to the end of each interval
 * @property {number} intervalMs
 */

/**
 * @param {EventStats["overTime"]} overTime
 * @param {number} nowMs by the server's clock
 * @returns {Series} POINTS_MIN to POINTS_MAX points, the last of them the interval that is running
 */
export function seriesOf({ interval, buckets, earlier }, nowMs) {
  const intervalMs = INTERVAL_MS[interval];
  const booked = new Map(buckets.map((bucket) => [Math.floor(Date.parse(bucket.startsAt) / intervalMs), bucket]));
  const last = Math.max(Math.floor(nowMs / intervalMs), ...booked.keys());
  const first = Math.max(last + 1 - POINTS_MAX, Math.min(last + 1 - POINTS_MIN, ...booked.keys()));
  let revenueMinor = earlier.revenue.amountMinor;
  for (const [span, bucket] of booked) if (span < first) revenueMinor += bucket.revenue.amountMinor;
  /** @type {Series} */
  const series = { startsAtMs: [], seats: [], bookings: [], revenueMinor: [], intervalMs };
  for (let span = first; span <= last; span++) {
    const bucket = booked.get(span);
    revenueMinor += bucket?.revenue.amountMinor ?? 0;
    series.startsAtMs.push(span * intervalMs);
    series.seats.push(bucket?.seats ?? 0);
    series.bookings.push(bucket?.bookings ?? 0);
    series.revenueMinor.push(revenueMinor);
  }
  return series;
}

/**
 * The interval that shows a sale's course best: bars enough to see a pace, few enough to tell apart.
 * @param {number} sinceMs the first booking
 * @param {number} nowMs
 * @returns {Interval}
 */
export function fittingInterval(sinceMs, nowMs) {
  const lastsMs = nowMs - sinceMs;
  if (lastsMs < 3 * INTERVAL_MS.hour) return "minute";
  return lastsMs < 5 * INTERVAL_MS.day ? "hour" : "day";
}

/**
 * @param {number} part
 * @param {number} whole
 * @returns {number} 0 to 1; 0 of nothing
 */
export function share(part, whole) {
  return whole > 0 ? part / whole : 0;
}
