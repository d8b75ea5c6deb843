/** What an operator types of an event, and what the server reads: money in major and minor units, local times and UTC. */

/**
 * @param {string} currency ISO 4217
 * @returns {number} decimal places of the currency
 */
export function digitsOf(currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/**
 * @param {string} typed "45", "45.5", "45,50"
 * @param {string} currency
 * @returns {number | null} minor units; null for what is no amount, and for finer ones than the currency has
 */
export function minorOf(typed, currency) {
  const digits = digitsOf(currency);
  const match = /^(\d{1,12})(?:[.,](\d+))?$/.exec(typed.trim());
  if (!match || (match[2] ?? "").length > digits) return null;
  return Number(match[1]) * 10 ** digits + Number((match[2] ?? "").padEnd(digits, "0") || 0);
}

/**
 * @param {number} amountMinor
 * @param {string} currency
 * @returns {string} as minorOf reads it: "45", "45.50"
 */
export function majorText(amountMinor, currency) {
  const digits = digitsOf(currency);
  const major = amountMinor / 10 ** digits;
  return Number.isInteger(major) ? String(major) : major.toFixed(digits);
}

/**
 * @param {string | null | undefined} at RFC 3339
 * @returns {string} for `<input type="datetime-local">`, in the reader's time zone; "" for none
 */
export function localText(at) {
  if (!at) return "";
  const date = new Date(at);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * @param {string} local of `<input type="datetime-local">`
 * @returns {string | null} RFC 3339 in UTC; null for none
 */
export function utcText(local) {
  const ms = Date.parse(local);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
