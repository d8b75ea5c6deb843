"""What of an installation lies on this machine, and what all its processes share.

What is embedded lies in the data folder, and one server owns that. Where hold store and ledger are servers of their
own nothing lies here: no folder is made or owned, any number of servers may run on any number of machines, and
commands open the ledger beside them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from frontrow.data_folder import DataFolder, RunningServer
from frontrow.domain.errors import ConfigurationError
from frontrow.settings import Settings


class Installation:
    """The installation that these settings describe. `folder` is None where nothing of it lies on this machine.

    Raises:
        ConfigurationError: the data folder cannot be made or written.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        is_elsewhere = settings.redis_url is not None and settings.has_postgres
        self.folder = None if is_elsewhere else DataFolder(settings.data_folder)

    @property
    def secret(self) -> str:
        """What tokens are signed with, and what ids, codes and signatures are derived from: the same in every process.

        Raises:
            ConfigurationError: with PostgreSQL there may be several machines, and each would make one of its own.
        """
        if self.settings.jwt_secret is not None:
            return self.settings.jwt_secret
        if self.folder is None or self.settings.has_postgres:
            raise ConfigurationError(
                "FRONTROW_JWT_SECRET is not set, and with PostgreSQL every server must have the same one (published "
                "keys do not replace it: ids, ticket codes and webhook signatures are derived from it): set it to 32 "
                "bytes or more, such as `openssl rand -base64 48` prints, for all of them"
            )
        return self.folder.jwt_secret()

    @property
    def ledger_url(self) -> str:
        """The ledger's database URL."""
        if self.settings.database_url is not None:
            return self.settings.database_url
        assert self.folder is not None
        return self.folder.ledger_url

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        if self.folder is None:
            return "in the database of FRONTROW_DATABASE_URL"
        return f"in {self.folder.path} (name another with --data-dir, a demo's with --demo)"

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Own what lies on this machine for as long as the block runs.

        Raises:
            ConfigurationError: another process owns it.
        """
        if self.folder is None:
            yield
        else:
            with self.folder.owned():
                yield

    def announce(self, server: RunningServer) -> None:
        """Tell the commands on this machine where its server listens, where they have to go through it."""
        if self.folder is not None:
            self.folder.announce(server)

    def running_server(self) -> RunningServer | None:
        """The server that owns what lies on this machine; None where none does, or nothing lies here."""
        return None if self.folder is None else self.folder.running_server()
