/** Drawings: a file is chosen, judged by the server without being kept, looked at, published, and put on sale. */

/** @import { Desk } from "./desk.js" */
/** @import { ReadLayout } from "./answers.js" */

import { ApiProblem } from "../js/api.js";
import { fill, h } from "../js/panels/markup.js";
import { Venue } from "../js/venue/venue.js";
import { problemText } from "../js/words/problem-words.js";
import { newEventForm } from "./event-form.js";
import { factsOf, formatOf, parsed, placed } from "./layout-facts.js";
import { LayoutPreview } from "./layout-preview.js";
import { factsPanel, faultsPanel, warningsPanel } from "./layout-report.js";
import { button, choiceOf, panel } from "./panel.js";
import { sign } from "./signs.js";

const FILE_BYTES_MAX = 32 * 1024 * 1024;

/** @typedef {"frontrow" | "seatsio"} Format */

export class LayoutRoom {
  /** @param {Desk} desk */
  constructor(desk) {
    this._desk = desk;
    const { words } = desk;
    this.title = words.t("operator.layouts");
    /** @type {LayoutPreview | null} */
    this._preview = null;
    /** @type {{ name: string, document: unknown } | null} */
    this._file = null;
    /** Counts the files: the report of an earlier one is dropped. */
    this._reading = 0;
    this._input = h("input", { type: "file", accept: ".json,application/json", class: "unseen", id: "layout-file", onchange: () => void this._choose(this._input.files?.[0]) });
    this._name = h("strong", {}, words.t("operator.choose_file"));
    this._drop = h("label", { class: "drop", for: "layout-file",
      ondragover: (/** @type {Event} */ happened) => this._over(happened, true), ondragleave: (/** @type {Event} */ happened) => this._over(happened, false),
      ondrop: (/** @type {DragEvent} */ happened) => {
        this._over(happened, false);
        void this._choose(happened.dataTransfer?.files[0]);
      } }, sign("file", 28), h("span", {}, this._name, h("span", { class: "soft" }, words.t("operator.choose_file_lead"))));
    this._formats = h("div", { class: "formats" });
    this._said = h("p", { class: "said", role: "status" });
    this._report = h("div", { class: "report" });
    this.element = h("div", { class: "page" }, h("div", { class: "page-head" }, h("div", {}, h("h1", {}, this.title), h("p", { class: "lead" }, words.t("operator.layouts_lead")))),
      panel(words.t("operator.upload_layout"), { class: "upload" }, this._input, this._drop, this._formats, this._said), this._report);
  }

  end() {
    this._reading += 1;
    this._preview?.end();
  }

  /**
   * @param {Event} happened
   * @param {boolean} over
   */
  _over(happened, over) {
    happened.preventDefault();
    this._drop.toggleAttribute("data-over", over);
  }

  /** @param {File | undefined} file */
  async _choose(file) {
    if (!file) return;
    const { words } = this._desk;
    this._clear();
    this._name.textContent = file.name;
    if (file.size > FILE_BYTES_MAX) return this._say(words.t("operator.file_too_large"), "bad");
    const read = parsed(await file.text());
    // The same file, mended, can be chosen again.
    this._input.value = "";
    if (!("document" in read)) return this._say(read.line === null ? words.t("operator.not_json", { fault: read.message }) : words.t("operator.not_json_line", { line: String(read.line), fault: read.message }), "bad");
    this._file = { name: file.name, document: read.document };
    const format = formatOf(read.document);
    fill(this._formats, h("span", { class: "field-label" }, words.t("operator.format")),
      choiceOf(words.t("operator.format"), [{ value: "frontrow", text: "Frontrow" }, { value: "seatsio", text: "seats.io" }], format, (chosen) => void this._judge(/** @type {Format} */ (chosen))));
    await this._judge(format);
  }

  _clear() {
    this._reading += 1;
    this._preview?.end();
    this._preview = null;
    this._file = null;
    fill(this._report);
    fill(this._formats);
  }

  /**
   * @param {string} text
   * @param {"good" | "bad" | "plain"} tone
   */
  _say(text, tone) {
    this._said.textContent = text;
    this._said.dataset.tone = tone;
  }

  /** @param {Format} format */
  async _judge(format) {
    const { api, words } = this._desk;
    const { _file: file } = this;
    if (!file) return;
    const reading = ++this._reading;
    this._preview?.end();
    this._preview = null;
    fill(this._report);
    this._say(words.t("operator.reading_file"), "plain");
    try {
      const read = await api.readLayout(file.document, format);
      if (reading !== this._reading) return;
      this._say(words.t("operator.file_good", { count: read.seatCount }), "good");
      this._show(read, file.document, format);
    } catch (caught) {
      if (reading !== this._reading) return;
      const faults = caught instanceof ApiProblem ? caught.fieldErrors : [];
      this._say(faults.length ? words.t("operator.file_faulty", { count: faults.length }) : problemText(words, caught, "operator"), "bad");
      if (faults.length) fill(this._report, faultsPanel(words, faults.map((fault) => placed(file.document, fault))));
    }
  }

  /**
   * @param {ReadLayout} read
   * @param {unknown} document
   * @param {Format} format
   */
  _show({ layout, layoutId, warnings }, document, format) {
    const { api, toasts, words } = this._desk;
    const preview = new LayoutPreview(words, new Venue(layout));
    this._preview = preview;
    const next = h("div", { class: "next" });
    const publish = button(words.t("operator.publish"), async () => {
      publish.disabled = true;
      try {
        const { version } = await api.publishLayout(document, format);
        fill(next, h("p", { class: "good-line", role: "status" }, words.t("operator.published", { id: layoutId, version: String(version) })),
          panel(words.t("operator.new_event"), { level: 3, class: "new-event" }, newEventForm(this._desk, {
            layoutId, layoutVersion: version, name: layout.name, categories: layout.categories,
            onCreated: (event) => {
              toasts.tell(words.t("operator.event_created", { name: event.name }), "good");
              location.hash = `#/event/${encodeURIComponent(event.eventId)}`;
            },
          })));
        next.querySelector("input")?.focus();
      } catch (caught) {
        toasts.tell(problemText(words, caught, "operator"), "bad");
        publish.disabled = false;
      }
    }, { kind: "main", sign: sign("layers") });
    fill(next, publish, h("p", { class: "soft small" }, words.t("operator.publish_lead")));
    fill(this._report, h("div", { class: "read" },
      h("div", { class: "seen" }, panel(layout.name, { class: "preview-panel", actions: [h("code", { class: "soft", dir: "ltr" }, layoutId)] }, preview.element), next),
      h("div", { class: "beside" }, warningsPanel(words, warnings), factsPanel(words, factsOf(layout)))));
  }
}
