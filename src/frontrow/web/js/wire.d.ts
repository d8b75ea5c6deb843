/** What travels over `/api/v1`, as docs/http-api.md says. Unknown members may appear at any time. */

export interface Point { x: number; y: number }

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

export interface Money { amountMinor: number; currency: string }

export type SaleStatus = "scheduled" | "on_sale" | "closed";

export interface Counts { available?: number; held?: number; booked?: number; blocked?: number; total?: number }

export interface EventSummary {
  eventId: string; name: string; startsAt: string; salesStart?: string | null; salesEnd?: string | null;
  layoutId: string; layoutVersion: number; currency: string; prices: Record<string, number>;
  saleStatus: SaleStatus; counts?: Counts | null;
}

export interface EventPage { items: EventSummary[]; nextCursor?: string | null }

export interface SeatStates { epoch: string; offset: string; layoutVersion: number; states: string }

export interface Hold {
  holdId: string; eventId: string; seatIds: string[]; tableIds: string[]; expiresAt: string; total: Money;
}

export interface ContactInfo { name: string; email: string; phone?: string }

export interface Booking {
  bookingId: string; eventId: string; seatIds: string[]; tableIds: string[]; total: Money; status: string;
  contactInfo: ContactInfo; bookedAt: string; cancelledSeatIds?: string[];
}

export interface GuestToken { token: string; userId: string; expiresAt: string }

export interface SeatRefusal { seatId: string; reason: "held" | "booked" | "blocked" | "not_yours" }

export interface ProblemBody {
  type?: string; title?: string; status?: number; detail?: string; code?: string;
  seats?: SeatRefusal[]; seatIds?: string[]; errors?: { field: string; message: string }[];
  seatsMax?: number; heldCount?: number;
}
