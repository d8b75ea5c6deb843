"""Speaking to the running server as an admin: for commands that are the server's work alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from frontrow.cli.console import fail
from frontrow.cli.token import sign_token
from frontrow.client import Client, FrontrowError
from frontrow.data_folder import DataFolder
from frontrow.settings import Settings

_TOKEN_MINUTES = 10


@contextmanager
def admin_client(settings: Settings, *, url: str | None = None) -> Iterator[Client]:
    """A client of the server at `url`, else of the one that owns the data folder.

    What the server refuses, and a server that is not there, end the command with one line that says so.
    """
    folder = DataFolder(settings.data_folder)
    server = folder.running_server()
    base_url = url or (None if server is None else server.url)
    if base_url is None:
        fail(
            f"no server runs on {folder.path}: start it, or name another with --url, "
            "another folder with --data-dir, a demo's with --demo"
        )
    token = sign_token(settings, user="frontrow-cli", roles=["admin"], ttl_minutes=_TOKEN_MINUTES)
    try:
        with Client(base_url, token=token) as client:
            yield client
    except (FrontrowError, ValueError) as error:
        fail(str(error))
