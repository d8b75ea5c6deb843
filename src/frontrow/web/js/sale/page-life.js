/** What a page goes through: shown and hidden, left and come back to, on the network and off it. */

export class PageLife {
  /**
   * @param {EventTarget} [view] the window
   * @param {EventTarget & { readonly hidden: boolean }} [page] the document
   */
  constructor(view = globalThis.window, page = globalThis.document) {
    this._view = view;
    this._page = page;
  }

  /** Whether nobody can see the page. */
  get hidden() {
    return this._page.hidden;
  }

  /**
   * @param {Partial<Record<"shown" | "hidden" | "left" | "back" | "online" | "offline", () => void>>} hear `left`: the
   *   page goes away, perhaps to come back as it is; `back`: it did
   * @returns {() => void} ends it
   */
  watch(hear) {
    const end = new AbortController();
    /**
     * @param {EventTarget} target
     * @param {string} type
     * @param {(happened: Event) => void} tell
     */
    const on = (target, type, tell) => target.addEventListener(type, tell, { signal: end.signal });
    on(this._page, "visibilitychange", () => (this.hidden ? hear.hidden?.() : hear.shown?.()));
    on(this._view, "pagehide", () => hear.left?.());
    on(this._view, "pageshow", (happened) => {
      if (/** @type {PageTransitionEvent} */ (happened).persisted) hear.back?.();
    });
    on(this._view, "online", () => hear.online?.());
    on(this._view, "offline", () => hear.offline?.());
    return () => end.abort();
  }
}
