"""The organiser's work on layouts and events, wherever it can be done.

While a server owns the data folder the work goes to it over HTTP; otherwise the command owns the folder for as long
as it runs and opens the ledger itself. Both say the same through one Protocol, so no command knows which it was.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol, assert_never
from urllib.parse import quote

import httpx
import msgspec
from msgspec import Meta

from frontrow.cli.token import sign_token
from frontrow.data_folder import DataFolder
from frontrow.domain.document_reading import Fault
from frontrow.domain.errors import FrontrowError
from frontrow.domain.ids import CategoryId, EventId, LayoutId
from frontrow.domain.venues.programme import DEMO_EVENTS, DemoEvent, demo_layouts
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


class EventForm(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An event as the HTTP API takes it."""

    name: str
    layout_id: str
    starts_at: Annotated[datetime, Meta(tz=True)]
    currency: str
    event_id: str | None = None
    layout_version: int | None = None
    sales_start: Annotated[datetime, Meta(tz=True)] | None = None
    sales_end: Annotated[datetime, Meta(tz=True)] | None = None
    prices: dict[str, int] = {}


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
    """The office of these settings: at `url`, else at the server that owns the data folder, else right here.

    Raises:
        ConfigurationError: the data folder is owned by something that cannot be spoken to.
    """
    folder = DataFolder(settings.data_folder)
    server = folder.running_server()
    base_url = url or (None if server is None else server.url)
    if base_url is not None:
        token = sign_token(settings, user="frontrow-cli", roles=["admin"], ttl_minutes=_TOKEN_MINUTES)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=_HTTP_S) as http:
            yield _RemoteOffice(http)
        return
    from frontrow.app import backstage

    with folder.owned():
        async with backstage(settings, folder) as stage:
            yield _LocalOffice(stage.layouts, stage.seeding)


class _LocalOffice:
    def __init__(self, layouts: LayoutService, seeding: Seeding) -> None:
        self._layouts = layouts
        self._seeding = seeding

    async def publish(self, document: bytes, *, format: LayoutFormat) -> LayoutPublished:
        match await self._layouts.publish(document, format=format):
            case LayoutPublished() as published:
                return published
            case LayoutFaulty(faults=faults):
                raise Refused(_listed(faults))

    async def document(self, layout_id: str, version: int | None) -> bytes:
        if version is None:
            version = await self._layouts.latest_version(LayoutId(layout_id))
        if version is None:
            raise Refused(f"there is no layout {layout_id!r}")
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
                raise Refused(_listed(faults))
            case PricesMissing(category_ids=category_ids):
                raise Refused(f"prices: the layout has none for {', '.join(category_ids)}: add --price CATEGORY=AMOUNT")
            case LayoutUnknown(layout_id=layout_id, version=version):
                raise Refused(f"there is no layout {layout_id!r}" + (f" with a version {version}" if version else ""))
        assert_never(outcome)

    async def seed(self, progress: Progress) -> list[str]:
        return [event.event_id for event in (await self._seeding.load(progress)).events]


class _RemoteOffice:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def publish(self, document: bytes, *, format: LayoutFormat) -> LayoutPublished:
        headers = {"Content-Type": "application/json"}
        content = await self._asked("POST", f"/api/v1/layouts?format={format}", content=document, headers=headers)
        answer = msgspec.json.decode(content, type=_PublishedAnswer)
        return LayoutPublished(LayoutId(answer.layout_id), answer.version, answer.warnings)

    async def document(self, layout_id: str, version: int | None) -> bytes:
        path = f"/api/v1/layouts/{quote(layout_id, safe='')}"
        if version is None:
            version = msgspec.json.decode(await self._asked("GET", path), type=_LatestAnswer).version
        return await self._asked("GET", f"{path}/versions/{version}")

    async def create_event(self, form: EventForm) -> str:
        headers = {"Content-Type": "application/json"}
        content = await self._asked("POST", "/api/v1/events", content=msgspec.json.encode(form), headers=headers)
        return msgspec.json.decode(content, type=_EventAnswer).event_id

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
        answer = await self._answered("GET", f"/api/v1/events/{event_id}")
        return answer.status_code != httpx.codes.NOT_FOUND

    async def _answered(
        self, method: str, path: str, *, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            return await self._http.request(method, path, content=content, headers=headers)
        except httpx.HTTPError as error:
            raise Refused(f"the server at {self._http.base_url} does not answer: {error}") from None

    async def _asked(
        self, method: str, path: str, *, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        answer = await self._answered(method, path, content=content, headers=headers)
        if answer.is_success:
            return answer.content
        problem = msgspec.json.decode(answer.content, type=_Problem)
        raise Refused(_listed(problem.errors) if problem.errors else problem.detail)


class _PublishedAnswer(msgspec.Struct, frozen=True, rename="camel"):
    layout_id: str
    version: int
    warnings: tuple[str, ...] = ()


class _LatestAnswer(msgspec.Struct, frozen=True):
    version: int


class _EventAnswer(msgspec.Struct, frozen=True, rename="camel"):
    event_id: str


class _FieldFault(msgspec.Struct, frozen=True):
    field: str
    message: str

    @property
    def path(self) -> str:
        return self.field


class _Problem(msgspec.Struct, frozen=True):
    detail: str
    errors: tuple[_FieldFault, ...] = ()


def _listed(faults: tuple[Fault, ...] | tuple[_FieldFault, ...]) -> str:
    return "\n".join(f"{fault.path or 'document'}: {fault.message}" for fault in faults)


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
