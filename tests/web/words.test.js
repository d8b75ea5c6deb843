/** The words: every language says everything, with the same parameters; plurals, fallback and direction. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiProblem, NoAnswer } from "../../src/frontrow/web/js/api.js";
import { problemText } from "../../src/frontrow/web/js/words/problem-words.js";
import { LANGUAGES, wordsFor } from "../../src/frontrow/web/js/words/words.js";

/** @param {import("../../src/frontrow/web/js/words/message.js").Message} message */
const formsOf = (message) => (typeof message === "string" ? { other: message } : message);

/** @param {string} text */
const parametersOf = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort();

const areas = /** @type {const} */ (["map", "page", "operator", "pay"]);

for (const [language, table] of Object.entries(LANGUAGES)) {
  test(`${language} says everything that English says, with the same parameters, in every plural form of the language`, () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const area of areas) {
      const english = /** @type {Record<string, import("../../src/frontrow/web/js/words/message.js").Message>} */ (LANGUAGES.en[area]);
      const translated = /** @type {typeof english} */ (table[area]);
      assert.deepEqual(Object.keys(translated).sort(), Object.keys(english).sort(), area);
      for (const [name, message] of Object.entries(english)) {
        const wanted = new Set(Object.values(formsOf(message)).flatMap(parametersOf));
        const forms = formsOf(translated[name]);
        for (const category of Object.keys(forms)) assert.ok(categories.includes(/** @type {Intl.LDMLPluralRule} */ (category)), `${area}.${name} has a form ${category} that ${language} never asks for`);
        for (const [category, text] of Object.entries(forms)) {
          const given = parametersOf(text);
          for (const parameter of given) assert.ok(wanted.has(parameter), `${area}.${name}.${category}: {${parameter}} is never given`);
          // A form for one or two may write the number as a word; everything else has to be said.
          const missing = [...wanted].filter((parameter) => !given.includes(parameter) && parameter !== "count");
          assert.deepEqual(missing, [], `${area}.${name}.${category}`);
        }
        if (wanted.has("count")) assert.ok(parametersOf(forms.other).includes("count"), `${area}.${name}.other`);
      }
    }
  });
}

test("a plural form is chosen by the count, as the language counts", () => {
  const [english, german, arabic] = ["en-US", "de-DE", "ar-AE"].map(wordsFor);
  assert.deepEqual([0, 1, 2].map((count) => english.t("map.seats", { count })), ["0 seats", "1 seat", "2 seats"]);
  assert.deepEqual([1, 2, 1234].map((count) => german.t("map.seats", { count })), ["1 Platz", "2 Plätze", "1.234 Plätze"]);
  assert.deepEqual([1, 2, 3, 11, 100].map((count) => arabic.t("map.seats", { count })), ["مقعد واحد", "مقعدان", "3 مقاعد", "11 مقعدًا", "100 مقعد"]);
});

test("what is a name is written as it is, and keeps its direction in a text from right to left", () => {
  assert.equal(wordsFor("de").t("map.row_seat", { row: "1000", seat: "1000" }), "Reihe 1000, Platz 1000");
  assert.equal(wordsFor("ar").t("map.row", { row: "AA" }), "الصف \u2068AA\u2069");
});

test("a language without a table reads in English by the conventions of its region; what is no locale counts as not given", () => {
  const french = wordsFor("fr");
  assert.deepEqual([french.language, french.locale, french.dir], ["en", "en-FR", "ltr"]);
  assert.equal(wordsFor("not a locale").language, "en");
  assert.equal(wordsFor("de-AT").locale, "de-AT");
  assert.equal(wordsFor("ar-EG").dir, "rtl");
});

test("without a locale the page's language is spoken, else the browser's", () => {
  const globals = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis));
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  globals.document = { documentElement: { lang: "ar" } };
  assert.equal(wordsFor().language, "ar");
  assert.equal(wordsFor("de").language, "de");
  globals.document = { documentElement: { lang: "" } };
  Object.defineProperty(globalThis, "navigator", { value: { language: "de-CH" }, configurable: true });
  assert.equal(wordsFor().locale, "de-CH");
  delete globals.document;
  if (before) Object.defineProperty(globalThis, "navigator", before);
});

test("money and times are written as people of the locale do", () => {
  const german = wordsFor("de-DE");
  assert.equal(german.money(123_450, "EUR"), "1.234,50\u00a0€");
  assert.equal(german.money(12_000, "EUR", { short: true }), "120\u00a0€");
  assert.equal(wordsFor("en-US").money(5_000, "JPY"), "¥5,000");
  assert.equal(wordsFor("en-US").money(1_950, "USD", { short: true }), "$19.50");
  assert.ok(wordsFor("ar").money(1_200, "USD").includes("\u2066US$\u2069"), "a symbol is not torn apart from right to left");
  assert.match(german.dateTime(Date.UTC(2031, 4, 17, 18)), /17\. Mai 2031/);
  assert.match(german.time(Date.UTC(2031, 4, 17, 18, 30)), /^\d\d:30$/);
});

test("an operator reads what went wrong in the page's own language, and the server's own words where that is its language", () => {
  const problem = (status, code, more = {}) => new ApiProblem(status, { code, detail: "in English", ...more });
  const said = (language, caught) => problemText(wordsFor(language), caught, "operator");
  for (const language of ["de", "ar"]) {
    for (const code of ["not_found", "layout_in_use", "event_id_taken", "order_state", "some_new_code", "constructor"]) {
      assert.doesNotMatch(said(language, problem(409, code)), /English/, `${language} ${code}`);
    }
    assert.match(said(language, problem(422, "validation_failed", { errors: [{ field: "startsAt", message: "in English" }] })), /startsAt/);
    assert.doesNotMatch(said(language, problem(422, "validation_failed", { errors: [{ field: "startsAt", message: "in English" }] })), /English/);
  }
  assert.equal(said("en", problem(409, "layout_in_use")), "in English");
  assert.equal(said("en", problem(422, "validation_failed", { errors: [{ field: "startsAt", message: "is no time" }] })), "startsAt: is no time");
  assert.match(said("en", new NoAnswer("cut")), /does not answer/);
  assert.match(said("en", problem(403, "role_missing")), /admin role/);
  assert.throws(() => problemText(wordsFor("en"), new TypeError("a fault of the page")), TypeError);
});
