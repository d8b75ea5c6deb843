/** Bookings over time: seats per interval as bars, what the event has taken so far as a line, and the same as a table. */

/** @import { EventStats } from "../js/wire.js" */
/** @import { Interval } from "./answers.js" */
/** @import { Desk } from "./desk.js" */
/** @import { Series } from "./series.js" */

import { fill, h } from "../js/panels/markup.js";
import uPlot from "../vendor/uplot/uPlot.esm.js";
import { digitsOf } from "./event-fields.js";
import { onLight } from "./light.js";
import { choiceOf, panel } from "./panel.js";
import { seriesOf } from "./series.js";

const HEIGHT_PX = 250;
const TABLE_ROWS_MAX = 50;

export class OverTimePanel {
  /**
   * @param {Desk} desk
   * @param {object} options
   * @param {string} options.currency
   * @param {Interval} options.interval
   * @param {(interval: Interval) => void} options.onInterval
   */
  constructor({ api, words }, { currency, interval, onInterval }) {
    this._words = words;
    this._clock = api.clock;
    this._currency = currency;
    this._readout = h("p", { class: "readout" });
    this._place = h("div", { class: "chart", dir: "ltr", role: "img", "aria-label": words.t("operator.over_time_chart") });
    this._table = h("tbody", {});
    /** @type {Series | null} */
    this._series = null;
    /** @type {uPlot | null} */
    this._plot = null;
    this.element = panel(words.t("operator.over_time"), {
      class: "over-time", actions: [choiceOf(words.t("operator.interval"), [
        { value: "minute", text: words.t("operator.by_minute") }, { value: "hour", text: words.t("operator.by_hour") }, { value: "day", text: words.t("operator.by_day") },
      ], interval, (chosen) => onInterval(/** @type {Interval} */ (chosen)))],
    }, h("div", { class: "chart-key" }, h("span", {}, h("span", { class: "key-bar" }), words.t("operator.seats_sold")), h("span", {}, h("span", { class: "key-line" }), words.t("operator.revenue_so_far"))),
    this._place, this._readout,
    h("details", { class: "as-table" }, h("summary", {}, words.t("operator.as_table")),
      h("div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": words.t("operator.over_time") }, h("table", {},
        h("thead", {}, h("tr", {}, ...[words.t("operator.from"), words.t("operator.bookings"), words.t("operator.seats"), words.t("operator.revenue_so_far")].map((text) => h("th", { scope: "col" }, text)))),
        this._table))));
    this._sizes = new ResizeObserver(() => this._resize());
    this._sizes.observe(this._place);
    this._light = onLight(() => this._redraw());
  }

  end() {
    this._sizes.disconnect();
    this._light.end();
    this._plot?.destroy();
  }

  /** @param {EventStats["overTime"]} overTime */
  show(overTime) {
    const series = seriesOf(overTime, this._clock.nowMs());
    const sameScale = this._series?.intervalMs === series.intervalMs;
    this._series = series;
    if (this._plot && sameScale) this._plot.setData(dataOf(series));
    else this._redraw();
    this._read(null);
    this._fillTable();
  }

  _redraw() {
    if (!this._series) return;
    this._plot?.destroy();
    this._plot = new uPlot(this._options(this._series), dataOf(this._series), this._place);
  }

  _resize() {
    const width = this._place.clientWidth;
    if (this._plot && width > 0 && width !== this._plot.width) this._plot.setSize({ width, height: HEIGHT_PX });
  }

  /**
   * @param {Series} series
   * @returns {uPlot.Options}
   */
  _options({ intervalMs }) {
    const { _words: words } = this;
    const style = getComputedStyle(this._place);
    /** @param {string} name */
    const color = (name) => style.getPropertyValue(name).trim();
    const font = `12px ${style.fontFamily}`;
    const axis = { stroke: color("--soft"), font, ticks: { show: false }, gap: 6 };
    const grid = { stroke: color("--line"), width: 1 };
    const most = (/** @type {number} */ max, /** @type {number} */ least) => Math.max(max * 1.08, least);
    return {
      width: this._place.clientWidth || 600, height: HEIGHT_PX, ms: 1, legend: { show: false }, padding: [12, 4, 0, 4],
      cursor: { points: { show: false }, y: false, drag: { x: false, y: false } },
      hooks: { setCursor: [(plot) => this._read(plot.cursor.idx ?? null)] },
      scales: {
        x: { time: true, range: (_, min, max) => [min - intervalMs * 0.75, max + intervalMs * 0.75] },
        seats: { range: (_, __, max) => [0, most(max ?? 0, 5)] },
        money: { range: (_, __, max) => [0, most(max ?? 0, 100)] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 28, space: 74, values: (_, splits) => splits.map((ms) => this._tick(ms, intervalMs)) },
        { ...axis, scale: "seats", grid, size: 44, incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10000], values: (_, splits) => splits.map((n) => words.number(n)) },
        { ...axis, scale: "money", side: 1, grid: { show: false }, size: 66, values: (_, splits) => splits.map((minor) => this._shortMoney(minor)) },
      ],
      series: [
        {},
        { scale: "seats", fill: color("--accent"), stroke: color("--accent"), width: 0, paths: uPlot.paths.bars?.({ size: [0.72, 26], radius: 0.25 }), points: { show: false } },
        { scale: "money", stroke: color("--gold"), width: 2.5, points: { show: false } },
      ],
    };
  }

  /** @param {number} ms @param {number} intervalMs */
  _tick(ms, intervalMs) {
    const midnight = new Date(ms).getHours() === 0 && new Date(ms).getMinutes() === 0;
    return intervalMs > 3_600_000 || midnight ? this._words.date(ms, { day: "numeric", month: "short" }) : this._words.time(ms);
  }

  /** @param {number} minor */
  _shortMoney(minor) {
    const { locale } = this._words;
    return new Intl.NumberFormat(locale, { style: "currency", currency: this._currency, currencyDisplay: "narrowSymbol", notation: "compact", maximumFractionDigits: 1, minimumFractionDigits: 0 }).format(minor / 10 ** digitsOf(this._currency));
  }

  /** @param {number | null} at the interval pointed at; null for the one that is running */
  _read(at) {
    const { _words: words, _series: series } = this;
    if (!series) return;
    const index = at ?? series.startsAtMs.length - 1;
    fill(this._readout, h("strong", {}, this._span(series.startsAtMs[index], series.intervalMs)), " ",
      words.t("operator.booked_then", { bookings: series.bookings[index], seats: series.seats[index], revenue: words.money(series.revenueMinor[index], this._currency, { short: true }) }));
  }

  /** @param {number} ms @param {number} intervalMs */
  _span(ms, intervalMs) {
    const day = this._words.date(ms, { day: "numeric", month: "short" });
    return intervalMs > 3_600_000 ? day : `${day}, ${this._words.time(ms)}`;
  }

  _fillTable() {
    const { _words: words, _series: series } = this;
    if (!series) return;
    const booked = [...series.startsAtMs.keys()].filter((at) => series.bookings[at] > 0).reverse().slice(0, TABLE_ROWS_MAX);
    fill(this._table, ...booked.map((at) => h("tr", {}, h("th", { scope: "row" }, this._span(series.startsAtMs[at], series.intervalMs)),
      ...[words.number(series.bookings[at]), words.number(series.seats[at]), words.money(series.revenueMinor[at], this._currency)].map((text) => h("td", {}, text)))));
  }
}

/**
 * @param {Series} series
 * @returns {uPlot.AlignedData}
 */
function dataOf({ startsAtMs, seats, revenueMinor }) {
  return [startsAtMs, seats, revenueMinor];
}
