/**
 * `<seat-map>` as a React component: attributes and handlers as props, the element itself by `ref`.
 *
 * Copy this file into your project, and beside it what the imports name: `embed/seat-map.d.ts`, `embed/seat-map-jsx.d.ts`,
 * `js/api.d.ts` and `js/wire.d.ts` of your server. Works with React 18 and 19; the map itself is loaded from the server.
 */

import { forwardRef, useEffect, useImperativeHandle, useRef } from "react";
import type { CSSProperties } from "react";
import type { GetToken, SeatMap as SeatMapElement, SeatMapAttributes, SeatMapDetails } from "../../src/frontrow/web/embed/seat-map.js";
import type {} from "../../src/frontrow/web/embed/seat-map-jsx.js";

/** A handler for each of the element's events, called with its `detail`; where something follows that can be prevented, with the event. */
export interface SeatMapHandlers {
  onOpened?: (detail: SeatMapDetails["opened"]) => void;
  onSaleOpened?: (detail: SeatMapDetails["sale-opened"]) => void;
  onSeatsHeld?: (detail: SeatMapDetails["seats-held"]) => void;
  onHoldExpiring?: (detail: SeatMapDetails["hold-expiring"]) => void;
  onHoldLost?: (detail: SeatMapDetails["hold-lost"]) => void;
  /** `event.preventDefault()`: the element goes no further with what is held. */
  onCheckout?: (detail: SeatMapDetails["checkout"], event: Event) => void;
  onOrderPlaced?: (detail: SeatMapDetails["order-placed"]) => void;
  /** `event.preventDefault()`: take the buyer to pay yourself. */
  onPaymentRequired?: (detail: SeatMapDetails["payment-required"], event: Event) => void;
  onBooked?: (detail: SeatMapDetails["booked"]) => void;
  onSelectionChanged?: (detail: SeatMapDetails["selection-changed"]) => void;
  onError?: (detail: SeatMapDetails["error"]) => void;
}

export interface SeatMapProps extends SeatMapHandlers {
  /** Where the server is, `https://tickets.example`. */
  server: string;
  event: string;
  /** Asked for a buyer's token with every request; a guest buys without one. */
  getToken?: GetToken;
  maxSeats?: number;
  category?: string;
  keepHold?: boolean;
  checkout?: SeatMapAttributes["checkout"];
  locale?: string;
  theme?: SeatMapAttributes["theme"];
  className?: string;
  style?: CSSProperties;
}

const HANDLER_OF = {
  opened: "onOpened",
  "sale-opened": "onSaleOpened",
  "seats-held": "onSeatsHeld",
  "hold-expiring": "onHoldExpiring",
  "hold-lost": "onHoldLost",
  checkout: "onCheckout",
  "order-placed": "onOrderPlaced",
  "payment-required": "onPaymentRequired",
  booked: "onBooked",
  "selection-changed": "onSelectionChanged",
  error: "onError",
} as const satisfies Record<keyof SeatMapDetails, keyof SeatMapHandlers>;

const HEIGHT: CSSProperties = { display: "block", height: "80vh" };

export const SeatMap = forwardRef<SeatMapElement, SeatMapProps>(function SeatMap(props, ref) {
  const { server, event, getToken, maxSeats, category, keepHold, checkout, locale, theme, className, style = HEIGHT } = props;
  const element = useRef<SeatMapElement>(null);
  const latest = useRef(props);
  useImperativeHandle(ref, () => element.current as SeatMapElement, []);

  // A handler that is new in each rendering is no reason to listen anew.
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (element.current) element.current.getToken = getToken ?? null;
  }, [getToken]);

  useEffect(() => {
    const map = element.current;
    if (!map) return undefined;
    const end = new AbortController();
    for (const name of Object.keys(HANDLER_OF) as (keyof SeatMapDetails)[]) {
      const hear = (happened: Event) => {
        const handler = latest.current[HANDLER_OF[name]] as ((detail: unknown, event: Event) => void) | undefined;
        handler?.((happened as CustomEvent<unknown>).detail, happened);
      };
      map.addEventListener(name, hear, { signal: end.signal });
    }
    return () => end.abort();
  }, []);

  // Loaded last, so that the token and the handlers are there when the map opens. A module is loaded once, however many ask.
  useEffect(() => {
    const address = new URL("/embed/seat-map.js", server).href;
    void import(/* @vite-ignore */ /* webpackIgnore: true */ address);
  }, [server]);

  return (
    <seat-map
      ref={element} event={event} api={server} max-seats={maxSeats} category={category} keep-hold={keepHold ? "" : undefined}
      checkout={checkout} locale={locale} theme={theme} class={className} style={style}
    />
  );
});
