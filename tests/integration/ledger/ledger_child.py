"""A process of its own that writes bookings, so that a test can kill it, starve it of disk or take its rights.

Run as `python -m tests.integration.ledger.ledger_child URL [--file-bytes-max N] [--become UID]`. It prints one line for
each thing that became certain: `ready`, `written <booking id>`, then `unavailable <why>` if the ledger gave up.
"""

import argparse
import asyncio
import os
import resource

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.sql.ledger import open_ledger
from frontrow.domain.booking import BookingWritten
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.ids import EventId
from tests.integration.ledger.drafts import draft, event_on_sale, guard

EVENT = "gala"
CALLERS = 20
BOOKINGS_MAX = 100_000


async def write(url: str) -> None:
    """Book two seats at a time with several callers at once, for as long as that goes well."""
    clock = SystemClock()
    try:
        ledger = await open_ledger(url, clock=clock)
        try:
            gala = await ledger.event(EventId(EVENT)) or await event_on_sale(ledger, EVENT)
            say("ready")
            numbers = iter(range(BOOKINGS_MAX))

            async def caller(name: int) -> None:
                for number in numbers:
                    wanted = draft(gala, f"L{number} R{number}", user=f"user-{name}", key=f"{name}-{number}")
                    outcome = await ledger.book(wanted, guard_until_ms=guard(clock))
                    assert isinstance(outcome, BookingWritten), outcome
                    say(f"written {wanted.booking.booking_id}")

            await asyncio.gather(*(caller(name) for name in range(CALLERS)))
        finally:
            await ledger.close()
    except LedgerUnavailable as error:
        say(f"unavailable {error}")


def say(line: str) -> None:
    """Tell the test at once: what was said is certain."""
    os.write(1, f"{line}\n".encode())


def main() -> None:
    """Take on the limits, then write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--file-bytes-max", type=int)
    parser.add_argument("--become", type=int)
    options = parser.parse_args()
    if options.file_bytes_max is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.file_bytes_max, options.file_bytes_max))
    if options.become is not None:
        os.setgroups([])
        os.setgid(options.become)
        os.setuid(options.become)
    asyncio.run(write(options.url))


if __name__ == "__main__":
    main()
