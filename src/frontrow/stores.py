"""The composition root's part for stores: where they are, what is embedded, what commands do with the ledger alone."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.adapters.redis.requirements import StoreReport, inspect_store
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.adapters.sql.server import LedgerReport
from frontrow.domain.errors import ConfigurationError, LedgerUnavailable, StoreUnavailable
from frontrow.installation import Installation
from frontrow.services.catalog import Catalog
from frontrow.services.layouts import LayoutService
from frontrow.services.seeding import Seeding
from frontrow.settings import Settings, variable_of


@dataclass(frozen=True, slots=True)
class Stores:
    """Where this process's stores are and the secret it signs with: settings, with every embedded default filled in."""

    redis_url: str
    database_url: str
    secret: str


@contextmanager
def embedded_stores(installation: Installation) -> Iterator[Stores]:
    """The stores of this installation; what is not configured is embedded in its folder, and stopped at the end.

    Called from the main thread before any event loop runs, by whoever owns the installation.

    Raises:
        ConfigurationError: the embedded Valkey cannot be started, or there must be a secret and is none.
    """
    secret = installation.secret
    with ExitStack() as stack:
        redis_url = installation.settings.redis_url
        if redis_url is None:
            assert installation.folder is not None
            redis_url = stack.enter_context(EmbeddedValkey(installation.folder.path)).url
        yield Stores(redis_url, installation.ledger_url, secret)


def external_stores(settings: Settings) -> Stores:
    """The stores of settings that name both of them: a worker's, whose supervisor has started what is embedded.

    Raises:
        ConfigurationError: a store or the secret is not named.
    """
    if settings.redis_url is None or settings.database_url is None or settings.jwt_secret is None:
        raise ConfigurationError(
            "a worker needs FRONTROW_REDIS_URL, FRONTROW_DATABASE_URL and FRONTROW_JWT_SECRET: "
            "start workers with `frontrow serve --workers N`"
        )
    return Stores(settings.redis_url, settings.database_url, settings.jwt_secret)


@contextmanager
def naming_setting_of_hold_store(settings: Settings) -> Iterator[None]:
    """What is raised in the block names the setting to look at, where that says which hold store it is.

    Of the URL nothing is said: it may have a password.

    Raises:
        StoreUnavailable: instead of one without the name.
    """
    try:
        yield
    except StoreUnavailable as error:
        if settings.redis_url is None:
            raise
        said = _named("hold store", "redis_url", str(error))
        raise StoreUnavailable(said, retry_after_s=error.retry_after_s) from error


@contextmanager
def naming_setting_of_ledger(settings: Settings) -> Iterator[None]:
    """The same for the ledger.

    Raises:
        LedgerUnavailable: instead of one without the name.
    """
    try:
        yield
    except LedgerUnavailable as error:
        if settings.database_url is None:
            raise
        said = _named("ledger", "database_url", str(error).removeprefix("the ledger: "))
        raise LedgerUnavailable(
            said, retry_after_s=error.retry_after_s, surely_not_written=error.surely_not_written
        ) from error


def _named(store: str, setting: str, reason: str) -> str:
    return f"the {store} that {variable_of(setting)} names cannot be used: {reason}"


@asynccontextmanager
async def ledger_of(installation: Installation) -> AsyncIterator[SqlLedger]:
    """The ledger alone, its schema brought up to date: for commands that need no hold store."""
    with naming_setting_of_ledger(installation.settings):
        ledger = await open_ledger(installation.ledger_url, clock=SystemClock())
    try:
        yield ledger
    finally:
        await ledger.close()


@dataclass(frozen=True, slots=True)
class Backstage:
    """What an organiser does without a hold store: the ledger alone."""

    layouts: LayoutService
    seeding: Seeding


@asynccontextmanager
async def backstage(installation: Installation) -> AsyncIterator[Backstage]:
    """The organiser's use cases on this ledger, for a command that owns the installation."""
    clock = SystemClock()
    async with ledger_of(installation) as ledger:
        catalog = Catalog(ledger, clock=clock)
        layouts = LayoutService(ledger=ledger, catalog=catalog)
        yield Backstage(layouts, Seeding(layouts=layouts, catalog=catalog, clock=clock))


async def inspect_stores(settings: Settings, stores: Stores) -> tuple[list[StoreReport], LedgerReport]:
    """The hold store's primaries and the ledger as they are; nothing is changed.

    Raises:
        StoreUnavailable, LedgerUnavailable: one of them does not answer, or has another schema than this version's.
    """
    clock = SystemClock()
    client = connect(stores.redis_url)
    try:
        with naming_setting_of_hold_store(settings):
            reports = await inspect_store(client, clock)
    finally:
        await client.close()
    with naming_setting_of_ledger(settings):
        ledger = await open_ledger(stores.database_url, clock=clock, upgrade=False)
        try:
            await ledger.ping()
            return reports, await ledger.inspect()
        finally:
            await ledger.close()
