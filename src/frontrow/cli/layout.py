"""`frontrow layout`: judge, publish and fetch drawings."""

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from frontrow.cli.console import EXIT_FOUND_FAULTS, counted, err, fail, out
from frontrow.cli.options import DataDir, Demo, Url, settings_with
from frontrow.domain.layout import Layout
from frontrow.domain.layout_faults import LayoutUnsound, read_layout
from frontrow.domain.layout_import import import_chart

_SHOWN_MAX = 50


class Format(StrEnum):
    """The formats a drawing can be in."""

    FRONTROW = "frontrow"
    SEATSIO = "seatsio"


app = typer.Typer(no_args_is_help=True, help="Validate, import and export layouts.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="The drawing, or - for standard input.", allow_dash=True)]
ExportFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Where to, or - for standard output.", allow_dash=True)
]
AsFormat = Annotated[Format, typer.Option("--format", help="What FILE is: Frontrow's own format, or a seats.io chart.")]


@app.command()
def validate(file: File, format: AsFormat = Format.FRONTROW) -> None:
    """Say every fault of a drawing, with its place in the file; exit code 1 when there are any."""
    with err.status(f"Reading {file}"):
        judged = import_chart(_read(file)) if format is Format.SEATSIO else read_layout(_read(file))
    if isinstance(judged, LayoutUnsound):
        for fault in judged.faults[:_SHOWN_MAX]:
            err.print(f"{fault.place or 'document'}: {fault.message}", markup=False, soft_wrap=True)
        if (hidden := len(judged.faults) - _SHOWN_MAX) > 0:
            err.print(f"... and {hidden} more")
        fail(f"{counted(len(judged.faults), 'fault')} in {file}", code=EXIT_FOUND_FAULTS)
    layout = judged.layout
    _warn(judged.warnings)
    out.print(f"{layout.id}: {_summary(layout)}", highlight=False)


@app.command("import")
def import_(
    file: File, format: AsFormat = Format.FRONTROW, data_dir: DataDir = None, demo: Demo = False, url: Url = None
) -> None:
    """Publish a drawing as the next version of its layout."""
    from frontrow.cli.office import opened_office

    async def published() -> None:
        async with opened_office(settings_with(data_dir, demo=demo), url=url) as office:
            done = await office.publish(_read(file), format=format.value)
        _warn(done.warnings)
        out.print(f"{done.layout_id} version {done.version}", highlight=False)

    with err.status(f"Publishing {file}"):
        asyncio.run(published())


@app.command()
def export(
    layout_id: Annotated[str, typer.Argument(metavar="LAYOUT", help="The layout's id.")],
    file: ExportFile = Path("-"),
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Which version; the latest when left out.")
    ] = None,
    data_dir: DataDir = None,
    demo: Demo = False,
    url: Url = None,
) -> None:
    """Write a published drawing to FILE (standard output by default)."""
    from frontrow.cli.office import opened_office

    async def fetched() -> bytes:
        async with opened_office(settings_with(data_dir, demo=demo), url=url) as office:
            return await office.document(layout_id, version)

    document = msgspec.json.format(asyncio.run(fetched()), indent=1)
    if str(file) == "-":
        sys.stdout.buffer.write(document + b"\n")
    else:
        file.write_bytes(document + b"\n")


def _read(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}")


def _warn(warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        err.print(f"[yellow]note:[/] {warning}", soft_wrap=True)


def _summary(layout: Layout) -> str:
    parts = [counted(len(layout.seats), "seat")]
    if layout.sections:
        parts.append(counted(len(layout.sections), "section"))
    if tables := sum(item.type == "table" for item in layout.items):
        parts.append(counted(tables, "table"))
    return ", ".join([*parts, counted(len(layout.categories), "category", "categories")])
