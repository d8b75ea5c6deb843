/** Card numbers and dates as people type them: any digits, any spaces, in Arabic digits too. */

const NUMBER_DIGITS_MIN = 12;
export const NUMBER_DIGITS_MAX = 19;

/** @param {string} text */
export function digitsIn(text) {
  return text.replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660)).replace(/\D/g, "");
}

/** In groups of four, as it stands on the card. @param {string} digits */
export function grouped(digits) {
  return digits.slice(0, NUMBER_DIGITS_MAX).replace(/(.{4})(?=.)/g, "$1 ");
}

/** Month and year with their stroke, as soon as the month is there. @param {string} digits */
export function dated(digits) {
  const full = /^[2-9]/.test(digits) ? `0${digits}` : digits;
  return full.length > 2 ? `${full.slice(0, 2)}/${full.slice(2, 4)}` : full;
}

/**
 * Whether the last digit is the one that follows from the others (ISO/IEC 7812-1, annex B).
 * @param {string} digits
 */
export function isCardNumber(digits) {
  if (digits.length < NUMBER_DIGITS_MIN || digits.length > NUMBER_DIGITS_MAX) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]) * (place % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/**
 * What is wrong with a date; the card is good until its month ends.
 * @param {string} digits MMYY
 * @param {Date} now
 * @returns {"form" | "past" | null}
 */
export function dateFault(digits, now) {
  const month = Number(digits.slice(0, 2));
  if (digits.length !== 4 || month < 1 || month > 12) return "form";
  const end = (2_000 + Number(digits.slice(2))) * 12 + month;
  return end < now.getFullYear() * 12 + now.getMonth() + 1 ? "past" : null;
}
