/** The fields of an event: for one that is put on sale, and for one that is changed. */

/** @import { Category, EventSummary } from "../js/wire.js" */
/** @import { Desk } from "./desk.js" */

import { ApiProblem, freshKey } from "../js/api.js";
import { h } from "../js/panels/markup.js";
import { problemText } from "../js/words/problem-words.js";
import { chargeInputs } from "./charge-inputs.js";
import { ask } from "./dialog.js";
import { localText, majorText, minorOf, utcText } from "./event-fields.js";
import { field } from "./panel.js";

const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "AED", "EGP", "SAR", "JPY", "INR", "PKR"];
const IN_A_MONTH_MS = 30 * 86_400_000;

/**
 * The inputs of an event.
 * @param {Desk} desk
 * @param {object} options
 * @param {readonly Category[]} options.categories
 * @param {EventSummary} [options.event] as it is now; a new one when left out
 * @param {string} [options.name] of a new one
 */
function inputsOf({ api, words }, { categories, event, name = "" }) {
  const evening = new Date(api.clock.nowMs() + IN_A_MONTH_MS);
  evening.setHours(20, 0, 0, 0);
  const currency = event?.currency ?? "EUR";
  const inputs = {
    name: h("input", { name: "name", required: true, maxlength: 200, value: event?.name ?? name, autocomplete: "off" }),
    startsAt: h("input", { name: "startsAt", type: "datetime-local", required: true, value: localText(event?.startsAt ?? evening.toISOString()) }),
    salesStart: h("input", { name: "salesStart", type: "datetime-local", value: localText(event?.salesStart) }),
    salesEnd: h("input", { name: "salesEnd", type: "datetime-local", value: localText(event?.salesEnd) }),
    currency: h("input", { name: "currency", required: true, pattern: "[A-Z]{3}", maxlength: 3, list: "currencies", value: currency, autocomplete: "off", dir: "ltr", oninput: () => {
      inputs.currency.value = inputs.currency.value.toUpperCase();
    } }),
  };
  const prices = new Map(categories.map(({ id, price }) => {
    const minor = event && Object.hasOwn(event.prices, id) ? event.prices[id] : undefined;
    const value = minor !== undefined ? majorText(minor, currency) : price !== undefined ? String(price) : "";
    return [id, h("input", { name: `price ${id}`, inputmode: "decimal", required: true, value, autocomplete: "off", dir: "ltr" })];
  }));
  const charges = chargeInputs(words, event?.charges ?? [], () => inputs.currency.value);
  const fault = h("p", { class: "form-fault", role: "alert" });
  const body = [
    field(words.t("operator.event_name"), inputs.name),
    field(words.t("operator.starts_at"), inputs.startsAt),
    h("div", { class: "two" }, field(words.t("operator.sales_start"), inputs.salesStart, words.t("operator.sales_start_hint")), field(words.t("operator.sales_end"), inputs.salesEnd, words.t("operator.sales_end_hint"))),
    field(words.t("operator.currency"), inputs.currency), h("datalist", { id: "currencies" }, ...CURRENCIES.map((code) => h("option", { value: code }))),
    h("fieldset", { class: "prices" }, h("legend", {}, words.t("operator.prices")), ...categories.map(({ id, name: of, color }) => {
      const dot = h("span", { class: "swatch" });
      dot.style.background = color;
      return h("label", { class: "price" }, dot, h("span", {}, of), /** @type {HTMLInputElement} */ (prices.get(id)));
    })),
    charges.element,
    fault,
  ];
  /** What the inputs say; null after saying what is wrong with them. */
  const read = () => {
    /** @type {Record<string, number>} */
    const minor = Object.create(null);
    for (const [id, input] of prices) {
      const amount = minorOf(input.value, inputs.currency.value);
      input.setAttribute("aria-invalid", String(amount === null));
      if (amount === null) {
        fault.textContent = words.t("operator.price_unreadable", { price: input.value });
        input.focus();
        return null;
      }
      minor[id] = amount;
    }
    fault.textContent = "";
    const charged = charges.read();
    if (charged === null) return null;
    return {
      name: inputs.name.value.trim(), startsAt: utcText(inputs.startsAt.value), currency: inputs.currency.value, prices: minor,
      salesStart: utcText(inputs.salesStart.value), salesEnd: utcText(inputs.salesEnd.value), charges: charged,
    };
  };
  /** @param {unknown} caught */
  const blame = (caught) => {
    fault.textContent = problemText(words, caught, "operator");
    if (!(caught instanceof ApiProblem)) return;
    for (const { field: of } of caught.fieldErrors) {
      const input = inputs[/** @type {"name"} */ (of.split(".")[0])];
      input?.setAttribute("aria-invalid", "true");
    }
  };
  return { body, read, blame };
}

/**
 * @param {Desk} desk
 * @param {EventSummary} event
 * @param {readonly Category[]} categories
 * @param {(event: EventSummary) => void} onChanged
 */
export async function changeEvent(desk, event, categories, onChanged) {
  const { api, toasts, words } = desk;
  const { body, read, blame } = inputsOf(desk, { categories, event });
  await ask({
    title: words.t("operator.change_event"), yes: words.t("operator.save"), no: words.t("operator.no"), wide: true, body,
    onYes: async () => {
      const fields = read();
      if (!fields) return false;
      try {
        onChanged(await api.changeEvent(event.eventId, fields));
        toasts.tell(words.t("operator.saved"), "good");
        return true;
      } catch (caught) {
        blame(caught);
        return false;
      }
    },
  });
}

/**
 * The form that puts an event on sale.
 * @param {Desk} desk
 * @param {object} options
 * @param {string} options.layoutId
 * @param {number} options.layoutVersion
 * @param {string} options.name
 * @param {readonly Category[]} options.categories
 * @param {(event: EventSummary) => void} options.onCreated
 */
export function newEventForm(desk, { layoutId, layoutVersion, name, categories, onCreated }) {
  const { api, words } = desk;
  const { body, read, blame } = inputsOf(desk, { categories, name });
  // One form makes one event, however often its button is pressed.
  let key = freshKey();
  const create = h("button", { type: "submit", class: "act main" }, h("span", {}, words.t("operator.create_event")));
  return h("form", { class: "event-form", onsubmit: async (/** @type {Event} */ happened) => {
    happened.preventDefault();
    const fields = read();
    if (!fields || create.disabled) return;
    create.disabled = true;
    try {
      const { salesStart, salesEnd, ...always } = fields;
      onCreated(await api.createEvent({ layoutId, layoutVersion, ...always, ...(salesStart && { salesStart }), ...(salesEnd && { salesEnd }) }, key));
    } catch (caught) {
      if (caught instanceof ApiProblem) key = freshKey();
      blame(caught);
    } finally {
      create.disabled = false;
    }
  } }, ...body, create);
}
