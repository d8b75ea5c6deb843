"""`frontrow demo`: everything embedded, demo venues loaded, and buyers who take seats around yours."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from frontrow.cli.console import out
from frontrow.cli.options import DataDir, Port, demo_folder, settings_with
from frontrow.cli.starting import begin_start
from frontrow.cli.token import sign_token
from frontrow.settings import DirectBooking, LogLevel, PaymentGatewayName, Settings, is_set

if TYPE_CHECKING:
    from frontrow.app import Application

_ADMIN_MINUTES = 720


def demo(
    port: Port = 8000,
    data_dir: DataDir = None,
    buyers: Annotated[int, typer.Option("--buyers", min=0, max=200, help="Simulated buyers; 0 for none.")] = 24,
) -> None:
    """Run a demo on this machine: a cinema, a theatre and an arena on sale, and simulated buyers."""
    begin_start()
    from frontrow.cli.serving import run_server

    on_terminal = sys.stderr.isatty()
    settings = demo_settings(settings_with(data_dir), on_terminal=on_terminal)

    @asynccontextmanager
    async def beside(application: "Application", url: str) -> AsyncIterator[None]:
        from frontrow.cli.buyers import simulate_buyers

        seeded = await application.seeding.load()
        token = sign_token(settings, user="operator", roles=["admin"], ttl_minutes=_ADMIN_MINUTES)
        out.print(f"\n  [bold]Frontrow[/] is open at [link={url}]{url}[/link]\n", highlight=False)
        out.print(f"  operator: {url}/operator/#token={token}\n", highlight=False, soft_wrap=True)
        out.print(f"  API: {url}/docs#token={token}\n", highlight=False, soft_wrap=True)
        out.print(f"  [dim]data in {settings.data_folder}; Ctrl-C stops everything[/]\n", highlight=False)
        event_ids = [event.event_id for event in seeded.events]
        with_orders = settings.payment_gateway is PaymentGatewayName.DEMO
        task = asyncio.create_task(simulate_buyers(url, event_ids, buyers, with_orders=with_orders))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    run_server(settings, host="127.0.0.1", port=port, beside=beside, logs_for_people=on_terminal)


def demo_settings(settings: Settings, *, on_terminal: bool = False) -> Settings:
    """The demo's own defaults where the environment says nothing: its own folder, booking for everyone,
    guests, and payments that take no money.

    On a terminal only warnings are logged: what simulated buyers do would bury the links.
    """
    quiet = on_terminal and not is_set("log_level")
    return msgspec.structs.replace(
        settings,
        data_dir=demo_folder(settings),
        direct_booking=settings.direct_booking if is_set("direct_booking") else DirectBooking.ANYONE,
        payment_gateway=settings.payment_gateway if is_set("payment_gateway") else PaymentGatewayName.DEMO,
        dialect_guests=settings.dialect_guests if is_set("dialect_guests") else True,
        log_level=LogLevel.WARNING if quiet else settings.log_level,
    )
