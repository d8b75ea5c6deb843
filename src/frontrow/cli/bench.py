"""`frontrow bench`: what this machine, or a running server, carries."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from frontrow.cli.console import err, fail, out, print_table
from frontrow.cli.token import sign_token
from frontrow.settings import Settings

if TYPE_CHECKING:
    from frontrow.bench.loads import Report

_ADMIN_MINUTES = 120


def bench(
    seconds: Annotated[int, typer.Option("--seconds", min=1, max=60, help="How long each load lasts.")] = 5,
    connections: Annotated[int, typer.Option("--connections", min=1, max=1_000, help="Requests at once.")] = 64,
    seats: Annotated[int, typer.Option("--seats", min=1_000, max=100_000, help="Seats of its events.")] = 10_000,
    watchers: Annotated[int, typer.Option("--watchers", min=0, max=2_000, help="Open maps; 0 for none.")] = 200,
    url: Annotated[str | None, typer.Option("--url", help="Measure this running server instead, with --token.")] = None,
    token: Annotated[str | None, typer.Option("--token", help="That server's token with the role admin.")] = None,
    purchases: Annotated[
        bool | None,
        typer.Option("--purchases/--no-purchases", help="Sell seats as well; by default only without --url."),
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Also write the report here.")] = None,
) -> None:
    """Measure holds, refusals, reads, watchers and purchases on a temporary server of its own.

    Needs the load generator wrk on PATH. Everything is done on events called bench-..., which are cancelled afterwards.
    """
    from frontrow.bench.house import guests
    from frontrow.bench.load_generator import LoadFailed, NoLoadGenerator, need_wrk
    from frontrow.bench.loads import Bounds
    from frontrow.bench.loads import bench as measured
    from frontrow.bench.own_server import ServerFailed
    from frontrow.client import Client, FrontrowError

    if (url is None) != (token is None):
        raise typer.BadParameter("--url and --token go together: whose server, and an admin's token of it")
    bounds = Bounds(seconds=seconds, connections=connections, seat_count=seats, watchers=watchers)
    try:
        need_wrk()
        with (
            _server(url, token) as (server_url, admin_token),
            Client(server_url, token=admin_token) as admin,
            err.status("") as status,
        ):
            report = measured(
                admin,
                guests(admin),
                server_url,
                bounds,
                is_own=url is None,
                seller_token=admin_token if (url is None if purchases is None else purchases) else None,
                tell=lambda what: status.update(f"{what} ..."),
            )
    except (NoLoadGenerator, LoadFailed, ServerFailed, FrontrowError, ValueError) as error:
        fail(str(error))
    _print(report)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


@contextmanager
def _server(url: str | None, token: str | None) -> Iterator[tuple[str, str]]:
    """Where the server is, and an admin's token of it."""
    if url is not None and token is not None:
        yield url, token
        return
    from frontrow.bench.own_server import own_server

    with own_server() as server:
        own = Settings(jwt_secret=server.secret)
        yield server.url, sign_token(own, user="bench", roles=["admin"], ttl_minutes=_ADMIN_MINUTES)


def _print(report: "Report") -> None:
    rows = [
        (it.name, _figure(it.per_s, ",.0f"), _figure(it.p50_ms, ".1f"), _figure(it.p99_ms, ".1f"), it.note)
        for it in report.measured
    ]
    print_table(("what", "per second", "p50 ms", "p99 ms", ""), rows)
    server = "a server of its own, one process" if report.server == "own" else report.server
    loads = " to ".join(f"{load:.1f}" for load in report.load_average)
    out.print(
        f"\n{server}; {report.bounds.connections} connections, {report.bounds.seconds} s each, "
        f"events of {report.bounds.seat_count:,} seats\nfrontrow {report.version}, Python {report.python}, "
        f"{report.machine}, {report.cores} cores" + (f", load {loads}" if loads else "") + f", {report.started_at}",
        highlight=False,
        soft_wrap=True,
    )


def _figure(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
