/**
 * Whose token a request carries: the page's own, or a guest's that the server makes and this browser keeps.
 *
 * A guest token is made only when something is to be held, so looking at a map makes nobody a user. It is kept per
 * API origin and shared by every map of this site.
 */

/** @import { GuestToken } from "../wire.js" */

const KEY = "frontrow.guest-token:";
/** A guest token this near to its end is replaced before a hold is built on it. */
const RENEWED_BEFORE_MS = 30 * 60_000;

/** @typedef {() => string | null | undefined | Promise<string | null | undefined>} GetToken */

export class TokenSource {
  /**
   * @param {object} options
   * @param {string} options.origin of the API
   * @param {GetToken} options.own the page's own token, if it has one
   * @param {() => Promise<GuestToken>} options.makeGuest
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} options.storage
   * @param {() => number} options.nowMs
   */
  constructor({ origin, own, makeGuest, storage, nowMs }) {
    this._key = KEY + origin;
    this._own = own;
    this._makeGuest = makeGuest;
    this._storage = storage;
    this._nowMs = nowMs;
    /** @type {GuestToken | null} for browsers without storage */
    this._guest = null;
    /** @type {Promise<string> | null} */
    this._making = null;
    /** @type {string | null} the token given out last, for the one call that cannot wait to ask */
    this.last = null;
  }

  /** The token there is, without making one. @returns {Promise<string | null>} */
  async present() {
    const token = (await this._own()) || this._keptGuest()?.token || null;
    this.last = token;
    return token;
  }

  /** The token to take seats with; makes a guest's where there is none. @returns {Promise<string>} */
  async needed() {
    return (await this.present()) ?? (await this._newGuest());
  }

  /**
   * Another token after the server refused `refused`; null when there is no other.
   * @param {string} refused
   * @returns {Promise<string | null>}
   */
  async instead(refused) {
    const own = await this._own();
    if (own) {
      this.last = own;
      return own === refused ? null : own;
    }
    if (this._keptGuest()?.token === refused) this._forget();
    return this.needed();
  }

  /**
   * Be this guest from now on, where there is nobody yet: what somebody has here already stays theirs.
   * @param {GuestToken} guest
   */
  async adopt(guest) {
    if ((await this.present()) === null) this._keep(guest);
  }

  /** @returns {GuestToken | null} */
  _keptGuest() {
    let kept = this._guest;
    try {
      const text = this._storage?.getItem(this._key);
      if (text) kept = JSON.parse(text);
    } catch {
      kept = this._guest;
    }
    if (!kept || typeof kept.token !== "string") return null;
    return Date.parse(kept.expiresAt) - this._nowMs() > RENEWED_BEFORE_MS ? kept : null;
  }

  _newGuest() {
    this._making ??= this._makeGuest()
      .then((guest) => this._keep(guest))
      .finally(() => {
        this._making = null;
      });
    return this._making;
  }

  /** @param {GuestToken} guest @returns {string} the token */
  _keep(guest) {
    this._guest = guest;
    this.last = guest.token;
    try {
      this._storage?.setItem(this._key, JSON.stringify(guest));
    } catch {
      // A full or forbidden storage costs the hold's survival of a reload, nothing else.
    }
    return guest.token;
  }

  _forget() {
    this._guest = null;
    try {
      this._storage?.removeItem(this._key);
    } catch {
      // Nothing kept, nothing to forget.
    }
  }
}
