"""What the commands print with: results on standard output, everything about them on standard error."""

import sys
from typing import NoReturn

from rich.console import Console

out = Console()
err = Console(stderr=True)

EXIT_FOUND_FAULTS = 1
EXIT_CANNOT_RUN = 2


def fail(message: str, *, code: int = EXIT_CANNOT_RUN) -> NoReturn:
    """Say in one line what is wrong and what to do, and end the command."""
    err.print("[bold red]error:[/]", end=" ")
    err.print(message, markup=False, highlight=False, soft_wrap=True)
    sys.exit(code)
