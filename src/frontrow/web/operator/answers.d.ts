/** What only the operator's operations of `/api/v1` answer, as docs/http-api.md says. Unknown members may appear at any time. */

import type { EventStats, Layout, SeatState, Time } from "../js/wire.js";

export type Interval = EventStats["overTime"]["interval"];

export interface RecentChange { offset: string; at: Time; seatIds: string[]; state: SeatState; cause: string }

export interface WantedSeat { seatId: string; holds: number; refusals?: number }

export interface Demand { seats: WantedSeat[]; since?: Time | null }

export interface SeatHold { seatId: string; holdId: string; userId: string; heldAt: Time; expiresAt: Time }

/** What a dry run tells of a drawing; `layout` is the drawing as it would be kept. */
export interface ReadLayout { layoutId: string; warnings: string[]; seatCount: number; layout: Layout }

export interface PublishedLayout { layoutId: string; version: number; warnings: string[] }
