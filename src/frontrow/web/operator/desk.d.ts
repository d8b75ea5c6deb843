/** What every part of the operator's page is given. */

import type { Words } from "../js/words/words.js";
import type { AdminApi } from "./admin-api.js";
import type { Toasts } from "./toasts.js";

export interface Desk {
  api: AdminApi;
  words: Words;
  toasts: Toasts;
}

/** One page of the operator's: shown by main.js, ended when another is opened. */
export interface View {
  title: string;
  element: HTMLElement;
  end(): void;
}
