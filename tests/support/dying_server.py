"""The real program, which kills itself at one named point of the protocol: `python -m tests.support.dying_server`.

Its arguments are the point, the user for whose order it dies, and what `frontrow` is given. The product has no such
points: the methods of the adapters are wrapped here, and the process sends itself SIGKILL before or after one of them.
It is as hasty as the servers after it (hasty_server.py).
"""

import functools
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from frontrow.adapters.payments.demo import DemoPayments
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.sql.order_ledger import SqlOrderLedger
from frontrow.domain.booking import SeatRowState
from frontrow.domain.order import OrderState
from frontrow.domain.order_moves import OrderMove
from tests.support.hasty_server import hurry

Call = Callable[..., Awaitable[object]]


@dataclass(frozen=True)
class Point:
    """A method of an adapter; whether the process dies once it has taken effect or before; and at which calls."""

    adapter: type
    method: str
    is_after: bool
    meant: Callable[..., bool]


def _moves(meant: Callable[[OrderMove], bool], *, is_after: bool = True) -> Point:
    """At a write that this step is of, alone or with another."""
    return Point(
        SqlOrderLedger, "move", is_after, lambda _, move, then=None: meant(move) or (then is not None and meant(then))
    )


def _always(*_: object, **__: object) -> bool:
    return True


POINTS = {
    "after the seats are marked": Point(ValkeyHoldStore, "begin_booking", True, _always),
    "after the claim's commit": _moves(lambda move: move.claim is not None),
    "after the payment's row": _moves(lambda move: move.after.state is OrderState.PAYING),
    "after the gateway took the money": Point(DemoPayments, "start", True, _always),
    "before the order is paid and booked": _moves(lambda move: move.booking is not None, is_after=False),
    "after the booking's commit": _moves(lambda move: move.booking is not None),
    "before the store knows of the booking": Point(
        ValkeyHoldStore, "finish_booking", False, lambda *_, state, **__: state is SeatRowState.BOOKED
    ),
    "while the order is given up": _moves(lambda move: move.after.state is OrderState.CANCELLING),
    "after the gateway stopped the payment": Point(DemoPayments, "cancel", True, _always),
    "between a refund and its record": Point(DemoPayments, "refund", True, _always),
}


class _Doom:
    """Knows whose order is meant, by whatever an adapter is told of it."""

    def __init__(self, point: Point, victim: str) -> None:
        self.point = point
        self._victim = victim
        self._order_ids: set[str] = set()

    def watches_moves(self) -> None:
        """Learn the ids of the victim's orders."""
        move = SqlOrderLedger.move

        @functools.wraps(move)
        async def moved(ledger: SqlOrderLedger, step: OrderMove, then: OrderMove | None = None) -> object:
            if step.before.user_id == self._victim:
                self._order_ids.add(step.before.order_id)
            return await move(ledger, step, then)

        _replace(SqlOrderLedger, "move", moved)

    def strikes(self) -> None:
        """Wrap the point's method."""
        point = self.point
        call: Call = getattr(point.adapter, point.method)

        @functools.wraps(call)
        async def called(*args: Any, **kwargs: Any) -> object:
            is_meant = self._is_of_victim(args, kwargs) and point.meant(*args, **kwargs)
            if is_meant and not point.is_after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = await call(*args, **kwargs)
            if is_meant:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        _replace(point.adapter, point.method, called)

    def _is_of_victim(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        subject = args[1] if len(args) > 1 else None
        order_id = subject.before.order_id if isinstance(subject, OrderMove) else getattr(subject, "order_id", None)
        return kwargs.get("user_id") == self._victim or order_id in self._order_ids


def _replace(adapter: type, method: str, call: Call) -> None:
    setattr(adapter, method, call)


def main() -> None:
    """Die there, or serve until told to stop."""
    point, victim, *arguments = sys.argv[1:]
    hurry()
    doom = _Doom(POINTS[point], victim)
    doom.strikes()
    doom.watches_moves()
    sys.argv = ["frontrow", *arguments]
    from frontrow.cli import main as run  # noqa: PLC0415 (after the adapters are wrapped)

    run()


if __name__ == "__main__":
    main()
