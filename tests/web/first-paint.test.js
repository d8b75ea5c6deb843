/** The modules that are asked for before anything is drawn: they exist, are wanted, and leave little to be found late. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const WEB = new URL("../../src/frontrow/web/", import.meta.url);
const SCRIPT = readFileSync(new URL("js/page/first-paint.js", WEB), "utf8");
/** What each page's address loads when it is open: main.js chooses it. */
const ENTRIES = { "/?event=e": "event-page", "/?booking=b": "booking-page", "/?bookings": "bookings-page", "/?find": "find-page", "/": "listing" };
/** So many imports deep a module may be found, counted from one that was asked for at once. */
const DEPTH_MAX = 2;

/** The addresses of the modules that a page and its script ask for. */
function askedFor(address) {
  const document = readFileSync(new URL(address.startsWith("/operator/") ? "operator/index.html" : "index.html", WEB), "utf8");
  const asked = [...document.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, href]) => new URL(`.${href}`, WEB).href);
  const { pathname, search } = new URL(address, "http://localhost:8000");
  runInNewContext(SCRIPT, {
    URLSearchParams, location: { pathname, search }, navigator: { languages: ["en-GB"] },
    localStorage: { getItem: () => null, setItem: () => {} },
    document: {
      currentScript: { src: "/js/page/first-paint.js" }, documentElement: { dataset: {} }, createElement: () => ({}),
      head: { append: ({ rel, href }) => asked.push(rel === "modulepreload" && new URL(`.${href}`, WEB).href) },
    },
  });
  return asked;
}

/** What a module imports as it is loaded. */
function importsOf(module) {
  const code = readFileSync(new URL(module), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  return [...code.matchAll(/^(?:import|export)\b[^;"]*"(\.[^"]+)"/gm)].map(([, path]) => new URL(path, module).href);
}

/** Every module that these load, and how many imports deep it is. */
function depthsFrom(modules) {
  const depths = new Map(modules.map((module) => [module, 0]));
  for (const [module, depth] of depths) for (const next of importsOf(module)) if (!depths.has(next)) depths.set(next, depth + 1);
  return depths;
}

const MAIN = new URL("js/page/main.js", WEB).href;

for (const [address, entry] of Object.entries(ENTRIES)) {
  test(`${address} asks at once for modules that it needs, and finds the others soon`, () => {
    const asked = askedFor(address);
    const needed = depthsFrom([MAIN, new URL(`js/page/${entry}.js`, WEB).href]);
    assert.ok(asked.length > 0);
    for (const module of asked) {
      assert.ok(module && existsSync(new URL(module)), `${module} is no file`);
      assert.ok(needed.has(module), `${module} is not imported by this page`);
    }
    const found = depthsFrom([MAIN, ...asked]);
    assert.deepEqual([...found.keys()].sort(), [...needed.keys()].sort());
    const late = [...found].filter(([, depth]) => depth > DEPTH_MAX).map(([module]) => module.slice(WEB.href.length));
    assert.deepEqual(late, []);
  });
}

test("the operator's page asks for no module of the buyers'", () => {
  const needed = depthsFrom([new URL("operator/main.js", WEB).href]);
  for (const module of askedFor("/operator/")) assert.ok(needed.has(module), module);
});
