/** What a table of messages is, as types: the English tables say which messages there are and what goes into each. */

import type { map } from "./en/map.js";
import type { operator } from "./en/operator.js";
import type { page } from "./en/page.js";
import type { pay } from "./en/pay.js";

/** One text, or a text per plural category of the language, chosen by the parameter `count`. */
export type Message = string | ({ readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string });

/** A translation of a table: every message of it, no other. */
export type Translation<T> = { readonly [name in keyof T]: Message };

type English = { map: typeof map; page: typeof page; operator: typeof operator; pay: typeof pay };
export type Table = { readonly [area in keyof English]: Translation<English[area]> };

type KeyIn<Area extends keyof English> = `${Area}.${keyof English[Area] & string}`;
export type Key = KeyIn<"map"> | KeyIn<"page"> | KeyIn<"operator"> | KeyIn<"pay">;

type MessageOf<K extends Key> = K extends `map.${infer N extends keyof English["map"] & string}`
  ? English["map"][N]
  : K extends `page.${infer N extends keyof English["page"] & string}`
    ? English["page"][N]
    : K extends `operator.${infer N extends keyof English["operator"] & string}`
      ? English["operator"][N]
      : K extends `pay.${infer N extends keyof English["pay"] & string}`
        ? English["pay"][N]
        : never;

type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type NamesOf<M> = M extends string ? NamesIn<M> : "count" | NamesIn<M[keyof M]>;

/** The one argument after the key, as the English message asks for it; none where it has no parameters. */
export type Parameters<K extends Key> = [NamesOf<MessageOf<K>>] extends [never] ? [] : [Readonly<Record<NamesOf<MessageOf<K>>, string | number>>];
