/**
 * Where the seats' states come from: the event's stream of changes, and where that does not come through, a look at
 * all states every ten seconds.
 *
 *     connecting -> live        the first frame came, or the stream goes on from where it was cut
 *     live -> connecting        cut: again after a pause of random length, for a server that starts again has
 *                               thousands of watchers coming back in the same moment
 *     any -> polling            no byte within 5 s, or cut again and again, but looks are answered: something on the
 *                               way holds streams back. The stream is tried again now and then
 *     any -> offline            looks are not answered either
 *
 * A stream says something every 15 s; one that is silent for 40 s is cut. While nobody sees the page it rests, and goes
 * on from where it was when somebody does. What the server asks to wait is waited, whoever hurries.
 */

/** @import { ChangesFrame, SeatStates } from "../wire.js" */

import { ApiProblem, Problem } from "../api.js";
import { EventStreamReader, bytesOf, pieceOf } from "./event-stream.js";
import { PageLife } from "./page-life.js";
import { spanMs } from "./span-clock.js";

const FIRST_BYTE_MS = 5_000;
/** A first look while the stream is not there yet: nobody should wait so long before an empty map. */
const FIRST_LOOK_MS = 1_500;
const SILENCE_MAX_MS = 40_000;
const LOOK_EVERY_MS = 10_000;
/** A stream that lasted so long was none that is cut again and again. */
const STEADY_MS = 20_000;
const CUTS_MAX = 3;
const STREAM_AGAIN_MS = 30_000;
const STREAM_AGAIN_MAX_MS = 300_000;
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 20_000;
/** However long a server asks to wait: its limits are per minute, so that two of them are always enough. */
const ASKED_PAUSE_MAX_MS = 120_000;
const REST_AFTER_MS = 20_000;
/** The status that is about all requests of ours, not about streams. */
const TOO_MANY = 429;

/** @typedef {"connecting" | "live" | "polling" | "offline"} Connection */

/**
 * @typedef {object} FeedListener
 * @property {(snapshot: SeatStates, askedAtMs: number) => void} onSnapshot all states; true at that time of the span clock, or later
 * @property {(position: string, changes: ChangesFrame) => boolean} onChanges false asks for a snapshot
 * @property {(askedAtMs: number) => void} onUnchanged the last snapshot still stands
 * @property {(connection: Connection, problem: Problem | null) => void} onConnection it differs from before
 */

/**
 * @typedef {object} FeedSource
 * @property {(lastEventId: string | null, signal: AbortSignal) => Promise<Response>} open the stream
 * @property {(etag?: string) => Promise<{ etag: string, states: SeatStates | null }>} look at all states once
 * @property {() => string | null} position of what is known, `<epoch>:<offset>`; null for nothing
 */

/**
 * How a stream came to its end.
 * @typedef {object} Ended
 * @property {boolean} heard anything came at all
 * @property {boolean} steady it lasted
 * @property {number | null} retryMs how long the server asked such streams to stay away
 * @property {Problem | null} problem
 */

export class LiveFeed {
  /**
   * @param {FeedSource} source
   * @param {FeedListener} listener
   * @param {{ page?: PageLife, random?: () => number }} [options]
   */
  constructor(source, listener, { page = new PageLife(), random = Math.random } = {}) {
    this._source = source;
    this._listener = listener;
    this._page = page;
    this._random = random;
    /** @type {Connection | null} */
    this._connection = null;
    this._running = false;
    this._resting = false;
    this._etag = "";
    /** Streams in a row that were cut early, or never spoke. */
    this._cuts = 0;
    /** Tries in a row that nobody answered. */
    this._failures = 0;
    this._streamAgainMs = STREAM_AGAIN_MS;
    this._notBeforeMs = 0;
    /** @type {AbortController | null} */
    this._stream = null;
    this._wake = () => {};
    this._unwatch = () => {};
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._restTimer = undefined;
  }

  start() {
    if (this._running) return;
    this._running = true;
    this._resting = false;
    this._unwatch = this._page.watch({
      hidden: () => this._restLater(),
      shown: () => this._resume(),
      left: () => this._rest(),
      back: () => this._resume(),
      online: () => this.soon(),
      offline: () => this._stream?.abort(),
    });
    if (this._page.hidden) this._restLater();
    void this._run();
  }

  stop() {
    this._running = false;
    clearTimeout(this._restTimer);
    this._unwatch();
    this._stream?.abort();
    this._wake();
  }

  /** Whether the stream tells of every change as it happens. */
  get isLive() {
    return this._connection === "live" && !this._resting;
  }

  /** Go on now instead of when the next try or look is due, or as soon as the server allows. */
  soon() {
    if (spanMs() >= this._notBeforeMs) this._wake();
  }

  _restLater() {
    clearTimeout(this._restTimer);
    this._restTimer = setTimeout(() => this._rest(), REST_AFTER_MS);
  }

  _rest() {
    clearTimeout(this._restTimer);
    this._resting = true;
    this._stream?.abort();
    this._wake();
  }

  _resume() {
    clearTimeout(this._restTimer);
    if (!this._resting) return this.soon();
    this._resting = false;
    this._wake();
  }

