"""The organiser's work on layouts and events, wherever it can be done.

While a server owns the data folder the work goes to it over HTTP; otherwise the command owns the folder for as long
as it runs and opens the ledger itself. Both say the same through one Protocol, so no command knows which it was.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol, assert_never

import msgspec

from frontrow.cli.token import sign_token
from frontrow.client import AsyncClient, InvalidRequest, NotFound, TransportFailed
from frontrow.client import Charge as ClientCharge
from frontrow.client import ChargeKind as ClientChargeKind
from frontrow.client import FrontrowError as ClientError
from frontrow.domain.charges import Charge
from frontrow.domain.errors import FrontrowError
from frontrow.domain.ids import CategoryId, EventId, LayoutId
from frontrow.domain.venues.programme import DEMO_EVENTS, DemoEvent, demo_layouts
from frontrow.installation import Installation
from frontrow.services.event_rules import EventFaulty, NewEvent, PricesMissing
from frontrow.services.layouts import (
    EventCreated,
    EventIdTaken,
    LayoutFaulty,
    LayoutFormat,
    LayoutPublished,
    LayoutService,
    LayoutUnknown,
)
from frontrow.services.seeding import CURRENCY, Progress, Seeding
from frontrow.settings import Settings

_HTTP_S = 120
_TOKEN_MINUTES = 10
_MS_PER_S = 1_000


class Refused(FrontrowError):
    """The engine would not do it; the message says every reason, one a line. Nothing was written."""


class EventForm(msgspec.Struct, frozen=True):
    """An event to be put on sale, its times aware."""

    name: str
    layout_id: str
    starts_at: datetime
    currency: str
    event_id: str | None = None
    layout_version: int | None = None
    sales_start: datetime | None = None
    sales_end: datetime | None = None
    prices: dict[str, int] = {}
    orphan_rule: bool = False
    charges: tuple[Charge, ...] = ()


class Office(Protocol):
    """What the commands ask for. Every call may raise Refused."""

    async def publish(self, document: bytes, *, format: LayoutFormat) -> LayoutPublished:
        """Publish a drawing as the next version of its layout."""
        ...

    async def document(self, layout_id: str, version: int | None) -> bytes:
        """The drawing as readers are served it; the latest version where none is named."""
        ...

    async def create_event(self, form: EventForm) -> str:
        """Put an event on sale and return its id; an event that is already there exactly so is left alone."""
        ...

    async def seed(self, progress: Progress) -> list[str]:
        """Load the demo's venues and events and return the events' ids; what is there already stays."""
        ...


@asynccontextmanager
async def opened_office(settings: Settings, *, url: str | None = None) -> AsyncIterator[Office]:
    """The office of these settings: at `url`, else at theirs, else at the server that owns the data folder, or here.

    Raises:
        ConfigurationError: the data folder is owned by something that cannot be spoken to.
    """
    installation = Installation(settings)
    server = installation.running_server()
    base_url = url or settings.server_url or (None if server is None else server.url)
    if base_url is not None:
        token = sign_token(settings, user="frontrow-cli", roles=["admin"], ttl_minutes=_TOKEN_MINUTES)
        try:
            client = AsyncClient(base_url, token=token, timeout_s=_HTTP_S)
        except ValueError as error:
            raise Refused(str(error)) from None
        async with client:
            yield _RemoteOffice(client, base_url)
        return
    from frontrow.stores import backstage

    with installation.owned():
        async with backstage(installation) as stage:
            yield _LocalOffice(stage.layouts, stage.seeding, installation.place)


class _LocalOffice:
    def __init__(self, layouts: LayoutService, seeding: Seeding, place: str) -> None:
        self._where = place
        self._layouts = layouts
        self._seeding = seeding

    async def publish(self, document: bytes, *, format: LayoutFormat) -> LayoutPublished:
        match await self._layouts.publish(document, format=format):
            case LayoutPublished() as published:
                return published
            case LayoutFaulty(faults=faults):
                raise Refused(_listed((fault.place, fault.message) for fault in faults))

    async def document(self, layout_id: str, version: int | None) -> bytes:
        if version is None:
            version = await self._layouts.latest_version(LayoutId(layout_id))
        if version is None:
            raise Refused(f"there is no layout {layout_id!r} {self._where}")
        document = await self._layouts.document(LayoutId(layout_id), version)
        if document is None:
            raise Refused(f"there is no version {version} of a layout {layout_id!r}")
        return document

    async def create_event(self, form: EventForm) -> str:
        outcome = await self._layouts.create_event(_new_event(form))
        match outcome:
            case EventCreated(event=event):
                return event.event_id
            case EventIdTaken(event_id=event_id):
                raise Refused(f"there is another event {event_id!r}: choose another --event-id")
            case EventFaulty(faults=faults):
                raise Refused(_listed((fault.path, fault.message) for fault in faults))
            case PricesMissing(category_ids=category_ids):
                raise Refused(f"prices: the layout has none for {', '.join(category_ids)}: add --price CATEGORY=AMOUNT")
            case LayoutUnknown(layout_id=layout_id, version=version):
                which = f" with a version {version}" if version else ""
                raise Refused(f"there is no layout {layout_id!r}{which} {self._where}")
        assert_never(outcome)

    async def seed(self, progress: Progress) -> list[str]:
        return [event.event_id for event in (await self._seeding.load(progress)).events]


class _RemoteOffice:
    def __init__(self, client: AsyncClient, url: str) -> None:
        self._client = client
        self._url = url

    async def publish(self, document: bytes, *, format: LayoutFormat) -> LayoutPublished:
        with self._refusals():
            published = await self._client.publish_layout(document, format=format)
        return LayoutPublished(LayoutId(published.layout_id), published.version, published.warnings)

    async def document(self, layout_id: str, version: int | None) -> bytes:
        with self._refusals():
            if version is None:
                version = (await self._client.get_latest_layout(layout_id)).version
            return await self._client.get_layout_document(layout_id, version)

    async def create_event(self, form: EventForm) -> str:
        with self._refusals():
            event = await self._client.create_event(
                form.name,
                form.layout_id,
                form.starts_at,
                form.currency,
                event_id=form.event_id,
                layout_version=form.layout_version,
                sales_start=form.sales_start,
                sales_end=form.sales_end,
                prices=form.prices,
                orphan_rule=form.orphan_rule,
                charges=tuple(map(_client_charge, form.charges)),
            )
        return event.event_id

    async def seed(self, progress: Progress) -> list[str]:
        drawings = demo_layouts()
        steps = len(drawings) + len(DEMO_EVENTS)
        for done, layout in enumerate(drawings):
            progress(done, steps, layout.name)
            await self.publish(msgspec.json.encode(layout), format="frontrow")
        for done, demo_event in enumerate(DEMO_EVENTS, start=len(drawings)):
            progress(done, steps, demo_event.name)
            if not await self._has_event(demo_event.event_id):
                await self.create_event(_form_of(demo_event))
        progress(steps, steps, "done")
        return [demo_event.event_id for demo_event in DEMO_EVENTS]

    async def _has_event(self, event_id: str) -> bool:
        with self._refusals():
            try:
                await self._client.get_event(event_id)
            except NotFound:
                return False
        return True

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except TransportFailed as error:
            raise Refused(f"the server at {self._url} does not answer: {error.__cause__}") from None
        except InvalidRequest as error:
            raise Refused(
                _listed((it.field, it.message) for it in error.errors) if error.errors else error.detail
            ) from None
        except (ClientError, ValueError) as error:
            raise Refused(error.detail if isinstance(error, ClientError) else str(error)) from None


def _listed(faults: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{place or 'document'}: {message}" for place, message in faults)


def _new_event(form: EventForm) -> NewEvent:
    return NewEvent(
        name=form.name,
        layout_id=LayoutId(form.layout_id),
        starts_at_ms=_ms(form.starts_at),
        currency=form.currency,
        event_id=None if form.event_id is None else EventId(form.event_id),
        layout_version=form.layout_version,
        sales_start_ms=None if form.sales_start is None else _ms(form.sales_start),
        sales_end_ms=None if form.sales_end is None else _ms(form.sales_end),
        prices={CategoryId(category): price for category, price in form.prices.items()},
        orphan_rule=form.orphan_rule,
        charges=form.charges,
    )


def _client_charge(charge: Charge) -> ClientCharge:
    return ClientCharge(
        charge.name, ClientChargeKind(charge.kind.value), charge.amount_minor, charge.basis_points, charge.refundable
    )


def _form_of(demo_event: DemoEvent) -> EventForm:
    return EventForm(
        event_id=demo_event.event_id,
        name=demo_event.name,
        layout_id=demo_event.layout_id,
        starts_at=datetime.now(UTC) + timedelta(days=demo_event.starts_in_days),
        currency=CURRENCY,
    )


def _ms(at: datetime) -> int:
    return round(at.astimezone(UTC).timestamp() * _MS_PER_S)
