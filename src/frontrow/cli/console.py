"""What the commands print with: results on standard output, everything about them on standard error."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

out = Console()
err = Console(stderr=True)

EXIT_FOUND_FAULTS = 1
EXIT_CANNOT_RUN = 2

_UNBOUNDED = 10_000
"""Columns where no terminal bounds a line."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """How many of something: `1 refund`, `1,200 refunds`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headers (none where all of them are empty). Ids stay whole however narrow the terminal is: only
    the last column wraps, and where no terminal is, nothing does. Cells may have rich's markup."""
    table = Table(box=None, pad_edge=False, show_header=any(headers))
    last = len(headers) - 1
    for place, header in enumerate(headers):
        width = max((Text.from_markup(row[place]).cell_len for row in rows), default=0)
        table.add_column(
            header, no_wrap=place < last, min_width=max(width, len(header)) if place < last else None, overflow="fold"
        )
    for row in rows:
        table.add_row(*row)
    wide = Console(width=_UNBOUNDED)
    if wide.is_terminal:
        wide = Console(width=max(out.width, Measurement.get(wide, wide.options, table).minimum))
    wide.print(table)


def fail(message: str, *, code: int = EXIT_CANNOT_RUN) -> NoReturn:
    """Say in one line what is wrong and what to do, and end the command."""
    err.print("[bold red]error:[/]", end=" ")
    err.print(message, markup=False, highlight=False, soft_wrap=True)
    sys.exit(code)