  async _run() {
    while (this._running) {
      if (this._resting) {
        await this._pause(Infinity);
        continue;
      }
      if (spanMs() < this._notBeforeMs) await this._pause(0);
      if (this._connection === null) this._say("connecting", null);
      const ended = await this._listen();
      if (!this._running || this._resting) continue;
      if (ended.steady) this._cuts = 0;
      this._cuts = ended.heard ? this._cuts + 1 : Math.max(CUTS_MAX, this._cuts + 1);
      if (this._cuts >= CUTS_MAX) {
        await this._poll(ended.problem);
      } else {
        this._say("connecting", ended.problem);
        await this._pause(ended.retryMs ?? this._random() * PAUSE_MS * 2 ** this._cuts);
      }
    }
  }

  /** Read the stream to its end. @returns {Promise<Ended>} */
  async _listen() {
    const stream = new AbortController();
    this._stream = stream;
    let silence = setTimeout(() => stream.abort(), FIRST_BYTE_MS);
    const firstLook = this._source.position() === null ? setTimeout(() => void this._look(stream.signal), FIRST_LOOK_MS) : undefined;
    const messages = new EventStreamReader();
    let heardSinceMs = Infinity;
    /** @type {Problem | null} */
    let problem = null;
    try {
      const response = await this._source.open(this._source.position(), stream.signal);
      const reader = bytesOf(response);
      for (;;) {
        const { done, value } = await pieceOf(reader);
        if (done || stream.signal.aborted) break;
        clearTimeout(silence);
        clearTimeout(firstLook);
        silence = setTimeout(() => stream.abort(), SILENCE_MAX_MS);
        heardSinceMs = Math.min(heardSinceMs, spanMs());
        if (!messages.read(value).every((message) => this._take(message))) break;
        if (this._source.position() !== null) {
          this._failures = 0;
          this._streamAgainMs = STREAM_AGAIN_MS;
          this._say("live", null);
        }
      }
    } catch (caught) {
      if (caught instanceof Problem) problem = caught;
      else surface(caught);
      if (problem instanceof ApiProblem && problem.status === TOO_MANY) this._wait(problem);
    } finally {
      clearTimeout(silence);
      clearTimeout(firstLook);
      stream.abort();
      this._stream = null;
    }
    return { heard: heardSinceMs < Infinity, steady: spanMs() - heardSinceMs >= STEADY_MS, retryMs: messages.retryMs, problem };
  }

  /**
   * @param {import("./event-stream.js").StreamMessage} message
   * @returns {boolean} false when it does not continue what is known: the next stream begins with a snapshot
   */
  _take({ event, id, data }) {
    if (event === "snapshot") this._listener.onSnapshot(JSON.parse(data), spanMs());
    return event !== "changes" || this._listener.onChanges(id, JSON.parse(data));
  }

  /**
   * Look again and again until it is time to try the stream, or until nobody answers.
   * @param {Problem | null} streamProblem
   */
  async _poll(streamProblem) {
    const streamAtMs = spanMs() + Math.max(streamProblem?.retryAfterMs ?? 0, this._streamAgainMs * (0.75 + this._random() / 2));
    this._streamAgainMs = Math.min(STREAM_AGAIN_MAX_MS, this._streamAgainMs * 2);
    while (this._running && !this._resting) {
      const problem = await this._look();
      if (!this._running || this._resting) return;
      if (problem) {
        this._failures += 1;
        this._streamAgainMs = STREAM_AGAIN_MS;
        this._say("offline", problem);
        // Half of the pause is random, so that those cut in one moment do not come back in one.
        await this._pause(Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** (this._failures - 1)) * (0.5 + this._random() / 2));
        return;
      }
      this._failures = 0;
      this._say("polling", streamProblem);
      if (spanMs() >= streamAtMs) return;
      await this._pause(LOOK_EVERY_MS);
    }
  }

  /**
   * @param {AbortSignal} [stream] the look is of no use once this stream has spoken or ended
   * @returns {Promise<Problem | null>} why there was no answer
   */
  async _look(stream) {
    const askedAtMs = spanMs();
    const before = this._source.position();
    try {
      const { etag, states } = await this._source.look(this._etag || undefined);
      if (!this._running || stream?.aborted || (stream && this._source.position() !== before)) return null;
      if (states) {
        this._listener.onSnapshot(states, askedAtMs);
        this._etag = etag;
      } else {
        this._listener.onUnchanged(askedAtMs);
      }
      return null;
    } catch (caught) {
      if (!(caught instanceof Problem)) {
        surface(caught);
        return null;
      }
      this._wait(caught);
      return caught;
    }
  }

  /** @param {Problem | null} problem that may say how long to wait */
  _wait(problem) {
    if (problem?.retryAfterMs) this._notBeforeMs = spanMs() + Math.min(ASKED_PAUSE_MAX_MS, problem.retryAfterMs);
  }

  /** @param {number} ms or less when somebody hurries; but no less than the server asked for */
  _pause(ms) {
    const least = this._notBeforeMs - spanMs();
    const pauseMs = Math.max(0, ms, least);
    return new Promise((resolve) => {
      const timer = pauseMs < Infinity ? setTimeout(() => this._wake(), pauseMs) : undefined;
      this._wake = () => {
        clearTimeout(timer);
        this._wake = () => {};
        resolve(undefined);
      };
    });
  }

  /**
   * @param {Connection} connection
   * @param {Problem | null} problem
   */
  _say(connection, problem) {
    if (this._connection === connection || !this._running) return;
    this._connection = connection;
    this._listener.onConnection(connection, problem);
  }
}

/**
 * A fault of a listener's is no fault of the connection: it is reported as any other, and the feed goes on.
 * @param {unknown} fault
 */
function surface(fault) {
  queueMicrotask(() => {
    throw fault;
  });
}
