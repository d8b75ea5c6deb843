/** Money, dates and counts as people of a locale write them. */

/** @import { Money } from "../wire.js" */

/** @type {Map<string, Intl.NumberFormat>} */
const moneyFormats = new Map();

/**
 * @param {Money} money minor units of an ISO 4217 currency
 * @param {string} [locale] BCP 47; the browser's own when left out
 * @param {{ short?: boolean }} [options] short: no decimals where the amount has none
 */
export function formatMoney({ amountMinor, currency }, locale, { short = false } = {}) {
  const full = moneyFormat(locale, currency, false);
  const digits = full.resolvedOptions().maximumFractionDigits ?? 2;
  const major = amountMinor / 10 ** digits;
  return (short && Number.isInteger(major) ? moneyFormat(locale, currency, true) : full).format(major);
}

/**
 * @param {string | undefined} locale
 * @param {string} currency
 * @param {boolean} whole
 */
function moneyFormat(locale, currency, whole) {
  const key = `${locale}|${currency}|${whole}`;
  let format = moneyFormats.get(key);
  if (!format) {
    /** @type {Intl.NumberFormatOptions} */
    const options = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
    format = new Intl.NumberFormat(knownLocale(locale), whole ? { ...options, minimumFractionDigits: 0, maximumFractionDigits: 0 } : options);
    moneyFormats.set(key, format);
  }
  return format;
}

/**
 * @param {number} count
 * @param {string} [locale]
 */
export function formatCount(count, locale) {
  return new Intl.NumberFormat(knownLocale(locale)).format(count);
}

/**
 * @param {string} at RFC 3339
 * @param {string} [locale]
 * @param {string} [timeZone] IANA name; the browser's own when left out
 * @returns {{ day: string, month: string, weekday: string, time: string, full: string }}
 */
export function formatMoment(at, locale, timeZone) {
  const date = new Date(at);
  /** @param {Intl.DateTimeFormatOptions} options */
  const as = (options) => new Intl.DateTimeFormat(knownLocale(locale), { ...options, timeZone }).format(date);
  return {
    day: as({ day: "numeric" }),
    month: as({ month: "short" }),
    weekday: as({ weekday: "short" }),
    time: as({ hour: "numeric", minute: "2-digit" }),
    full: as({ weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit" }),
  };
}

/**
 * A locale Intl accepts, or the browser's own: a mistyped attribute must not take the map away.
 * @param {string | undefined} locale
 */
function knownLocale(locale) {
  try {
    return locale ? Intl.getCanonicalLocales(locale)[0] : undefined;
  } catch {
    return undefined;
  }
}
