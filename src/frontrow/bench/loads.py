"""The loads of `frontrow bench`, one after the other, and the report of them."""

import asyncio
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import quantiles

import msgspec

import frontrow
from frontrow.bench.house import House, User, house_on_sale
from frontrow.bench.load_generator import LoadRun
from frontrow.bench.watching import WatchingFailed, watched
from frontrow.client import Client, FrontrowError


class Bounds(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How much of everything: seconds of each load, connections, seats of an event, watchers of it."""

    seconds: int
    connections: int
    seat_count: int
    watchers: int


class Measured(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One load. `per_s` counts what is named only; the percentiles are of a request, or of a watcher's delay."""

    name: str
    per_s: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    requests: int = 0
    changes: int = 0
    """Of seats, which every watcher was to see."""
    refused: int = 0
    """Of the requests, those answered with a status of 400 or more."""
    note: str = ""
    """What is to be known about these figures, such as answers that were not expected."""


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a bench measured, and where."""

    version: str
    server: str
    """`own`, or the server's URL."""
    machine: str
    cores: int
    python: str
    started_at: str
    load_average: tuple[float, ...]
    """Of the last minute, before and after; empty where the system tells none."""
    bounds: Bounds
    measured: list[Measured]


def bench(
    admin: Client,
    users: Sequence[User],
    url: str,
    bounds: Bounds,
    *,
    is_own: bool,
    seller_token: str | None,
    tell: Callable[[str], None],
) -> Report:
    """Put every load on the server, on events of its own, which are cancelled afterwards.

    Args:
        admin: a client of the server with the admin role.
        seller_token: who books what the users hold; None leaves purchases out.
        tell: is told what is measured next.

    Raises:
        FrontrowError of the client, NoLoadGenerator, LoadFailed.
    """
    started_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    load_before = _load_average()
    measured = list(_measured(admin, users, url, bounds, seller_token=seller_token, tell=tell))
    return Report(
        version=frontrow.__version__,
        server="own" if is_own else url,
        machine=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count() or 1,
        python=platform.python_version(),
        started_at=started_at,
        load_average=(*load_before, *_load_average()),
        bounds=bounds,
        measured=measured,
    )


def _measured(
    admin: Client,
    users: Sequence[User],
    url: str,
    bounds: Bounds,
    *,
    seller_token: str | None,
    tell: Callable[[str], None],
) -> Iterator[Measured]:
    seconds, connections = bounds.seconds, bounds.connections
    with house_on_sale(admin, url, bounds.seat_count, users, "holds") as house:
        tell("holds")
        yield _load("holds of 3 seats", house, house.hold(seconds=seconds, connections=connections))
        tell("refused holds")
        yield _refusals(house, house.be_refused(seconds=seconds, connections=connections))
        tell("reads")
        yield _load("reads of every seat's state", house, house.read(seconds=seconds, connections=connections))
        if bounds.watchers:
            tell("watchers")
            yield _watching(house, bounds)
    if seller_token is not None:
        with house_on_sale(admin, url, bounds.seat_count, users, "sales") as house:
            tell("purchases")
            yield _purchases(house, house.buy(seller_token, seconds=seconds, connections=connections))


def _load(name: str, house: House, run: LoadRun) -> Measured:
    return Measured(
        name=name,
        per_s=(run.requests - run.refused) / run.seconds,
        p50_ms=run.percentile_ms(50),
        p99_ms=run.percentile_ms(99),
        requests=run.requests,
        refused=run.refused,
        note=_note(house, run, unexpected=run.refused, said="refused"),
    )


def _refusals(house: House, run: LoadRun) -> Measured:
    granted = run.requests - run.refused
    return Measured(
        name="refused holds",
        per_s=run.refused / run.seconds,
        p50_ms=run.percentile_ms(50),
        p99_ms=run.percentile_ms(99),
        requests=run.requests,
        refused=run.refused,
        note=_note(house, run, unexpected=granted, said="granted"),
    )


def _purchases(house: House, run: LoadRun) -> Measured:
    booked, sale_us = run.counted["booked"], run.counted["sale_us"]
    return Measured(
        name="purchases: hold, then booking",
        per_s=1e6 * booked / sale_us if sale_us else 0,
        requests=run.requests,
        refused=run.refused,
        note=_note(house, run, unexpected=run.refused, said="requests refused"),
    )


def _note(house: House, run: LoadRun, *, unexpected: int, said: str) -> str:
    """Empty where all went as expected."""
    notes = [f"{unexpected:,} {said}"] if unexpected else []
    if run.refused and house.is_limited():
        notes.append("the server's rate limits were measured, not the server")
    if run.lost:
        notes.append(f"{run.lost:,} connections lost or silent")
    return "; ".join(notes)


def _watching(house: House, bounds: Bounds) -> Measured:
    name = f"watchers' delay, {bounds.watchers:,} of them"
    try:
        seen = asyncio.run(watched(house, watchers=bounds.watchers, seconds=bounds.seconds))
    except (WatchingFailed, FrontrowError) as failed:
        return Measured(name=name, note=str(failed))
    if len(seen.delays_s) < 2:
        return Measured(name=name, note="nobody saw a change in time")
    percentiles = quantiles(seen.delays_s, n=100, method="inclusive")
    return Measured(
        name=name,
        p50_ms=1000 * percentiles[49],
        p99_ms=1000 * percentiles[98],
        changes=seen.changes,
        note=f"{seen.missed:,} of {seen.changes * seen.watchers:,} never came" if seen.missed else "",
    )


def _load_average() -> tuple[float, ...]:
    try:
        return (round(os.getloadavg()[0], 2),)
    except OSError:
        return ()
