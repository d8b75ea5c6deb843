"""A process that dies, or loses an answer, at any call of a port: before the call took effect, or after it.

Where between two calls it dies makes no difference to anybody else, so the calls are all the places there are.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, TypeVar, cast

from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable, StoreUnavailable
from frontrow.ports import HoldStore, PaymentGateway
from tests.support.faults import ProcessDied

PACE = 0x9E3779B1
"""Calls take one to four turns of the event loop, in an order without a pattern: so any of two calls may be first."""

T = TypeVar("T")


class Blow(StrEnum):
    """What happens at a call."""

    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    FAILS_BEFORE = "fails before"
    """The port is away: nothing happened."""
    FAILS_AFTER = "fails after"
    """It happened, and its answer was lost."""


class Life:
    """One process's: which of its next calls meet a blow, and whether it still lives.

    Once it died, every call of its ports fails, whatever its tasks try to tidy up.
    """

    def __init__(self) -> None:
        self.is_over = False
        self.calls = 0
        self.last_call = ""
        self._blows: dict[int, Blow] = {}

    def strike(self, calls_ahead: int, blow: Blow) -> None:
        """Let the call after so many more meet the blow."""
        self._blows[self.calls + calls_ahead] = blow

    def spare(self) -> None:
        """No blow waits any more."""
        self._blows.clear()

    async def around(self, away: type[Exception], name: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make the call; others have a turn on its way there and back."""
        number = self.calls
        self.calls += 1
        blow = self._blows.pop(number, None)
        for _ in range(1 + (number * PACE >> 16) % 4):
            await asyncio.sleep(0)
        self._breathe()
        if blow is not None:
            self.last_call = f"{blow} {name}"
        if blow is Blow.DIES_BEFORE:
            self._die(name)
        if blow is Blow.FAILS_BEFORE:
            raise away(f"{name} was lost")
        answer = await call()
        if blow is Blow.DIES_AFTER:
            self._die(name)
        if blow is Blow.FAILS_AFTER:
            raise away(f"the answer of {name} was lost")
        await asyncio.sleep(0)
        self._breathe()
        return answer

    def _die(self, name: str) -> None:
        self.is_over = True
        raise ProcessDied(name)

    def _breathe(self) -> None:
        if self.is_over:
            raise ProcessDied("it is dead already")


class _Port:
    """A port as one process sees it. `orders` is the ledger's other half."""

    def __init__(self, port: object, life: Life, away: type[Exception], name: str) -> None:
        self._port = port
        self._life = life
        self._away = away
        self._name = name

    def __getattr__(self, method: str) -> Any:
        attribute = getattr(self._port, method)
        if method == "orders":
            made: object = _Port(attribute, self._life, self._away, "orders")
        elif inspect.iscoroutinefunction(attribute):
            name = f"{self._name}.{method}"

            async def call(*args: object, **kwargs: object) -> object:
                return await self._life.around(self._away, name, lambda: attribute(*args, **kwargs))

            made = call
        else:
            return attribute
        setattr(self, method, made)
        return made


def mortal_store(store: HoldStore, life: Life) -> HoldStore:
    """The store as that process sees it."""
    return cast(HoldStore, _Port(store, life, StoreUnavailable, "store"))


def mortal_ledger(ledger: T, life: Life) -> T:
    """The ledger, and its orders, as that process sees them."""
    return cast(T, _Port(ledger, life, LedgerUnavailable, "ledger"))


def mortal_gateway(gateway: PaymentGateway, life: Life) -> PaymentGateway:
    """The gateway as that process sees it."""
    return cast(PaymentGateway, _Port(gateway, life, PaymentUnavailable, "gateway"))
