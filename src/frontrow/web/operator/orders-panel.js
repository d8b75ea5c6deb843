/** The event's orders: by state, by name, e-mail or code; those that need somebody first in sight, and taken away as a table. */

/** @import { Order } from "../js/wire.js" */
/** @import { Venue } from "../js/venue/venue.js" */
/** @import { Desk } from "./desk.js" */

import { fill, h } from "../js/panels/markup.js";
import { button } from "./panel.js";
import { ORDER_GROUPS, groupText, orderStatus } from "./order-text.js";
import { showOrder } from "./order-dialog.js";
import { rowsText } from "./seat-names.js";
import { SearchedTable } from "./searched-table.js";
import { sign } from "./signs.js";

/** The column of amounts. */
const TOTAL_AT = 3;
/** So many that need somebody are counted; more are "and more". */
const ATTENTION_MAX = 100;

export class OrdersPanel {
  /**
   * @param {Desk} desk
   * @param {object} options
   * @param {string} options.eventId
   * @param {Venue} options.venue
   * @param {() => void} options.onChanged
   * @param {(seatIds: readonly string[]) => void} options.onSelect show these on the map
   */
  constructor(desk, { eventId, venue, onChanged, onSelect }) {
    this._desk = desk;
    this._eventId = eventId;
    this._venue = venue;
    this._onChanged = onChanged;
    this._onSelect = onSelect;
    const { api, words } = desk;
    this._group = h("select", { "aria-label": words.t("operator.orders_filter"), onchange: () => this._table.look() },
      ...ORDER_GROUPS.map(({ key }) => h("option", { value: key }, groupText(words, key))));
    this._badge = h("button", { type: "button", class: "attention-badge", hidden: true, onclick: () => {
      this._group.value = "attention";
      this._table.look();
    } });
    /** @type {SearchedTable<Order>} */
    this._table = new SearchedTable(desk, {
      title: words.t("operator.orders"), name: "bookings orders", searchLabel: words.t("operator.search_orders"), numberAt: TOTAL_AT,
      actions: [this._badge, this._group],
      head: [words.t("operator.ordered_at"), words.t("operator.customer"), words.t("operator.seats"), words.t("operator.total"), words.t("operator.status")],
      load: (which) => api.eventOrders(eventId, { ...which, states: this._states }),
      row: (order) => this._row(order),
      emptyText: () => words.t(this._states.length ? "operator.no_such_orders" : "operator.no_orders"), noneText: words.t("operator.no_such_orders"),
      csv: (query) => api.ordersCsv(eventId, query, this._states), fileName: `${eventId}-orders.csv`,
    });
    this.element = this._table.element;
    this._table.look();
    void this._count();
  }

  end() {
    this._table.end();
  }

  /** Something was ordered, paid or given up. */
  refresh() {
    this._table.refresh();
    void this._count();
  }

  get _states() {
    return ORDER_GROUPS.find(({ key }) => key === this._group.value)?.states ?? [];
  }

  /** How many need somebody. */
  async _count() {
    const { api, words } = this._desk;
    try {
      const { items, nextCursor } = await api.eventOrders(this._eventId, { states: ["needs_attention"], limit: ATTENTION_MAX });
      this._badge.hidden = items.length === 0;
      fill(this._badge, sign("alert", 16), h("span", {}, words.t("operator.attention_count", { count: items.length }), nextCursor ? "+" : ""));
    } catch {
      // The list says what is wrong; the badge stays as it was.
    }
  }

  /** @param {Order} order */
  _row(order) {
    const { words } = this._desk;
    const { text, more } = rowsText(this._venue, order.seatIds);
    const { name, email, phone } = order.customer;
    const backMinor = (order.refunds ?? []).reduce((sum, { amount }) => sum + amount.amountMinor, 0);
    return h("tr", { "data-status": order.status },
      h("td", {}, words.date(Date.parse(order.createdAt), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }), h("br"), h("code", { class: "soft small", dir: "ltr" }, order.orderId)),
      h("th", { scope: "row" }, name, h("br"), h("span", { class: "soft" }, [email, phone].filter(Boolean).join(" · "))),
      h("td", {}, h("button", { type: "button", class: "act link", title: words.t("operator.show_on_map"), onclick: () => this._onSelect(order.seatIds) }, more ? words.t("operator.and_rows", { rows: text, count: more }) : text)),
      h("td", { class: "number" }, words.money(order.total.amountMinor, order.total.currency, { short: true }),
        backMinor > 0 && h("span", { class: "soft small back" }, words.t("operator.refunded_of", { amount: words.money(backMinor, order.total.currency, { short: true }) }))),
      h("td", {}, h("span", { class: "tag", "data-status": order.status }, orderStatus(words, order.status)), order.status === "needs_attention" && h("span", { class: "attention-why" }, order.attention ?? "")),
      h("td", { class: "end" }, button(words.t("operator.order_details"), () => void this._open(order), { kind: "link", label: words.t("operator.order_details_of", { name }) })));
  }

  /** @param {Order} order */
  async _open(order) {
    if (!(await showOrder(this._desk, this._venue, order))) return;
    this.refresh();
    this._onChanged();
  }
}
