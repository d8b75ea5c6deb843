"""`frontrow migrate`: the ledger's schema, brought to this version's."""

import asyncio

from frontrow.cli.console import out
from frontrow.cli.options import DataDir, settings_with
from frontrow.installation import Installation


def migrate(data_dir: DataDir = None) -> None:
    """Bring the ledger's schema to this version; a server does the same when it starts."""
    settings = settings_with(data_dir)
    installation = Installation(settings)
    if (server := installation.running_server()) is not None:
        out.print(f"The server at {server.url} owns this ledger and brought it up to date when it started.")
        return

    async def upgraded() -> str | None:
        from frontrow.stores import ledger_of

        async with ledger_of(installation) as ledger:
            return await ledger.schema_version()

    with installation.owned():
        out.print(f"The ledger's schema is at version {asyncio.run(upgraded())}.")
