/**
 * What an order of seats comes to with an event's fees and taxes, and what of it is kept when seats go back: as
 * `domain/charges.py` computes it. Minor units; shares are in basis points, halves round up. Pure.
 */

/** @import { Charge } from "../wire.js" */

const BASIS_POINTS = 10_000;

/** @typedef {{ label: string, minor: number, included: boolean }} ChargeLine `included`: part of what stands above it */

/**
 * @param {readonly number[]} seats what each seat costs
 * @param {readonly Charge[]} charges
 * @returns {{ lines: ChargeLine[], totalMinor: number }} a line for each charge
 */
export function charged(seats, charges) {
  let totalMinor = sum(seats);
  const lines = charges.map((charge) => {
    const included = charge.kind === "included_share";
    const minor = amountOf(charge, seats, totalMinor);
    if (!included) totalMinor += minor;
    return { label: charge.name, minor, included };
  });
  return { lines, totalMinor };
}

/**
 * What stays paid of an order of `seats` when only `left` of them are kept.
 * @param {readonly number[]} seats what each seat costs
 * @param {readonly Charge[]} charges
 * @param {readonly number[]} left some of them
 */
export function keptMinor(seats, charges, left) {
  let paid = sum(seats);
  let kept = sum(left);
  for (const charge of charges) {
    if (charge.kind === "included_share") continue;
    const minor = amountOf(charge, seats, paid);
    kept += charge.refundable === false ? minor : amountOf(charge, left, kept);
    paid += minor;
  }
  return kept;
}

/**
 * @param {Charge} charge
 * @param {readonly number[]} seats
 * @param {number} runningMinor the seats and the charges before this one
 */
function amountOf({ kind, amountMinor = 0, basisPoints = 0 }, seats, runningMinor) {
  switch (kind) {
    case "per_seat":
      return amountMinor * seats.filter((minor) => minor > 0).length;
    case "per_order":
      return seats.some((minor) => minor > 0) ? amountMinor : 0;
    case "share":
      return shareOf(runningMinor, basisPoints, BASIS_POINTS);
    default:
      return shareOf(runningMinor, basisPoints, BASIS_POINTS + basisPoints);
  }
}

/**
 * Products of large sums are no exact numbers any more: they are integers here.
 * @param {number} minor
 * @param {number} part
 * @param {number} whole
 */
function shareOf(minor, part, whole) {
  return Number((2n * BigInt(minor) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole)));
}

/** @param {readonly number[]} amounts */
function sum(amounts) {
  return amounts.reduce((total, minor) => total + minor, 0);
}
