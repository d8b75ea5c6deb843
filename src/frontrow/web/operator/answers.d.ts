/** What only the operator's operations of `/api/v1` answer, as docs/http-api.md says. Unknown members may appear at any time. */

import type { EventStats, Layout, SeatState, Time } from "../js/wire.js";

export type Interval = EventStats["overTime"]["interval"];

export interface RecentChange { offset: string; at: Time; seatIds: string[]; state: SeatState; cause: string }

export interface WantedSeat { seatId: string; holds: number; refusals?: number }

export interface Demand { seats: WantedSeat[]; since?: Time | null }

/** How far the cancelling of an event has come. `needsPerson`: what is left is not given back by itself. */
export interface Cancellation {
  eventId: string; cancelledAt: Time; bookings: { total: number; cancelled: number };
  orders: { open: number; needingAttention: number }; refunds: { due: number; done: number; failed: number };
  done: boolean; needsPerson: boolean;
}

/** One message to the integrator's server or to a customer, and how its delivery stands. */
export interface Notice {
  noticeId: string; eventId: string; type: "booking.confirmed" | "booking.cancelled" | "order.refunded" | "hold.expired";
  channel: "webhook" | "email"; state: "due" | "delivered" | "failed"; tries: number; createdAt: Time; dueAt?: Time; deliveredAt?: Time;
  subject: { bookingId?: string; orderId?: string; refundId?: string; holdId?: string; userId?: string; seatIds?: string[] };
  /** The HTTP or SMTP code of the last attempt, and why it failed. */
  lastStatus?: number; lastError?: string;
}

export interface NoticePage { items: Notice[]; nextCursor?: string | null }

export interface SeatHold { seatId: string; holdId: string; userId: string; heldAt: Time; expiresAt: Time }

/** What a dry run tells of a drawing; `layout` is the drawing as it would be kept. */
export interface ReadLayout { layoutId: string; warnings: string[]; seatCount: number; layout: Layout }

export interface PublishedLayout { layoutId: string; version: number; warnings: string[] }
