"""An event's bookings for those who run it: listed, searched by name, e-mail and code, and exported whole.

A search looks through the event's bookings from the newest on, in pieces, and what they hold is compared here: so
letters with and without accents or capitals are the same in every database. All of it is read at a pace that leaves
the ledger most of its time for bookings.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from frontrow.domain.booking import Booking, BookingContact
from frontrow.domain.ids import BookingId, EventId, event_number_of
from frontrow.ports import Clock
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.catalog import Catalog
from frontrow.services.outcomes import BookingPage, NotFound, RoleMissing
from frontrow.services.paced_reads import PacedReads
from frontrow.services.search_words import SearchWords

CONTACTS_PER_PIECE = 500
"""Looked through at a time: some 3 ms of the ledger and as much of the event loop."""
PIECES_MAX = 20
"""Pieces of one page: past 10,000 bookings, about a second, the page ends, and the next one goes on."""
BOOKINGS_PER_PIECE = 100
"""Exported at a time: some 5 ms of the ledger."""

PagePoint = tuple[int, BookingId]
"""The booking a page begins after: its `booked_at_ms` and id."""


class HasBookings(Protocol):
    """The ledger, as far as it is asked here."""

    async def bookings_in(self, event_id: EventId, *, before: PagePoint | None, limit: int) -> list[Booking]: ...

    async def booking_contacts(
        self, event_id: EventId, *, before: PagePoint | None, limit: int
    ) -> list[BookingContact]: ...

    async def bookings_among(self, event_id: EventId, booking_ids: Sequence[BookingId]) -> list[Booking]: ...


class BookingsExport(msgspec.Struct, frozen=True):
    """All bookings that were asked for, newest first, in pieces; the first was read already, and a piece without any
    says that a page was searched in vain. Reading on may raise LedgerUnavailable: then what was given is not all."""

    pieces: AsyncIterator[tuple[Booking, ...]]


class BookingSearch:
    """Other people's bookings, for admins. Every method may raise LedgerUnavailable."""

    def __init__(
        self,
        *,
        ledger: HasBookings,
        catalog: Catalog,
        clock: Clock,
        ticket_code: Callable[[BookingId], str],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._catalog = catalog
        self._ticket_code = ticket_code
        self._contacts = PacedReads[tuple[EventId, PagePoint | None], list[BookingContact]](clock, sleep=sleep)
        self._bookings = PacedReads[tuple[EventId, PagePoint | None, int], list[Booking]](clock, sleep=sleep)

    async def page(
        self, caller: Caller, event_id: EventId, *, query: str = "", before: PagePoint | None = None, limit: int = 50
    ) -> BookingPage | NotFound | RoleMissing:
        """Up to `limit` (1 to 100) bookings after `before`, newest first; cancelled ones are among them.

        Args:
            query: words, each of which the name or the e-mail address must contain; or what the booking's id begins
                with, with or without the event's number; or 8 letters or more of its ticket code. Empty asks for all.

        Looks through PIECES_MAX * CONTACTS_PER_PIECE bookings at most: a page may have fewer than asked for, even
        none, and be followed by another.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        if await self._catalog.sale(event_id) is None:
            return NotFound()
        return await self._page(event_id, query, before, limit)

    async def export(
        self, caller: Caller, event_id: EventId, *, query: str = ""
    ) -> BookingsExport | NotFound | RoleMissing:
        """All bookings that `page` would list page after page. Bookings made meanwhile are not among them."""
        first = await self.page(caller, event_id, query=query, limit=BOOKINGS_PER_PIECE)
        return BookingsExport(self._pieces(event_id, query, first)) if isinstance(first, BookingPage) else first

    async def _pieces(self, event_id: EventId, query: str, page: BookingPage) -> AsyncIterator[tuple[Booking, ...]]:
        while True:
            yield page.bookings  # also when there are none, so that whoever reads can stop
            if page.next_before is None:
                return
            page = await self._page(event_id, query, page.next_before, BOOKINGS_PER_PIECE)

    async def _page(self, event_id: EventId, query: str, before: PagePoint | None, limit: int) -> BookingPage:
        words = SearchWords(query, ticket_code=self._ticket_code)
        if words.is_empty:
            found = await self._bookings.read(
                (event_id, before, limit),
                lambda: self._ledger.bookings_in(event_id, before=before, limit=limit + 1),
            )
            return BookingPage(tuple(found[:limit]), _page_point(found[limit - 1]) if len(found) > limit else None)
        if event_number_of(query.strip()) is not None:
            whole = await self._ledger.bookings_among(event_id, [BookingId(query.strip())])
            return BookingPage(tuple(whole), None)
        hits, next_before = await self._hits(event_id, words, before, limit)
        return BookingPage(tuple(await self._ledger.bookings_among(event_id, hits)), next_before)

    async def _hits(
        self, event_id: EventId, words: SearchWords, before: PagePoint | None, limit: int
    ) -> tuple[list[BookingId], PagePoint | None]:
        hits: list[BookingContact] = []
        for _ in range(PIECES_MAX):
            contacts = await self._piece(event_id, before)
            hits += [contact for contact in contacts if _is_meant(contact, words)]
            if len(hits) > limit:
                return [hit.booking_id for hit in hits[:limit]], _page_point(hits[limit - 1])
            if len(contacts) < CONTACTS_PER_PIECE:
                return [hit.booking_id for hit in hits], None
            before = _page_point(contacts[-1])
        return [hit.booking_id for hit in hits], before

    async def _piece(self, event_id: EventId, before: PagePoint | None) -> list[BookingContact]:
        return await self._contacts.read(
            (event_id, before),
            lambda: self._ledger.booking_contacts(event_id, before=before, limit=CONTACTS_PER_PIECE),
        )


def _is_meant(contact: BookingContact, words: SearchWords) -> bool:
    id_ = contact.booking_id
    return words.mean(name=contact.name, email=contact.email, ids=(id_,), booking_id=id_)


def _page_point(booking: Booking | BookingContact) -> PagePoint:
    return (booking.booked_at_ms, booking.booking_id)
