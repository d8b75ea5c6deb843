"""`frontrow seed`: the demo's venues and events in the configured ledger."""

import asyncio

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from frontrow.cli.console import err, out
from frontrow.cli.options import DataDir, Url, settings_with


def seed(data_dir: DataDir = None, url: Url = None) -> None:
    """Load the demo venues and events and print the events' ids; run it as often as you like."""
    from frontrow.cli.office import opened_office

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Seeding", total=None)

        async def seeded() -> list[str]:
            async with opened_office(settings_with(data_dir), url=url) as office:
                return await office.seed(
                    lambda done, steps, what: bar.update(task, completed=done, total=steps, description=what)
                )

        event_ids = asyncio.run(seeded())
    for event_id in event_ids:
        out.print(event_id, highlight=False)
