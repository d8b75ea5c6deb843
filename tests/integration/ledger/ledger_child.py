"""A process of its own that sells seats, directly or by orders: for tests that kill it, starve it or take its rights.

Run as `python -m tests.integration.ledger.ledger_child URL [--orders] [--bookings N] [--file-bytes-max N]
[--become UID]`. It prints one line for each thing that became certain: `ready`, `written <booking id>`, `lost <seats>`
or `moved <order id> <version>`, then `unavailable <why>` if the ledger gave up.
"""

import argparse
import asyncio
import os
import resource

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.domain.booking import BookingWritten, SeatConflict
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import Event
from frontrow.domain.ids import EventId
from frontrow.domain.order_moves import OrderMoved
from frontrow.ports import Clock
from tests.integration.ledger.drafts import draft, event_on_sale, guard, order
from tests.integration.ledger.order_steps import purchase

EVENT = "gala"
CALLERS = 20
BOOKINGS_MAX = 100_000


async def write(url: str, *, orders: bool, bookings: int) -> None:
    """Sell two seats at a time with several callers at once, for as long as that goes well."""
    clock = SystemClock()
    try:
        ledger = await open_ledger(url, clock=clock)
        try:
            gala = await ledger.event(EventId(EVENT)) or await event_on_sale(ledger, EVENT)
            say("ready")
            numbers = iter(range(bookings))
            sell = buy if orders else book

            async def caller(name: int) -> None:
                for number in numbers:
                    await sell(ledger, gala, f"L{number} R{number}", f"user-{name}", clock)

            await asyncio.gather(*(caller(name) for name in range(CALLERS)))
        finally:
            await ledger.close()
    except LedgerUnavailable as error:
        say(f"unavailable {error}")


async def book(ledger: SqlLedger, gala: Event, names: str, user: str, clock: Clock) -> None:
    """One booking, which another process may have been faster with."""
    wanted = draft(gala, names, user=f"{os.getpid()} {user}", key=names)
    outcome = await ledger.book(wanted, guard_until_ms=guard(clock))
    if isinstance(outcome, SeatConflict):
        say(f"lost {names}")
        return
    assert isinstance(outcome, BookingWritten), outcome
    say(f"written {wanted.booking.booking_id}")


async def buy(ledger: SqlLedger, gala: Event, names: str, user: str, clock: Clock) -> None:
    """One order, from its claim to the seat that is given back."""
    placed = order(gala, names, user=user)
    await ledger.orders.place(placed)
    say(f"moved {placed.order_id} {placed.version}")
    for move in purchase(placed, gala, clock, cancels=placed.seat_ids[:1]):
        outcome = await ledger.orders.move(move)
        assert isinstance(outcome, OrderMoved), outcome
        say(f"moved {placed.order_id} {move.after.version}")


def say(line: str) -> None:
    """Tell the test at once: what was said is certain."""
    os.write(1, f"{line}\n".encode())


def main() -> None:
    """Take on the limits, then write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--orders", action="store_true")
    parser.add_argument("--bookings", type=int, default=BOOKINGS_MAX)
    parser.add_argument("--file-bytes-max", type=int)
    parser.add_argument("--become", type=int)
    options = parser.parse_args()
    if options.file_bytes_max is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.file_bytes_max, options.file_bytes_max))
    if options.become is not None:
        os.setgroups([])
        os.setgid(options.become)
        os.setuid(options.become)
    asyncio.run(write(options.url, orders=options.orders, bookings=options.bookings))


if __name__ == "__main__":
    main()
