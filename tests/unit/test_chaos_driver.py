"""The chaos driver's own parts: a schedule is its seed's, and a wire does to bytes what it says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.chaos.driver.faults import RECIPES
from tests.chaos.driver.schedule import planned_rounds
from tests.chaos.driver.wire import HOST, Passage, Wire, laid_wire
from tests.support.eventually import eventually

DELAY_S = 0.2


def test_a_seed_is_one_schedule_and_another_seed_another() -> None:
    first, again, other = (planned_rounds(seed, 60, per_round=20) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_a_schedule_has_as_many_faults_as_asked_for_and_every_kind_of_them() -> None:
    faults = [fault for each in planned_rounds(7, 100, per_round=20) for fault in each.faults]
    assert [fault.number for fault in faults] == [*range(1, 101)]
    assert {fault.name for fault in faults} == {*RECIPES}


def test_gentle_rounds_lose_no_hold() -> None:
    rounds = planned_rounds(7, 400, per_round=20)
    gentle = [each for each in rounds if each.is_gentle]
    assert 0 < len(gentle) < len(rounds)
    assert not any(fault.may_lose_holds for each in gentle for fault in each.faults)


@asynccontextmanager
async def _echo(delay_s: float = 0.0) -> AsyncIterator[tuple[Wire, list[bytes]]]:
    """A wire to a server that answers what it is sent; and what has arrived there."""
    arrived: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(100):
            arrived.append(piece)
            writer.write(piece)
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    try:
        async with laid_wire("echo", server.sockets[0].getsockname()[1], delay_s=delay_s) as wire:
            yield wire, arrived
    finally:
        server.close()


async def test_a_wire_delays_what_comes_back() -> None:
    async with _echo(DELAY_S) as (wire, _):
        reader, writer = await asyncio.open_connection(HOST, wire.port)
        began = asyncio.get_running_loop().time()
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        assert asyncio.get_running_loop().time() - began >= DELAY_S
        writer.close()


async def test_a_silent_wire_holds_everything_back_and_loses_nothing() -> None:
    async with _echo() as (wire, arrived):
        reader, writer = await asyncio.open_connection(HOST, wire.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        await wire.set_passage(Passage.SILENT)
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(3), 0.1)
        assert arrived == [b"one"]
        await wire.set_passage(Passage.OPEN)
        assert await reader.readexactly(3) == b"two"
        writer.close()


async def test_lost_replies_are_of_requests_that_arrived() -> None:
    async with _echo() as (wire, arrived):
        await wire.set_passage(Passage.REPLIES_LOST)
        reader, writer = await asyncio.open_connection(HOST, wire.port)
        writer.write(b"book")
        await eventually(lambda: arrived == [b"book"], "the request arrives")
        await wire.set_passage(Passage.OPEN)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(4)
        writer.close()


async def test_a_wire_that_leads_elsewhere_cuts_what_it_had() -> None:
    async with _echo() as (wire, _), _echo() as (other, arrived):
        reader, writer = await asyncio.open_connection(HOST, wire.port)
        writer.write(b"one")
        await reader.readexactly(3)
        await wire.lead_to(other.target_port)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()
        reader, writer = await asyncio.open_connection(HOST, wire.port)
        writer.write(b"two")
        assert await reader.readexactly(3) == b"two"
        assert arrived == [b"two"]
        writer.close()
