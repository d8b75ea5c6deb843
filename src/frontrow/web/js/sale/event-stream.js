/**
 * Server-sent events, read from bytes (WHATWG HTML, "Server-sent events").
 *
 * Read here instead of by the browser's EventSource, which shows neither heartbeats nor the status of a refused
 * connection, and so cannot tell a stream that is silent from one that something on the way holds back.
 */

import { NoAnswer } from "../api.js";

/**
 * @typedef {object} StreamMessage
 * @property {string} event its type, `message` where the stream names none
 * @property {string} id the last id the stream has given
 * @property {string} data
 */

export class EventStreamReader {
  constructor() {
    this._decoder = new TextDecoder();
    this._rest = "";
    /** Whether the last piece ended in CR: a LF that begins the next one belongs to the same line end. */
    this._endedInCr = false;
    this._event = "";
    this._id = "";
    /** @type {string[]} */
    this._data = [];
    /** @type {number | null} how long the server asks to wait before the next connection, milliseconds */
    this.retryMs = null;
  }

  /**
   * The messages that are complete with these bytes. What is begun waits for the next ones; comments give nothing.
   * @param {Uint8Array} bytes any piece of the stream
   * @returns {StreamMessage[]}
   */
  read(bytes) {
    let text = this._decoder.decode(bytes, { stream: true });
    if (text === "") return [];
    if (this._endedInCr && text[0] === "\n") text = text.slice(1);
    this._endedInCr = text.endsWith("\r");
    const lines = (this._rest + text).split(/\r\n|\n|\r/);
    this._rest = /** @type {string} */ (lines.pop());
    return lines.flatMap((line) => this._line(line));
  }

  /** @param {string} line @returns {StreamMessage[]} */
  _line(line) {
    if (line === "") return this._dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this._event = value;
    else if (field === "data") this._data.push(value);
    else if (field === "id" && !value.includes("\0")) this._id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    return [];
  }

  /** @returns {StreamMessage[]} */
  _dispatch() {
    const message = { event: this._event || "message", id: this._id, data: this._data.join("\n") };
    const empty = this._data.length === 0;
    this._event = "";
    this._data = [];
    return empty ? [] : [message];
  }
}

/**
 * @param {Response} response
 * @returns {ReadableStreamDefaultReader<Uint8Array>}
 * @throws {NoAnswer} when something on the way has answered instead of the server
 */
export function bytesOf(response) {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.startsWith("text/event-stream") || response.body === null) throw new NoAnswer(`Expected a stream of events, got ${type}`);
  return response.body.getReader();
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @throws {NoAnswer} when the connection broke, or we ended it
 */
export async function pieceOf(reader) {
  try {
    return await reader.read();
  } catch {
    throw new NoAnswer("The stream was cut");
  }
}
