"""Speaking to the running server as an admin: for commands that are the server's work alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from frontrow.cli.console import fail
from frontrow.cli.token import sign_token
from frontrow.client import Client, FrontrowError
from frontrow.client.wire import TIMEOUT_S
from frontrow.installation import Installation
from frontrow.settings import Settings

_TOKEN_MINUTES = 24 * 60
"""Longer than any command works."""


@contextmanager
def admin_client(settings: Settings, *, url: str | None = None, timeout_s: float = TIMEOUT_S) -> Iterator[Client]:
    """A client of the server at `url`, else at the settings' own, else of the one that owns the data folder.

    `timeout_s` is for each answer.

    What the server refuses, and a server that is not there, end the command with one line that says so.
    """
    installation = Installation(settings)
    server = installation.running_server()
    base_url = url or settings.server_url or (None if server is None else server.url)
    if base_url is None:
        if installation.folder is None:
            fail(
                "this is a running server's work, and where hold store and ledger are servers of their own it may run "
                "anywhere: name it with --url or FRONTROW_SERVER_URL"
            )
        fail(
            f"no server runs on {installation.folder.path}: start it, or name another with --url, "
            "another folder with --data-dir, a demo's with --demo"
        )
    token = sign_token(settings, user="frontrow-cli", roles=["admin"], ttl_minutes=_TOKEN_MINUTES)
    try:
        with Client(base_url, token=token, timeout_s=timeout_s) as client:
            yield client
    except (FrontrowError, ValueError) as error:
        fail(str(error))
