/** A table that is searched, paged, and taken away as a file: of bookings, of orders. */

/** @import { Child } from "../js/panels/markup.js" */
/** @import { Desk } from "./desk.js" */

import { fill, h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { button, panel } from "./panel.js";
import { sign } from "./signs.js";

const TYPING_MS = 300;
const PAGE_ROWS = 12;
/** Shown at once at most; who looks for more asks more closely, or takes the whole table. */
const ROWS_MAX = 200;

/**
 * @template T
 * @typedef {object} SearchedTableOptions
 * @property {string} title
 * @property {string} name the panel's class
 * @property {string} searchLabel
 * @property {readonly string[]} head names of columns; one more, without a name, follows
 * @property {number} numberAt the column of amounts
 * @property {Child[]} [actions] before the search
 * @property {(which: { query: string, cursor: string | null, limit: number }) => Promise<{ items: T[], nextCursor?: string | null }>} load
 * @property {(item: T) => HTMLTableRowElement} row
 * @property {() => string} emptyText of a table in which nothing is looked for
 * @property {string} noneText where nothing was found
 * @property {(query: string) => Promise<Blob>} csv
 * @property {string} fileName
 */

/** @template T */
export class SearchedTable {
  /**
   * @param {Desk} desk
   * @param {SearchedTableOptions<T>} options
   */
  constructor(desk, options) {
    this._desk = desk;
    this._options = options;
    const { words } = desk;
    const { title, name, searchLabel, head, numberAt, actions = [] } = options;
    this._query = "";
    /** @type {string | null} */
    this._cursor = null;
    /** Counts the searches: an answer to an earlier one is dropped. */
    this._search = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._typing = undefined;
    const input = h("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: words.t("operator.search_example"), "aria-label": searchLabel, oninput: () => {
      clearTimeout(this._typing);
      this._typing = setTimeout(() => this.look(input.value.trim()), TYPING_MS);
    } });
    this._rows = h("tbody", {});
    this._said = h("p", { class: "soft none", role: "status" });
    this._more = button(words.t("operator.show_more"), () => void this._load(), {});
    this._csv = button(words.t("operator.csv"), () => void this._download(), { sign: sign("download") });
    this.element = panel(title, { class: name, actions: [...actions, h("span", { class: "search" }, sign("search"), input), this._csv] },
      h("div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": title }, h("table", { class: "plain" },
        h("thead", {}, h("tr", {}, ...head.map((text, at) => h("th", { scope: "col", class: at === numberAt ? "number" : null }, text)), h("td", {}))), this._rows)),
      this._said, h("div", { class: "panel-foot" }, this._more));
  }

  end() {
    clearTimeout(this._typing);
    this._search += 1;
  }

  /** Something has changed: look again, where nobody has asked for more than the first page. */
  refresh() {
    if (this._rows.children.length <= PAGE_ROWS) this.look(this._query, true);
  }

  /**
   * @param {string} [query] the one looked for now, where none is given
   * @param {boolean} [quietly] keep what is shown until the answer is there
   */
  look(query = this._query, quietly = false) {
    this._query = query;
    if (!quietly) {
      this._cursor = null;
      fill(this._rows);
    }
    void this._load(true);
  }

  /** @param {boolean} [anew] */
  async _load(anew = false) {
    const search = ++this._search;
    const { words } = this._desk;
    const { load, row, emptyText, noneText } = this._options;
    this._more.disabled = true;
    try {
      const { items, nextCursor } = await load({ query: this._query, cursor: anew ? null : this._cursor, limit: PAGE_ROWS });
      if (search !== this._search) return;
      this._cursor = nextCursor ?? null;
      const rows = items.map(row);
      if (anew) fill(this._rows, ...rows);
      else this._rows.append(...rows);
      const shown = this._rows.children.length;
      this._more.hidden = !this._cursor || shown >= ROWS_MAX;
      this._said.textContent = shown === 0 ? (this._query ? noneText : emptyText()) : shown >= ROWS_MAX && this._cursor ? words.t("operator.narrow_search") : "";
    } catch (caught) {
      if (search === this._search) this._said.textContent = problemText(words, caught, "operator");
    } finally {
      this._more.disabled = false;
    }
  }

  async _download() {
    const { toasts, words } = this._desk;
    this._csv.disabled = true;
    try {
      const address = URL.createObjectURL(await this._options.csv(this._query));
      h("a", { href: address, download: this._options.fileName }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (caught) {
      toasts.tell(problemText(words, caught, "operator"), "bad");
    } finally {
      this._csv.disabled = false;
    }
  }
}
