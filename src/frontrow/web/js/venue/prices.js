/** What a seat of a category costs. */

/**
 * Names of categories are anybody's: one called "constructor" is no price because every object has one.
 * @param {Readonly<Record<string, number>>} prices minor units by category id
 * @param {string} categoryId
 * @returns {number} minor units; 0 where the event says no price
 */
export function priceOf(prices, categoryId) {
  return Object.hasOwn(prices, categoryId) ? prices[categoryId] : 0;
}
