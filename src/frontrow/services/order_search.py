"""An event's orders for those who run it: listed, searched by name, e-mail and code, and exported whole.

As with bookings (booking_search.py), a search looks through the event's orders from the newest on, in pieces, and all
of it is read at a pace that leaves the ledger most of its time for orders.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from frontrow.domain.ids import BookingId, EventId, OrderId, event_number_of
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import Payment, Refund
from frontrow.ports import Clock
from frontrow.ports.event_books import OrderContact
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.catalog import Catalog
from frontrow.services.order_outcomes import OrderShown
from frontrow.services.outcomes import NotFound, RoleMissing
from frontrow.services.paced_reads import PacedReads
from frontrow.services.search_words import SearchWords

CONTACTS_PER_PIECE = 500
PIECES_MAX = 20
"""Pieces of one page: past 10,000 orders the page ends, and the next one goes on."""
ORDERS_PER_PIECE = 100
"""Exported at a time."""

PagePoint = tuple[int, OrderId]
"""The order a page begins after: its `created_at_ms` and id."""
States = tuple[OrderState, ...] | None


class OrdersShown(msgspec.Struct, frozen=True):
    """Orders, newest first, each with its payments and refunds. `next_before` asks for the next page; None when this is
    the last."""

    orders: tuple[OrderShown, ...]
    next_before: PagePoint | None


class OrdersExport(msgspec.Struct, frozen=True):
    """All orders that were asked for, newest first, in pieces; the first was read already, and a piece without any says
    that a page was searched in vain. Reading on may raise LedgerUnavailable: then what was given is not all."""

    pieces: AsyncIterator[tuple[OrderShown, ...]]


class ListsOrders(Protocol):
    """The ledger's orders, as far as they are asked for here."""

    async def orders_in(
        self, event_id: EventId, *, states: Sequence[OrderState] | None, before: PagePoint | None, limit: int
    ) -> list[Order]: ...


class ReadsOrders(Protocol):
    """The ledger's lists, as far as they are asked for here."""

    async def order_contacts(
        self, event_id: EventId, *, states: Sequence[OrderState] | None, before: PagePoint | None, limit: int
    ) -> list[OrderContact]: ...

    async def orders_among(self, event_id: EventId, order_ids: Sequence[OrderId]) -> list[Order]: ...

    async def payments_of_orders(
        self, event_id: EventId, order_ids: Sequence[OrderId]
    ) -> dict[OrderId, list[Payment]]: ...

    async def refunds_of_orders(
        self, event_id: EventId, order_ids: Sequence[OrderId]
    ) -> dict[OrderId, list[Refund]]: ...


