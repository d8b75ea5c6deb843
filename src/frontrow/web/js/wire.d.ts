/** What travels over `/api/v1`, as docs/http-api.md says. Unknown members may appear at any time. */

/** RFC 3339 in UTC, `2026-03-01T19:30:00.000Z`. */
export type Time = string;

export interface Point { x: number; y: number }

/** Whole minor units by the currency's ISO 4217 exponent. */
export interface Money { amountMinor: number; currency: string }

// Layouts

export interface Category { id: string; name: string; color: string; price?: number }

export interface Section {
  id: string; name: string; outline?: Point[]; floor?: string; zone?: string; entrance?: string;
}

export interface Seat {
  id: string; position: Point; size?: Point; rotation?: number; categoryId: string; sectionId?: string;
  rowLabel: string; seatNumber: number | string;
  accessible?: boolean; companion?: boolean; restrictedView?: boolean; tableId?: string;
}

export interface Item {
  id: string; type: "table" | "stage" | "text" | "shape"; pos: Point; size?: Point; rot?: number;
  lbl?: string; shp?: string; sc?: number; bookAs?: "either" | "whole";
}

export interface Layout {
  id: string; name: string; canvasW: number; canvasH: number; categories: Category[]; seats: Seat[];
  sections?: Section[]; items?: Item[]; focalPoint?: Point;
}

// Events and their seats

export type SaleStatus = "scheduled" | "on_sale" | "closed" | "cancelled";

/**
 * A fee or tax of an event. Sums (`per_seat`, `per_order`) have `amountMinor`, shares `basisPoints` of the seats and the
 * charges before it; an `included_share` is part of the prices already.
 */
export interface Charge {
  name: string; kind: "per_seat" | "per_order" | "share" | "included_share"; amountMinor?: number; basisPoints?: number;
  /** Whether it goes back with its seats; true unless said otherwise. */
  refundable?: boolean;
}

export interface Counts { available?: number; held?: number; booked?: number; blocked?: number; total?: number }

export interface EventSummary {
  eventId: string; name: string; startsAt: Time; salesStart?: Time | null; salesEnd?: Time | null;
  layoutId: string; layoutVersion: number; currency: string;
  /** By category id, in minor units of `currency`. */
  prices: Record<string, number>;
  /** The name of its house. */
  layoutName?: string;
  saleStatus: SaleStatus; orphanRule?: boolean; counts?: Counts | null;
  charges?: Charge[];
  /** How a buyer's page sells it: by orders that are paid at this server, by booking directly, or not by itself. */
  checkout?: "orders" | "direct" | "none";
}

export interface EventPage { items: EventSummary[]; nextCursor?: string | null }

/** A state as one letter: available, held, booked, blocked. */
export type StateLetter = "a" | "h" | "b" | "x";

/** `GET …/seat-states`: `states` has one StateLetter for each seat, in layout order. */
export interface SeatStates {
  epoch: string; offset: string; layoutId?: string; layoutVersion: number; states: string; stale?: boolean;
}

/** The data of a `snapshot` frame of `GET …/changes`, whose id is `<epoch>:<offset>`. */
export type SnapshotFrame = SeatStates;

/** The data of a `changes` frame: the ids of the seats that changed, by the state they are in now. */
export interface ChangesFrame { offset: string; seats: Partial<Record<StateLetter, string[]>> }

export type SeatState = "available" | "held" | "booked" | "blocked";

/** One seat of `GET …/seats`. */
export interface PricedSeat {
  seatId: string; position: Point; categoryId: string; sectionId?: string; tableId?: string; rowLabel: string;
  seatNumber: number | string; price: Money; accessible?: boolean; companion?: boolean; restrictedView?: boolean;
  state: SeatState; holdExpiresAt?: Time;
}

export interface SeatList { seats: PricedSeat[]; epoch: string; offset: string; layoutVersion: number; stale?: boolean }

export interface Suggestions { suggestions: string[][] }

// Holds

export interface BestAvailable { count: number; categoryId?: string; section?: string; accessible?: boolean }

/** What to hold: seats and tables, 1 to 50 seats in all, or `bestAvailable`; with `holdId`, onto that hold of yours. */
export interface HoldWish {
  seatIds?: string[]; tableIds?: string[]; bestAvailable?: BestAvailable; durationMinutes?: number; holdId?: string;
  reason?: string;
}

export interface Hold {
  holdId: string; eventId: string; seatIds: string[]; tableIds: string[]; expiresAt: Time; total: Money;
  /** Seats it was made for that a newer hold of yours has now. */
  movedSeatIds?: string[];
}

export interface HoldList { items: Hold[] }

export interface ReleasedSeats { holdId: string; eventId: string; seatIds: string[]; expiresAt: Time }

// Bookings

export interface ContactInfo { name: string; email: string; phone?: string }

export interface PaymentInfo { method: string; transactionId?: string; gateway?: string }

/** What to book: a hold with all its seats, or seats and tables across your holds. */
export interface BookingOrder {
  eventId: string; contactInfo: ContactInfo; holdId?: string; seatIds?: string[]; tableIds?: string[];
  paymentInfo?: PaymentInfo; notes?: string; specialRequests?: string;
  /** Whose holds they are: for integrators and admins. */
  userId?: string;
}

