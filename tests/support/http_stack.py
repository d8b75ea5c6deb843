"""The whole server for tests: real composition, real Valkey, a ledger file of its own, spoken to as clients do."""

import asyncio
import re
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import msgspec
import uvicorn
import uvloop

from frontrow.app import Application
from frontrow.domain.layout import Layout
from frontrow.http.app import OPERATIONS
from frontrow.http.problems import PROBLEMS, ErrorStyle
from frontrow.settings import DirectBooking, Settings
from frontrow.stores import Stores
from tests.support.house import small_layout

SECRET = "a secret that only tests know, 32+ bytes"
EVENT = "spring-gala"
CLOSED_EVENT = "past-gala"
LAYOUT = "small-house"
CONTACT = {"name": "John Smith", "email": "john.smith@example.com"}
START_SECONDS_MAX = 60.0
Json = dict[str, Any]


def token(user: str | int = "buyer", *roles: str, expires_in_s: int = 3600, **claims: object) -> str:
    """A token of the tests' secret."""
    payload = {"sub": user, "exp": int(time.time()) + expires_in_s, "roles": list(roles)} | claims
    return jwt.PyJWS().encode(msgspec.json.encode(payload), SECRET, algorithm="HS256")


def bearer(user: str | int = "buyer", *roles: str) -> dict[str, str]:
    """The header with such a token."""
    return {"authorization": f"Bearer {token(user, *roles)}"}


def event_body(event_id: str = EVENT, **changes: object) -> Json:
    """The body that creates an event on the small house, on sale now."""
    body: Json = {
        "eventId": event_id,
        "name": "Spring gala",
        "layoutId": LAYOUT,
        "startsAt": "2099-03-01T19:30:00Z",
        "currency": "USD",
    }
    return body | changes


class Answered(msgspec.Struct, frozen=True):
    """What a test looks at: the status, the JSON (None without a body) and the headers."""

    status: int
    body: Any
    headers: httpx.Headers

    @property
    def code(self) -> str | None:
        """The problem's code."""
        return self.body.get("code") if isinstance(self.body, dict) else None


class Api:
    """An HTTP client with words for what tests say most. Every answer is checked for what all answers carry."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def ask(
        self,
        method: str,
        path: str,
        *,
        by: tuple[str, ...] | None = ("buyer",),
        body: object = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answered:
        """Send one request as `by` (user and roles; None for nobody) and check the envelope of its answer."""
        sent = {**(bearer(*by) if by is not None else {}), **(headers or {})}
        if body is not None:
            content = msgspec.json.encode(body)
            sent.setdefault("content-type", "application/json")
        answer = await self.client.request(method, path, headers=sent, content=content, params=params)
        assert answer.headers["x-request-id"], (method, path)
        assert answer.headers["x-content-type-options"] == "nosniff", (method, path)
        is_json = "json" in answer.headers.get("content-type", "") and method != "HEAD"
        decoded = answer.json() if is_json and answer.content else None
        if answer.status_code >= 400 and method != "HEAD" and path != "/health/ready":
            check_refusal(answer, decoded, errors_at(path))
        return Answered(answer.status_code, decoded, answer.headers)

    async def get(self, path: str, **options: Any) -> Answered:
        """GET, by nobody unless said otherwise."""
        return await self.ask("GET", path, **{"by": None, **options})

    async def post(self, path: str, body: object = None, **options: Any) -> Answered:
        """POST a JSON body."""
        return await self.ask("POST", path, body=body, **options)

    async def hold(self, *seat_ids: str, by: tuple[str, ...] = ("buyer",), event: str = EVENT, **body: object) -> Json:
        """Hold the seats, which must succeed."""
        answer = await self.post(f"/api/v1/events/{event}/holds", {"seatIds": seat_ids, **body}, by=by)
        assert answer.status == 201, answer
        return dict(answer.body)

    async def book(self, hold_id: str, by: tuple[str, ...] = ("buyer",), event: str = EVENT) -> Json:
        """Book the hold, which must succeed."""
        body = {"eventId": event, "holdId": hold_id, "contactInfo": CONTACT}
        answer = await self.post("/api/v1/bookings", body, by=by)
        assert answer.status == 201, answer
        return dict(answer.body)

    async def states(self, event: str = EVENT) -> dict[str, str]:
        """Each seat's letter."""
        answer = await self.get(f"/api/v1/events/{event}/seat-states")
        assert answer.status == 200, answer
        return dict(zip((seat.id for seat in small_layout().seats), answer.body["states"], strict=True))


