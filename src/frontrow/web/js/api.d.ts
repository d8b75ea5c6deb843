/** The API client, `/js/api.js`: what its methods promise. What the server answers is in `wire.d.ts`. */

import type {
  Booking, BookingOrder, BookingPage, EventPage, EventSummary, FieldFault, FoundBooking, GuestToken, Hold, HoldWish, Layout, Order, OrderWish,
  PaymentWish, ProblemBody, SeatRefusal, SeatStates,
} from "./wire.js";

export type * from "./wire.js";

/** A token, or none; a guest's is made when one is needed. Asked for every request, so a token may change. */
export type GetToken = () => string | null | undefined | Promise<string | null | undefined>;

export interface ApiClientOptions {
  /** `https://tickets.example`; a path prefix may follow. */
  origin: string;
  getToken?: GetToken;
  fetch?: typeof fetch;
  /** Where a guest's token is kept; `localStorage` unless said otherwise, null for nowhere. */
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  pause?: (ms: number) => Promise<void>;
}

export interface Call {
  method?: string;
  body?: unknown;
  /** Whose call it is: nobody's; of whoever has a token; of somebody, who becomes a guest where there is no token yet. */
  token?: "none" | "present" | "needed";
  /** The Idempotency-Key. */
  key?: string;
  /** A 304 is an answer too. */
  etag?: string;
  /** 4 unless said otherwise. */
  tries?: number;
  /** Of one try; 8,000 unless said otherwise. */
  timeoutMs?: number;
  /** The browser may answer from its cache. */
  cached?: boolean;
}

/** The server's time, learnt from the answers' `Date` headers. */
export interface ServerClock {
  /** Milliseconds to add to the local clock; 0 before anything was learnt. */
  readonly aheadMs: number;
  /** Milliseconds since 1970; never behind the server's time, and less than a second ahead of it. */
  nowMs(): number;
}

/** Whose token the requests carry. */
export interface Tokens {
  /** The token there is, without making one. */
  present(): Promise<string | null>;
  /** The token there is, or a new guest's. */
  needed(): Promise<string>;
  /** Be this guest from now on, where there is no token yet. */
  adopt(guest: GuestToken): Promise<void>;
}

/** Every method throws a Problem when it fails for good; what may pass is repeated before, under one key. */
export class ApiClient {
  constructor(options: ApiClientOptions);
  readonly origin: string;
  readonly clock: ServerClock;
  readonly tokens: Tokens;

  events(cursor?: string | null): Promise<EventPage>;
  event(eventId: string): Promise<EventSummary>;
  layout(layoutId: string, version: number): Promise<Layout>;
  /** One look, no repetition. `states` is null when nothing changed since `etag`. */
  seatStates(eventId: string, etag?: string): Promise<{ etag: string; states: SeatStates | null }>;
  /** The stream of changes after the frame with that id, or a snapshot first. */
  changes(eventId: string, lastEventId: string | null, signal: AbortSignal): Promise<Response>;
  /** Free seats near the wanted ones, the best choice first; none of them is held yet. */
  suggestions(eventId: string, seatIds: readonly string[], count?: number): Promise<string[][]>;

  /** My open holds in every event. */
  holds(): Promise<Hold[]>;
  /** `key` is the same for the same intention, however often it is tried; a fresh one unless given. */
  hold(eventId: string, wish: HoldWish, key?: string): Promise<Hold>;
  /** Let a hold last its full time from now, or so many minutes. */
  extend(eventId: string, holdId: string, durationMinutes?: number): Promise<Hold>;
  /** Give back seats of a hold, or all; after up to 120 seconds, which an extension cancels. Gone already is fine. */
  release(eventId: string, holdId: string, seatIds?: readonly string[], options?: { afterSeconds?: number }): Promise<void>;
  /** Give a whole hold back while the page goes away: outlives the page, and tells nobody how it went. */
  releaseLeaving(eventId: string, holdId: string, afterSeconds: number): void;

  /** Order what a hold holds: its seats are claimed until the order's payment window ends. */
  placeOrder(wish: OrderWish, key?: string): Promise<Order>;
  order(orderId: string): Promise<Order>;
  /** Mine that somebody still has to carry on, newest first. */
  openOrders(): Promise<Order[]>;
  /** Start a payment, or one more after a declined one; `payment.action` says what the buyer has to do next. */
  payOrder(orderId: string, wish: PaymentWish, key?: string): Promise<Order>;
  /** Give an order up: its seats are free again, and what was taken for it goes back. */
  cancelOrder(orderId: string): Promise<Order>;

  book(order: BookingOrder, key?: string): Promise<Booking>;
  /** Mine, newest first, a page at a time. */
  bookings(cursor?: string | null): Promise<BookingPage>;
  /** Mine of one event, newest first, but for those cancelled whole. */
  bookingsOf(eventId: string): Promise<Booking[]>;
  booking(bookingId: string): Promise<Booking>;
  /** By what stands on its ticket, from any browser. */
  findBooking(code: string, email: string): Promise<FoundBooking>;
  /** Cancel a booking, or some of its seats. */
  cancel(bookingId: string, seatIds?: readonly string[]): Promise<Booking>;

  /** Any other call: the JSON of its answer. `path` is below `/api/v1`. */
  request(path: string, call?: Call): Promise<any>;
  /** Any other call: the first final answer. */
  answer(path: string, call?: Call): Promise<Response>;
}

/** A fresh Idempotency-Key. */
export function freshKey(): string;

/** Anything a caller may show. */
export class Problem extends Error {
  constructor(message: string);
  /** Milliseconds the server asks to wait before another try; 0 where it said nothing. */
  retryAfterMs: number;
  /** The word to decide by: the server's error code (ProblemCode), `no_answer` or `origin_not_allowed`. */
  get code(): string;
  /** Whether the same request may succeed a little later. */
  get passing(): boolean;
}

/** No answer: offline, time-out, cut connection. The request may have had its effect. */
export class NoAnswer extends Problem {
  constructor(message: string);
}

/** The server answers, but not to pages of this site. */
export class OriginNotAllowed extends Problem {
  constructor(site: string);
}

/** The server refused, and said why. */
export class ApiProblem extends Problem {
  constructor(status: number, body: ProblemBody, retryAfterMs?: number);
  status: number;
  body: ProblemBody;
  /** The seats that could not be had, and why. */
  get refusals(): readonly SeatRefusal[];
  get fieldErrors(): readonly FieldFault[];
}
