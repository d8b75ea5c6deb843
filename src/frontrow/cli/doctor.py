"""`frontrow doctor`: what the engine stands on, looked at; exit code 1 when something is wrong."""

import asyncio
import platform
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import typer
from rich.markup import escape

import frontrow
from frontrow.cli.console import EXIT_FOUND_FAULTS, print_table
from frontrow.cli.options import DataDir, Demo, settings_with
from frontrow.data_folder import RunningServer
from frontrow.domain.errors import ConfigurationError, FrontrowError
from frontrow.installation import Installation
from frontrow.settings import Settings, unknown_variables

_ROUND_TRIP_SLOW_MS = 20
_HTTP_S = 5


class Finding(NamedTuple):
    """One thing looked at: fine, worth a look, or wrong."""

    subject: str
    verdict: str
    said: str


def doctor(data_dir: DataDir = None, demo: Demo = False) -> None:
    """Look at versions, settings, stores, clocks and the ledger's schema, and say what is wrong."""
    settings = settings_with(data_dir, demo=demo)
    findings = list(_findings(settings))
    colours = {"ok": "green", "look": "yellow", "wrong": "bold red"}
    rows = [(f"[{colours[it.verdict]}]{it.verdict}[/]", it.subject, escape(it.said)) for it in findings]
    print_table(("", "", ""), rows)
    if any(finding.verdict == "wrong" for finding in findings):
        raise typer.Exit(EXIT_FOUND_FAULTS)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield Finding("frontrow", "ok", f"{frontrow.__version__} on Python {platform.python_version()}")
    for name in unknown_variables():
        yield Finding("settings", "look", f"{name} is set, and no setting reads it")
    yield from _look_at_advice(settings)
    yield from _look_at_channels(settings)
    try:
        installation = Installation(settings)
        if installation.folder is not None:
            yield Finding("data folder", "ok", str(installation.folder.path))
        server = installation.running_server()
        with ExitStack() as stack:
            if server is None:
                stack.enter_context(installation.owned())
                yield from _look_at_stores(installation, stack)
            else:
                yield from _ask(server)
    except FrontrowError as error:
        yield Finding("stores", "wrong", str(error))


def _look_at_advice(settings: Settings) -> Iterator[Finding]:
    """What is allowed, and may lead to something unnoticed."""
    from frontrow.settings_advice import advice_on

    try:
        for variable, said in advice_on(settings):
            yield Finding("settings", "look", f"{variable}: {said}")
    except ConfigurationError as error:
        yield Finding("settings", "wrong", str(error))


def _look_at_channels(settings: Settings) -> Iterator[Finding]:
    """What the server would not start with: the gateway's settings, and those of webhooks and mails."""
    from frontrow.notices import configured_notices
    from frontrow.payments import check_payments

    try:
        check_payments(settings)
        yield Finding("payments", "ok", settings.payment_gateway.value)
    except ConfigurationError as error:
        yield Finding("payments", "wrong", str(error))
    try:
        told = configured_notices(settings, key=bytes(32))
        yield Finding("notices", "ok", ", ".join(sorted(told.channels)) or "none")
    except ConfigurationError as error:
        yield Finding("notices", "wrong", str(error))


def _look_at_stores(installation: Installation, stack: ExitStack) -> Iterator[Finding]:
    from frontrow.stores import embedded_stores, inspect_stores

    stores = stack.enter_context(embedded_stores(installation))
    reports, ledger = asyncio.run(inspect_stores(installation.settings, stores))
    for report in reports:
        where = f" {report.address}" if report.address else ""
        said = f"{report.server} {report.version}, {report.memory_used_bytes >> 20} MiB used"
        yield Finding(f"hold store{where}", "ok", f"{said}, replicas: {report.replicas}")
        slow = report.round_trip_ms > _ROUND_TRIP_SLOW_MS
        yield Finding(f"round trip{where}", "look" if slow else "ok", f"{report.round_trip_ms} ms")
        yield Finding(f"clock skew{where}", "ok", f"{report.clock_skew_ms} ms")
        warnings = report.warnings(replicas_wanted=installation.settings.hold_replicas)
        yield from (Finding("hold store", "look", warning) for warning in warnings)
        yield from (Finding("hold store", "wrong", fault) for fault in report.faults())
    yield Finding("ledger", "ok", f"schema {ledger.schema_version} on {ledger.server}")
    yield from (Finding("ledger", "look", warning) for warning in ledger.warnings)


def _ask(server: RunningServer) -> Iterator[Finding]:
    import httpx  # a good part of the start of every command, and only needed here

    try:
        answer = httpx.get(f"{server.url}/health/ready", timeout=_HTTP_S)
    except httpx.HTTPError as error:
        yield Finding("server", "wrong", f"process {server.pid} at {server.url} does not answer: {error}")
        return
    yield Finding("server", "ok" if answer.is_success else "wrong", f"process {server.pid} at {server.url}")
    for name, health in answer.json().get("stores", {}).items():
        said = f"{health['state']}, answered in {health['tookMs']} ms"
        yield Finding(name, "ok" if health["state"] == "up" else "wrong", said)