def errors_at(path: str) -> ErrorStyle:
    """How refusals of this path look: a dialect's own envelope where one of its operations is there."""
    path = path.partition("?")[0]
    for operation in OPERATIONS:
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation.path), path):
            return operation.errors
    return PROBLEMS


def check_refusal(answer: httpx.Response, body: Json | None, errors: ErrorStyle) -> None:
    """A refusal in the envelope of its operation, whoever made it, that says nothing of the inside."""
    assert "Traceback" not in answer.text and "site-packages" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)
    if errors is PROBLEMS:
        check_problem(answer, body)
        return
    assert answer.headers["content-type"] == errors.media_type, answer.text
    msgspec.convert(body, errors.schema)


def check_problem(answer: httpx.Response, body: Json | None) -> None:
    """A refusal of v1, or of no operation at all, is problem+json with the same members."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert body is not None
    assert body["status"] == answer.status_code
    assert body["type"] == f"/docs#{body['code']}"
    assert body["title"] and body["detail"]
    assert body["requestId"] == answer.headers["x-request-id"]


def settings_for(folder: Path, **changes: Any) -> Settings:
    """Settings of a test server: anyone may book, as often as they like, unless a test says otherwise."""
    own = {"direct_booking": DirectBooking.ANYONE, "rate_limit_enabled": False}
    return Settings(**{"data_dir": folder, **own, **changes})


@asynccontextmanager
async def running_application(valkey_url: str, folder: Path, **changes: Any) -> AsyncIterator[Application]:
    """The application over that Valkey and the ledger in `folder`."""
    stores = Stores(redis_url=valkey_url, database_url=f"sqlite:///{folder / 'ledger.sqlite3'}", secret=SECRET)
    async with Application.running(settings_for(folder, **changes), stores) as application:
        yield application


@asynccontextmanager
async def api_of(application: Application) -> AsyncIterator[Api]:
    """A client that speaks to the application without a socket."""
    transport = httpx.ASGITransport(app=application.http)  # type: ignore[arg-type] # they type a dict differently
    async with httpx.AsyncClient(transport=transport, base_url="http://frontrow.test") as client:
        yield Api(client)


async def put_on_sale(api: Api, layout: Layout | None = None) -> None:
    """The small house with EVENT on sale and CLOSED_EVENT over, through the admin's own calls."""
    admin = ("boss", "admin")
    published = await api.post("/api/v1/layouts", layout or small_layout(), by=admin)
    assert published.status == 201, published
    for body in (event_body(), event_body(CLOSED_EVENT, startsAt="2020-03-01T19:30:00Z")):
        created = await api.post("/api/v1/events", body, by=admin)
        assert created.status == 201, created


def prepared_folder(valkey_url: str, folder: Path) -> Path:
    """A folder with the ledger of a house on sale, to be copied by tests that each want their own."""

    async def prepare() -> None:
        async with running_application(valkey_url, folder) as application, api_of(application) as api:
            await put_on_sale(api)

    asyncio.run(prepare())
    return folder


def copied(prepared: Path, folder: Path) -> Path:
    """A copy of a prepared folder."""
    return Path(shutil.copytree(prepared, folder, dirs_exist_ok=True))


@contextmanager
def served(valkey_url: str, folder: Path, **changes: Any) -> Iterator[str]:
    """The application behind a real socket, in a thread with its own event loop; yields its URL."""
    started = threading.Event()
    found: dict[str, uvicorn.Server] = {}

    async def serve(listener: socket.socket) -> None:
        async with running_application(valkey_url, folder, **changes) as application:
            server = found["server"] = uvicorn.Server(
                uvicorn.Config(application.http, lifespan="off", log_config=None, access_log=False)
            )
            started.set()
            await server.serve(sockets=[listener])

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the program does
            runner.run(serve(listener))

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=run, name="served", daemon=True)
    thread.start()
    try:
        assert started.wait(START_SECONDS_MAX), "the server did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        if "server" in found:
            found["server"].should_exit = True
        thread.join(START_SECONDS_MAX)
        listener.close()
