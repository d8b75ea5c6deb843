/**
 * The operator's token: it comes with a link (`#token=…`) or is pasted, stays in this tab alone (sessionStorage), and
 * is taken out of the address bar at once, so that no history, bookmark or screenshot keeps it.
 *
 * What is read here only decides which page is shown; every request is judged by the server.
 */

const KEPT_AS = "frontrow.operator_token";
const ADMIN = "admin";

/** @typedef {"ok" | "unreadable" | "expired" | "no_role"} Judgement */
/** @typedef {{ user: string, roles: readonly string[], expiresAtMs: number }} Claims */

/**
 * The token in a link's fragment.
 * @param {string} hash `#token=…`, or anything else
 * @returns {string | null}
 */
export function tokenIn(hash) {
  if (!hash.startsWith("#token=")) return null;
  return new URLSearchParams(hash.slice(1)).get("token") || null;
}

/**
 * What a token says of itself; its signature is not looked at.
 * @param {string} token a JWT
 * @returns {Claims | null} null where it is none
 */
export function claimsOf(token) {
  try {
    const [, payload, signature] = token.split(".");
    if (!signature) return null;
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    const { sub, exp, roles } = JSON.parse(new TextDecoder().decode(bytes));
    if (sub === undefined || typeof exp !== "number") return null;
    return { user: String(sub), roles: Array.isArray(roles) ? roles.map(String) : [], expiresAtMs: exp * 1000 };
  } catch {
    return null;
  }
}

/**
 * @param {string} token
 * @param {number} nowMs
 * @returns {Judgement}
 */
export function judge(token, nowMs) {
  const claims = claimsOf(token);
  if (!claims) return "unreadable";
  if (claims.expiresAtMs <= nowMs) return "expired";
  return claims.roles.includes(ADMIN) ? "ok" : "no_role";
}

/** What people paste: the token, the whole link, or a header's value. @param {string} text */
export function tokenPasted(text) {
  const trimmed = text.trim();
  const at = trimmed.indexOf("#token=");
  return at >= 0 ? (tokenIn(trimmed.slice(at)) ?? "") : trimmed.replace(/^Bearer\s+/i, "");
}

export class KeptToken {
  /**
   * @param {object} place
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} place.storage
   * @param {() => number} [place.nowMs]
   */
  constructor({ storage, nowMs = Date.now }) {
    this._storage = storage;
    this._nowMs = nowMs;
  }

  /** @returns {string | null} */
  get token() {
    return this._storage.getItem(KEPT_AS);
  }

  get claims() {
    const { token } = this;
    return token === null ? null : claimsOf(token);
  }

  /**
   * Keep the token where it can serve.
   * @param {string} token
   * @returns {Judgement} kept only when "ok"
   */
  signIn(token) {
    const judgement = judge(token, this._nowMs());
    if (judgement === "ok") this._storage.setItem(KEPT_AS, token);
    return judgement;
  }

  /** @returns {Judgement | "missing"} whether the token kept still serves */
  get state() {
    const { token } = this;
    return token === null ? "missing" : judge(token, this._nowMs());
  }

  signOut() {
    this._storage.removeItem(KEPT_AS);
  }
}
