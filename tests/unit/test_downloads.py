"""A download ends with its client: what is read for one that has gone is read for nobody."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from frontrow.domain.booking import Booking
from frontrow.http.downloads import while_there
from frontrow.http.v1.booking_export import csv_of
from frontrow.services.booking_display import BookingShown


class Client:
    """The receiving half of a connection: the end of the request is heard, and later that the client has gone."""

    def __init__(self) -> None:
        self._heard = asyncio.Queue[str]()
        self._heard.put_nowait("http.request")

    def leave(self) -> None:
        """Close the connection."""
        self._heard.put_nowait("http.disconnect")

    async def receive(self) -> dict[str, object]:
        """See ASGI."""
        return {"type": await self._heard.get()}


class Parts:
    """A hundred parts; each takes a turn of the loop, as reading one does."""

    def __init__(self) -> None:
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.read < 100:
            await asyncio.sleep(0)
            self.read += 1
            yield b"part"


async def test_a_client_that_stays_gets_everything() -> None:
    parts = Parts()
    assert [part async for part in while_there(aiter(parts), Client().receive)] == [b"part"] * 100


async def test_nothing_is_read_on_for_a_client_that_has_gone() -> None:
    parts, client = Parts(), Client()
    async for _ in while_there(aiter(parts), client.receive):
        if parts.read == 10:
            client.leave()
    assert 10 <= parts.read < 15


async def test_nobody_listens_to_the_client_after_the_end() -> None:
    before = asyncio.all_tasks()
    async for _ in while_there(aiter(Parts()), Client().receive):
        pass
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_a_search_in_vain_has_empty_parts_between_which_it_can_be_ended() -> None:
    async def found() -> AsyncIterator[tuple[()]]:
        for _ in range(3):
            yield ()

    async def shown(bookings: Sequence[Booking]) -> tuple[BookingShown, ...]:
        return tuple(BookingShown(booking, "") for booking in bookings)

    head, *parts = [part async for part in csv_of(found(), shown)]
    assert head.startswith(b"\xef\xbb\xbf") and parts == [b"", b"", b""]
