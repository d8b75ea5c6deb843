/**
 * The words of every page and of `<seat-map>`: one table of messages per language, and numbers, money and times as
 * people of a locale write them.
 *
 * A message is a text with `{parameters}`, or one text per plural category of its `count` (Unicode CLDR; Intl.PluralRules).
 * English is the type of the tables: what another language lacks or has too much is a type error. A new language is a
 * folder beside the others and a line in `LANGUAGES`.
 */

/** @import { Key, Message, Parameters, Table } from "./message.js" */

import { map as arMap } from "./ar/map.js";
import { operator as arOperator } from "./ar/operator.js";
import { page as arPage } from "./ar/page.js";
import { pay as arPay } from "./ar/pay.js";
import { map as deMap } from "./de/map.js";
import { operator as deOperator } from "./de/operator.js";
import { page as dePage } from "./de/page.js";
import { pay as dePay } from "./de/pay.js";
import { map as enMap } from "./en/map.js";
import { operator as enOperator } from "./en/operator.js";
import { page as enPage } from "./en/page.js";
import { pay as enPay } from "./en/pay.js";

/** @type {Readonly<Record<string, Table>>} */
export const LANGUAGES = {
  en: { map: enMap, page: enPage, operator: enOperator, pay: enPay },
  de: { map: deMap, page: dePage, operator: deOperator, pay: dePay },
  ar: { map: arMap, page: arPage, operator: arOperator, pay: arPay },
};
const RIGHT_TO_LEFT = new Set(["ar"]);
/** What is put into a text written from right to left keeps its own direction: U+2068 … U+2069. */
const ISOLATED = ["\u2068", "\u2069"];

export class Words {
  /**
   * @param {string} language one of LANGUAGES
   * @param {string} locale of that language, for numbers and dates
   */
  constructor(language, locale) {
    this.language = language;
    this.locale = locale;
    /** @type {"ltr" | "rtl"} */
    this.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
    this._table = LANGUAGES[language];
    this._plurals = new Intl.PluralRules(locale);
    this._numbers = new Intl.NumberFormat(locale);
    /** @type {Map<string, Intl.NumberFormat>} */
    this._moneys = new Map();
    /** @type {Map<string, Intl.DateTimeFormat>} */
    this._dates = new Map();
  }

  /**
   * The message, its parameters put in. A number is written as the locale does: what is a name (a seat's number) comes
   * as a string.
   * @template {Key} K
   * @param {K} key
   * @param {Parameters<K>} parameters `count` chooses the plural form
   * @returns {string}
   */
  t(key, ...parameters) {
    /** @type {Record<string, string | number>} */
    const given = parameters[0] ?? {};
    const [area, ...name] = key.split(".");
    const message = /** @type {Record<string, Message>} */ (this._table[/** @type {keyof Table} */ (area)])[name.join(".")];
    const text = typeof message === "string" ? message : (message[this._plurals.select(Number(given.count))] ?? message.other);
    return text.replace(/\{(\w+)\}/g, (_, name) => this._written(given[name]));
  }

  /** @param {string | number | undefined} value */
  _written(value) {
    if (typeof value === "number") return this.number(value);
    return this.dir === "rtl" && value ? ISOLATED.join(value) : (value ?? "");
  }

  /** @param {number} n */
  number(n) {
    return this._numbers.format(n);
  }

  /** A time or a code in the locale's own digits. @param {string} text */
  digits(text) {
    return text.replace(/[0-9]/g, (digit) => this.number(Number(digit)));
  }

  /** @param {readonly string[]} names */
  list(names) {
    return new Intl.ListFormat(this.locale, { type: "conjunction" }).format(names);
  }

  /**
   * @param {number} amountMinor minor units of the currency
   * @param {string} currency ISO 4217
   * @param {{ short?: boolean }} [options] short: no decimals where the amount has none
   */
  money(amountMinor, currency, { short = false } = {}) {
    const full = this._money(currency, false);
    const major = amountMinor / 10 ** (full.resolvedOptions().maximumFractionDigits ?? 2);
    const format = short && Number.isInteger(major) ? this._money(currency, true) : full;
    if (this.dir === "ltr") return format.format(major);
    // A symbol such as US$ would be torn apart at its end: it is kept from left to right, U+2066 … U+2069.
    return format.formatToParts(major).map(({ type, value }) => (type === "currency" ? `\u2066${value}\u2069` : value)).join("");
  }

  /**
   * @param {string} currency
   * @param {boolean} whole
   */
  _money(currency, whole) {
    const key = `${currency}|${whole}`;
    let format = this._moneys.get(key);
    if (!format) {
      format = new Intl.NumberFormat(this.locale, {
        style: "currency", currency, currencyDisplay: "narrowSymbol", ...(whole ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
      });
      this._moneys.set(key, format);
    }
    return format;
  }

  /** Weekday, date and time, in full. @param {number} ms since 1970 */
  dateTime(ms) {
    return this.date(ms, { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit" });
  }

  /** Hour and minute. @param {number} ms since 1970 */
  time(ms) {
    return this.date(ms, { hour: "numeric", minute: "2-digit" });
  }

  /**
   * @param {number} ms since 1970
   * @param {Intl.DateTimeFormatOptions} options the parts that are wanted; the reader's own time zone where none is named
   */
  date(ms, options) {
    const key = JSON.stringify(options);
    let format = this._dates.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(this.locale, options);
      this._dates.set(key, format);
    }
    return format.format(ms);
  }
}

/** @type {Map<string, Words>} */
const known = new Map();

/**
 * @param {string | null} [locale] BCP 47; the page's language where none is given, else the browser's. A language that has
 *   no table reads in English, written by the conventions of its region; what is no locale at all counts as not given.
 * @returns {Words} the same for the same locale
 */
export function wordsFor(locale) {
  const asked = [locale, globalThis.document?.documentElement.lang, globalThis.navigator?.language, "en"].find(isLocale) ?? "en";
  let words = known.get(asked);
  if (!words) {
    const { language, region, baseName } = new Intl.Locale(asked);
    const spoken = language in LANGUAGES;
    const home = region ?? new Intl.Locale(asked).maximize().region;
    words = spoken ? new Words(language, baseName) : new Words("en", home ? `en-${home}` : "en");
    known.set(asked, words);
  }
  return words;
}

/** @param {string | null | undefined} locale */
function isLocale(locale) {
  try {
    return Boolean(locale) && Intl.getCanonicalLocales(/** @type {string} */ (locale)).length === 1;
  } catch {
    return false;
  }
}
