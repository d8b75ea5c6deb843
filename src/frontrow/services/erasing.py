"""Erasing a person: who they were goes, which seats were sold when, and for how much, stays."""

import secrets
from typing import Protocol

import msgspec
import structlog

from frontrow.domain.ids import OrderId, UserId
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.outcomes import RoleMissing

PSEUDONYM_PREFIX = "erased:"
OPEN_ORDERS_NAMED_MAX = 20
_RANDOM_BYTES = 16

_log = structlog.get_logger(__name__)


class PersonErased(msgspec.Struct, frozen=True):
    """Nobody can tell any more whose they were: so many orders and bookings were changed, none where nobody was found
    (any more)."""

    changed: int


class OrdersStillOpen(msgspec.Struct, frozen=True):
    """Orders of the person that are not ended, or that somebody has to look at: these keep the person. Of everything
    else nothing was erased, or all, where they were placed meanwhile."""

    order_ids: tuple[OrderId, ...]


class FindsOpenOrders(Protocol):
    """The ledger's lists, as far as they are asked for here."""

    async def open_orders_of(self, *, user_id: UserId | None, email: str | None, limit: int) -> list[OrderId]: ...


class Erases(Protocol):
    """The ledger's orders, as far as they are asked for here."""

    async def erase_person(self, *, user_id: UserId | None, email: str | None, pseudonym: UserId) -> int: ...


class Erasing:
    """Erases people, for admins."""

    def __init__(self, *, orders: Erases, books: FindsOpenOrders) -> None:
        self._orders = orders
        self._books = books

    async def erase(
        self, caller: Caller, *, user_id: UserId | None = None, email: str | None = None
    ) -> PersonErased | OrdersStillOpen | RoleMissing:
        """Erase who has this user id, or gave this e-mail address in whatever case: one of them at least is given.

        Names, addresses, phone numbers, notes and requests become empty, the user id a random one that nobody can have.
        Repeating it finds nobody. An order that is still open keeps its person: whoever pays has to be known.

        Raises:
            LedgerUnavailable: some of it may be erased; repeat the call.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        open_ids = await self._books.open_orders_of(user_id=user_id, email=email, limit=OPEN_ORDERS_NAMED_MAX)
        if open_ids:
            return OrdersStillOpen(tuple(open_ids))
        pseudonym = UserId(f"{PSEUDONYM_PREFIX}{secrets.token_urlsafe(_RANDOM_BYTES)}")
        changed = await self._orders.erase_person(user_id=user_id, email=email, pseudonym=pseudonym)
        _log.info("person_erased", changed=changed)
        placed_meanwhile = await self._books.open_orders_of(user_id=user_id, email=email, limit=OPEN_ORDERS_NAMED_MAX)
        if placed_meanwhile:
            return OrdersStillOpen(tuple(placed_meanwhile))
        return PersonErased(changed)