class OrderSearch:
    """Other people's orders, for admins. Every method may raise LedgerUnavailable."""

    def __init__(
        self,
        *,
        orders: ListsOrders,
        books: ReadsOrders,
        catalog: Catalog,
        clock: Clock,
        ticket_code: Callable[[BookingId], str],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._orders = orders
        self._books = books
        self._catalog = catalog
        self._ticket_code = ticket_code
        self._contacts = PacedReads[tuple[EventId, States, PagePoint | None], list[OrderContact]](clock, sleep=sleep)
        self._lists = PacedReads[tuple[EventId, States, PagePoint | None, int], list[Order]](clock, sleep=sleep)

    async def page(
        self,
        caller: Caller,
        event_id: EventId,
        *,
        states: States = None,
        query: str = "",
        before: PagePoint | None = None,
        limit: int = 50,
    ) -> OrdersShown | NotFound | RoleMissing:
        """Up to `limit` (1 to 100) orders in these states (None: any) after `before`, newest first.

        Args:
            query: words, each of which the name or the e-mail address must contain; or what the order's or its
                booking's id begins with; or 8 letters or more of its ticket code. Empty asks for all.

        Looks through PIECES_MAX * CONTACTS_PER_PIECE orders at most: a page may have fewer than asked for, even none,
        and be followed by another.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        if await self._catalog.sale(event_id) is None:
            return NotFound()
        return await self._page(event_id, states, query, before, limit)

    async def export(
        self, caller: Caller, event_id: EventId, *, states: States = None, query: str = ""
    ) -> OrdersExport | NotFound | RoleMissing:
        """All orders that `page` would list page after page. Orders placed meanwhile are not among them."""
        first = await self.page(caller, event_id, states=states, query=query, limit=ORDERS_PER_PIECE)
        return OrdersExport(self._pieces(event_id, states, query, first)) if isinstance(first, OrdersShown) else first

    async def _pieces(
        self, event_id: EventId, states: States, query: str, page: OrdersShown
    ) -> AsyncIterator[tuple[OrderShown, ...]]:
        while True:
            yield page.orders  # also when there are none, so that whoever reads can stop
            if page.next_before is None:
                return
            page = await self._page(event_id, states, query, page.next_before, ORDERS_PER_PIECE)

    async def _page(
        self, event_id: EventId, states: States, query: str, before: PagePoint | None, limit: int
    ) -> OrdersShown:
        words = SearchWords(query, ticket_code=self._ticket_code)
        next_before: PagePoint | None = None
        if words.is_empty:
            found = await self._lists.read(
                (event_id, states, before, limit),
                lambda: self._orders.orders_in(event_id, states=states, before=before, limit=limit + 1),
            )
            if len(found) > limit:
                found, next_before = found[:limit], (found[limit - 1].created_at_ms, found[limit - 1].order_id)
        elif event_number_of(query.strip()) is not None and (
            named := await self._books.orders_among(event_id, [OrderId(query.strip())])
        ):
            found = [order for order in named if states is None or order.state in states]
        else:
            hits, next_before = await self._hits(event_id, states, words, before, limit)
            found = await self._books.orders_among(event_id, hits)
        return OrdersShown(await self._shown(event_id, found), next_before)

    async def _hits(
        self, event_id: EventId, states: States, words: SearchWords, before: PagePoint | None, limit: int
    ) -> tuple[list[OrderId], PagePoint | None]:
        hits: list[OrderContact] = []
        for _ in range(PIECES_MAX):
            contacts = await self._piece(event_id, states, before)
            hits += [it for it in contacts if _is_meant(it, words)]
            if len(hits) > limit:
                return [hit.order_id for hit in hits[:limit]], (hits[limit - 1].created_at_ms, hits[limit - 1].order_id)
            if len(contacts) < CONTACTS_PER_PIECE:
                return [hit.order_id for hit in hits], None
            before = (contacts[-1].created_at_ms, contacts[-1].order_id)
        return [hit.order_id for hit in hits], before

    async def _piece(self, event_id: EventId, states: States, before: PagePoint | None) -> list[OrderContact]:
        return await self._contacts.read(
            (event_id, states, before),
            lambda: self._books.order_contacts(event_id, states=states, before=before, limit=CONTACTS_PER_PIECE),
        )

    async def _shown(self, event_id: EventId, orders: Sequence[Order]) -> tuple[OrderShown, ...]:
        order_ids = [order.order_id for order in orders]
        if not order_ids:
            return ()
        payments = await self._books.payments_of_orders(event_id, order_ids)
        refunds = await self._books.refunds_of_orders(event_id, order_ids)
        return tuple(
            OrderShown(
                order=order,
                payments=tuple(payments.get(order.order_id, ())),
                refunds=tuple(refunds.get(order.order_id, ())),
                ticket_code=None if order.booking_id is None else self._ticket_code(order.booking_id),
            )
            for order in orders
        )


def _is_meant(contact: OrderContact, words: SearchWords) -> bool:
    ids = (contact.order_id,) if contact.booking_id is None else (contact.order_id, contact.booking_id)
    return words.mean(name=contact.name, email=contact.email, ids=ids, booking_id=contact.booking_id)