/** Booked until every seat has been cancelled; `aborted` never was a booking. */
export type BookingStatus = "booked" | "partly_cancelled" | "cancelled" | "aborted";

export interface Booking {
  /** The order it was made by. */
  orderId?: string;
  /** What the door asks for, in letters and digits. */
  ticketCode?: string;
  /** What went back of its price, or is about to. */
  refunds?: Refund[];
  bookingId: string; eventId: string;
  /** All of them, the cancelled ones too. */
  seatIds: string[];
  tableIds: string[]; total: Money; status: BookingStatus; contactInfo: ContactInfo; bookedAt: Time; userId: string;
  holdId?: string; paymentInfo?: PaymentInfo; notes?: string; specialRequests?: string; cancelledSeatIds?: string[];
}

export interface BookingPage { items: Booking[]; nextCursor?: string | null }

/** A booking found by its code and e-mail address; with a guest's token, where it is a guest's. */
export interface FoundBooking { booking: Booking; token?: string; tokenExpiresAt?: Time }

// Orders

export type OrderStatus =
  | "pending" | "claimed" | "paying" | "paid" | "booked" | "cancelling" | "cancelled" | "expired" | "refunding" | "refunded"
  | "needs_attention";

/** What an order's amount is made of; an `included` line is part of the lines above it. */
export interface OrderLine { kind: "seat" | "charge" | "included"; label: string; seatId?: string; amount: Money }

/** What the buyer has to do next: go to `url`, or confirm with the script of the gateway named by `kind`. */
export interface PaymentAction { kind: string; url?: string; clientSecret?: string; publicKey?: string }

export interface OrderPayment {
  paymentId: string; gateway: string;
  status: "started" | "action_required" | "processing" | "authorised" | "captured" | "declined" | "cancelled";
  amount: Money; reason?: string; action?: PaymentAction;
}

export interface Refund {
  refundId: string; amount: Money;
  reason: "seats_cancelled" | "event_cancelled" | "paid_late" | "paid_twice" | "wrong_amount" | "given_up";
  status: "due" | "processing" | "done" | "failed"; seatIds: string[]; createdAt: Time;
}

export interface Order {
  orderId: string; eventId: string; holdId: string; userId: string; status: OrderStatus; seatIds: string[];
  tableIds: string[]; lines: OrderLine[]; total: Money; customer: ContactInfo; notes?: string; specialRequests?: string;
  createdAt: Time;
  /** The end of its payment window. */
  payUntil?: Time;
  bookingId?: string; ticketCode?: string;
  /** The payment that is under way or that paid; the last one tried where none is. */
  payment?: OrderPayment;
  refunds?: Refund[]; refunded?: Money;
  /** Why somebody has to look, for admins. */
  attention?: string;
}

export interface OrderPage { items: Order[]; nextCursor?: string | null }

/** What to order: a hold with all its seats. `userId`: whose order it is, for integrators and admins. */
export interface OrderWish {
  eventId: string; holdId: string; customer: ContactInfo; notes?: string; specialRequests?: string; userId?: string;
}

/** `returnUrl`: where the gateway's page sends the buyer back to; `paymentInfo`: what was paid elsewhere, as stated. */
export interface PaymentWish { returnUrl?: string; card?: { number: string }; paymentInfo?: PaymentInfo }

export interface GuestToken { token: string; userId: string; expiresAt: Time }

// Figures, for admins

export interface SeatFigures { total: number; available: number; held: number; booked: number; blocked: number; revenue: Money }

export interface BookedBucket { startsAt: Time; bookings: number; seats: number; revenue: Money }

export interface EventStats extends SeatFigures {
  eventId: string; byCategory: Record<string, SeatFigures>; stale?: boolean;
  overTime: {
    interval: "minute" | "hour" | "day"; since: Time; buckets: BookedBucket[];
    earlier: { bookings: number; seats: number; revenue: Money };
  };
}

// Problems

export interface SeatRefusal { seatId: string; reason: "held" | "booked" | "blocked" | "not_yours" }

export interface FieldFault { field: string; message: string }

/** The codes of docs/http-api.md. More may be added; none is ever renamed. */
export type ProblemCode =
  | "malformed" | "signature_invalid" | "token_missing" | "token_invalid" | "payment_declined" | "role_missing" | "direct_booking_not_allowed" | "cancellation_closed"
  | "statement_not_allowed" | "not_found" | "hold_not_found" | "method_not_allowed" | "body_too_slow" | "seats_unavailable" | "seat_limit_reached"
  | "event_not_on_sale" | "orphan_seats" | "hold_not_complete" | "request_in_progress" | "order_state" | "layout_in_use"
  | "event_id_taken" | "body_too_large" | "unsupported_media_type" | "validation_failed" | "unknown_seats"
  | "duplicate_seats" | "too_many_seats" | "table_only_whole" | "price_missing" | "idempotency_key_reused"
  | "rate_limited" | "head_too_large" | "internal_error" | "store_unavailable" | "stream_unavailable" | "payment_unavailable"
  | "payment_not_configured";

export interface ProblemBody {
  type?: string; title?: string; status?: number; detail?: string; code?: ProblemCode | (string & {}); requestId?: string;
  errors?: FieldFault[]; seats?: SeatRefusal[]; seatIds?: string[]; tableIds?: string[]; categoryIds?: string[];
  count?: number; heldCount?: number; seatsMax?: number;
}
