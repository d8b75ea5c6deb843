/**
 * Whether the buyer is at it: a pointer or a key at the map or its form. Then their hold is prolonged in time, at most
 * once a minute, so that nobody who is choosing loses what they have chosen.
 */

import { spanMs } from "./span-clock.js";

const SIGNS = ["pointerdown", "pointermove", "wheel", "keydown", "input", "touchmove"];
const PROLONG_EVERY_MS = 60_000;
/** Pointers move sixty times a second; whether something is due is looked at once in this time. */
const LOOK_EVERY_MS = 1_000;

export class Activity {
  /**
   * @param {() => boolean} prolong what is due; false when nothing was
   * @param {{ onSign?: () => void, nowMs?: () => number }} [options] `onSign` hears every one
   */
  constructor(prolong, { onSign = () => {}, nowMs = spanMs } = {}) {
    this._prolong = prolong;
    this._onSign = onSign;
    this._nowMs = nowMs;
    this._notBeforeMs = 0;
    this._end = new AbortController();
  }

  /** @param {EventTarget} target everything the buyer works with */
  watch(target) {
    for (const sign of SIGNS) target.addEventListener(sign, () => this._sign(), { capture: true, passive: true, signal: this._end.signal });
  }

  end() {
    this._end.abort();
  }

  _sign() {
    this._onSign();
    const nowMs = this._nowMs();
    if (nowMs < this._notBeforeMs) return;
    this._notBeforeMs = nowMs + (this._prolong() ? PROLONG_EVERY_MS : LOOK_EVERY_MS);
  }
}
