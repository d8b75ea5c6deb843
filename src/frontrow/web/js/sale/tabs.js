/**
 * The tabs of one browser that show the same event tell each other what became of their seats. They share a user, as a
 * rule, and so a basket; where they do not, what they hear is about seats that they do not have.
 */

/**
 * @typedef {{ what: "held" } | { what: "gone", seatIds: string[] } | { what: "left", holdIds: string[] } | { what: "order" }} TabNews
 * `held`: more is held, or longer; `gone`: given back, ordered or booked; `left`: that tab gives these holds back in a
 * moment; `order`: an order was placed, or stands otherwise
 */

export class Tabs {
  /**
   * @param {string} name of what they share
   * @param {(news: TabNews) => void} onNews from another tab
   * @param {(name: string) => BroadcastChannel | null} [open]
   */
  constructor(name, onNews, open = openChannel) {
    this._name = name;
    this._onNews = onNews;
    this._open = open;
    /** @type {BroadcastChannel | null} */
    this._channel = null;
  }

  start() {
    this._channel ??= this._open(this._name);
    if (this._channel) this._channel.onmessage = ({ data }) => this._onNews(data);
  }

  /** Hear nothing any more, so that a page that was left can be kept as it is. */
  stop() {
    this._channel?.close();
    this._channel = null;
  }

  /** @param {TabNews} news */
  tell(news) {
    this._channel?.postMessage(news);
  }
}

/** @param {string} name */
function openChannel(name) {
  return typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name);
}
