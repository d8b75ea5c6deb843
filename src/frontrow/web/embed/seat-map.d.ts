/**
 * `<seat-map>`, the element of `/embed/seat-map.js`: its attributes, properties, methods and events, for TypeScript.
 *
 * What the events carry is declared in `../js/wire.d.ts`. For JSX see `seat-map-jsx.d.ts`.
 */

import type { GetToken } from "../js/api.js";
import type { Booking, EventSummary, Hold, Order, PaymentAction } from "../js/wire.js";

export type { Booking, EventSummary, GetToken, Hold, Order, PaymentAction };

/** What a seat looks like to this buyer; `mine` is held for them, or about to be. */
export type SeenState = "available" | "held" | "booked" | "blocked" | "mine";

/** The attributes as they are written in HTML. */
export interface SeatMapAttributes {
  /** The event's id. */
  event: string;
  /** The server's address, if not where the module came from. */
  api?: string;
  /** The buyer's token, if not a guest's. */
  token?: string;
  /** How many seats one buyer may choose, 1 to 50; 20 unless said otherwise. */
  "max-seats"?: number | string;
  /** The id of the only category whose seats can be chosen. */
  category?: string;
  /** Seats stay held when the page is left: for shops whose next page is a checkout of their own. */
  "keep-hold"?: boolean | "";
  /**
   * How held seats become a booking: by an order that is paid at the server, at once, or not in the element (`checkout` tells
   * when the buyer goes on). As the event's `checkout` says unless said otherwise.
   */
  checkout?: "orders" | "direct" | "none";
  /** BCP 47; the page's language, else the browser's, unless said otherwise. */
  locale?: string;
  /** The reader's own unless said otherwise. */
  theme?: "light" | "dark";
  /** `select`: presses select seats of any state, and nothing is held or booked. For operators. */
  mode?: "select";
}

/** What each event's `detail` is. All but `error` bubble, and all leave shadow trees. */
export interface SeatMapDetails {
  /** The event was found. */
  opened: { event: EventSummary };
  /** The sale has begun while the map was open. */
  "sale-opened": { event: EventSummary };
  /** The server has granted these seats. */
  "seats-held": { hold: Hold; seatIds: string[] };
  /** A minute is left. */
  "hold-expiring": { expiresAt: string };
  /** The server holds these no more: the time ran out, or the hold was ended. */
  "hold-lost": { seatIds: string[] };
  /** The buyer goes on with what is held. Prevented, the element goes no further: take the holds from here. */
  checkout: { holdIds: string[]; seatIds: string[] };
  /** The seats are claimed for this order until it is paid or its payment window ends. */
  "order-placed": { order: Order };
  /** The buyer is about to be sent to pay. Prevented, the element stays: take the buyer there yourself. */
  "payment-required": { order: Order; action: PaymentAction };
  booked: { booking: Booking };
  /** In the mode `select`. */
  "selection-changed": { seatIds: string[] };
  /** A request failed for good; the codes are those of the HTTP API, `no_answer` and `origin_not_allowed`. */
  error: { code: string; message: string };
}

export type SeatMapEvents = { [Name in keyof SeatMapDetails]: CustomEvent<SeatMapDetails[Name]> };

export class SeatMap extends HTMLElement {
  /** Goes before the attribute `token`, and is asked for every request. */
  getToken: GetToken | null;
  /** The ids of the selected seats, in the mode `select`. Setting it tells nobody. */
  selected: string[];
  /** In the mode `select`: any drag draws a rectangle around seats, not only one with Shift. For fingers. */
  drawsRectangles: boolean;
  /** Colours the seats by a number from 0 to 1 instead of by category. */
  heat: Record<string, number> | null;

  /** null while unknown, and for a seat that is not on this map. */
  stateOf(seatId: string): SeenState | null;
  /** Where the seat's centre is, in CSS pixels of the window; null for a seat that is not on this map. */
  positionOf(seatId: string): { x: number; y: number } | null;

  addEventListener<Name extends keyof SeatMapEvents>(
    name: Name, listener: (this: SeatMap, event: SeatMapEvents[Name]) => unknown, options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(name: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<Name extends keyof SeatMapEvents>(
    name: Name, listener: (this: SeatMap, event: SeatMapEvents[Name]) => unknown, options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(name: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "seat-map": SeatMap;
  }
}
