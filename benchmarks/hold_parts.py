"""`python -m benchmarks.hold_parts`: what a hold over HTTP costs the process itself, without sockets or the store.

Requests are handed to the server's own protocol, and the store's answer is at hand, so that what is left is Python: the
least of many short runs, which other load on the machine hardly disturbs.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import falcon.asgi
import msgspec
import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from benchmarks.hold_script import IN_A_LARGE_HOUSE, SEATS, USERS, hold
from benchmarks.house import YEAR_2090_MS, house
from benchmarks.serving import SECRET, holds_path, tokens_of_users
from frontrow.adapters.redis import scripts
from frontrow.adapters.redis.client import Argument, connect
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.adapters.redis.gathering import Answer, Replicas
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.adapters.redis.servers import OneServer
from frontrow.app import Application
from frontrow.cli.process_setup import set_process_up
from frontrow.cli.starting import begin_start, end_start
from frontrow.domain.hold import SeatsUnavailable
from frontrow.domain.ids import EventId, LayoutId, UserId
from frontrow.http.parting import Connections, PartingHttp
from frontrow.services.callers import Caller
from frontrow.services.event_rules import NewEvent
from frontrow.services.layouts import EventCreated, LayoutPublished
from frontrow.services.outcomes import HoldRequest, HoldShown
from frontrow.settings import LogLevel, Settings
from frontrow.stores import Stores

RUNS, CALLS_PER_RUN = 2_000, 6
EVENT, _TAKEN = EventId("bench"), EventId("taken")
_HEAD_BYTES = 80
"""Of a call as it is sent: a script's digest is in them."""
_ANSWER = b'{"holdId":"1-0000000000000000000000"}'
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_ANSWER))]


def main() -> None:
    """Print what each part takes, in microseconds."""
    run_beside_store(_measure)


def run_beside_store(measure: Callable[[Path, str], Coroutine[Any, Any, None]]) -> None:
    """Run `measure` with a folder and the URL of an embedded Valkey of its own, both gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontrow-bench-")))
        server = stack.enter_context(EmbeddedValkey(folder))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(measure(folder, server.url))


async def _measure(folder: Path, redis_url: str) -> None:
    settings = Settings(data_dir=folder, rate_limit_enabled=False, log_level=LogLevel.WARNING)
    stores = Stores(redis_url, f"sqlite:///{folder / 'ledger.sqlite3'}", SECRET)
    set_process_up(settings)
    begin_start()
    async with Application.running(settings, stores) as application:
        await put_on_sale(application)
        client, caller = connect(redis_url), Caller(UserId("user-0"))
        store = ValkeyHoldStore(client)
        seat_ids, holds = IN_A_LARGE_HOUSE.seat_ids(0, 0), _holds_at(EVENT)

        async def use_case() -> None:
            held = await application.services.holds.hold(caller, EVENT, HoldRequest(seat_ids=tuple(seat_ids)))
            assert isinstance(held, HoldShown), held

        async def bare(_scope: object, receive: Any, send: Any) -> None:
            await hold(store, EVENT, 0, seat_ids)
            await _answering(_scope, receive, send)

        await use_case()
        end_start()
        with FirstAnswers(scripts.ACQUIRE_HOLD).kept():
            for what, call in (
                ("uvicorn, nothing behind it", over(HttpToolsProtocol, _answering, holds)),
                ("our protocol, nothing behind it", over(PartingHttp, _answering, holds)),
                ("with Falcon in between", over(PartingHttp, _falcon(), holds)),
                ("the store's adapter alone", lambda: hold(store, EVENT, 0, seat_ids)),
                ("the use case alone, adapter included", use_case),
                ("the floor: uvicorn and the adapter", over(HttpToolsProtocol, bare, holds)),
                ("a hold", over(PartingHttp, application.http, holds)),
            ):
                print(f"{what:<40} {await microseconds(call):6.1f}")
        await _let_others_hold(application)
        with FirstAnswers(scripts.ACQUIRE_HOLD).kept():

            async def refused_use_case() -> None:
                refused = await application.services.holds.hold(caller, _TAKEN, HoldRequest(seat_ids=tuple(seat_ids)))
                assert isinstance(refused, SeatsUnavailable), refused

            await refused_use_case()
            for what, call in (
                ("the use case alone where it refuses", refused_use_case),
                ("a hold that is refused", over(PartingHttp, application.http, _holds_at(_TAKEN))),
            ):
                print(f"{what:<40} {await microseconds(call):6.1f}")
        await client.close()


async def microseconds(call: Callable[[], Awaitable[object]]) -> float:
    """The least that a call took of RUNS runs of CALLS_PER_RUN."""
    least_s = float("inf")
    for _ in range(RUNS):
        began_s = time.perf_counter()
        for _ in range(CALLS_PER_RUN):
            await call()
        least_s = min(least_s, time.perf_counter() - began_s)
    return least_s / CALLS_PER_RUN * 1_000_000


async def put_on_sale(application: Application) -> None:
    """Two events of SEATS seats: `EVENT`, and one for refusals."""
    layouts, layout_id = application.services.layouts, LayoutId("bench")
    assert isinstance(await layouts.publish(msgspec.json.encode(house(layout_id, SEATS))), LayoutPublished)
    for event_id in (EVENT, _TAKEN):
        new = NewEvent(event_id, layout_id, YEAR_2090_MS, "USD", event_id=event_id)
        assert isinstance(await layouts.create_event(new), EventCreated)


async def _let_others_hold(application: Application) -> None:
    for user in range(USERS):
        wanted = HoldRequest(seat_ids=tuple(IN_A_LARGE_HOUSE.seat_ids(user, 0)))
        held = await application.services.holds.hold(Caller(UserId(f"other-{user}")), _TAKEN, wanted)
        assert isinstance(held, HoldShown), held


class FirstAnswers:
    """What the store first says to a run of one of these scripts is the answer to all others of it, in no time.

    `asked` counts those runs.
    """

    def __init__(self, *asked_of: scripts.Script) -> None:
        self.asked = 0
        self._digests = tuple(script.sha.encode() for script in asked_of)
        self._known = dict[bytes, Answer]()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Inside the block."""
        ask, answers = OneServer.ask, self

        async def answered(
            self: OneServer, sent: bytes, key: Argument | None, replicas: Replicas | None = None
        ) -> Answer:
            for digest in answers._digests:
                if digest in sent[:_HEAD_BYTES]:
                    answers.asked += 1
                    if digest not in answers._known:
                        answers._known[digest] = await ask(self, sent, key, replicas)
                    return answers._known[digest]
            return await ask(self, sent, key, replicas)

        with patch.object(OneServer, "ask", answered):
            yield


async def _answering(_scope: object, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 201, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _ANSWER})


def _falcon() -> Any:
    class Resource:
        async def on_post(self, _req: object, resp: falcon.asgi.Response, eventId: str) -> None:  # noqa: N803
            resp.status_code, resp.data = 201, _ANSWER

    app = falcon.asgi.App()
    app.add_route(holds_path("{eventId}"), Resource())
    return app


class _Peer:
    """A connection that has taken everything at once; `answered` is settled by an answer's end."""

    def __init__(self) -> None:
        self.answered = asyncio.get_running_loop().create_future()

    def write(self, data: bytes) -> None:
        """Take it."""
        if data.endswith(b"}") and not self.answered.done():
            self.answered.set_result(None)

    def is_closing(self) -> bool:
        """Never."""
        return False

    def get_extra_info(self, _name: str, default: object = None) -> object:
        """Nothing is known of it."""
        return default

    def close(self) -> None:
        """A connection that nobody uses for a while."""

    def pause_reading(self) -> None:
        """Nothing to pause."""

    def resume_reading(self) -> None:
        """Nothing to resume."""


def over(protocol: type[HttpToolsProtocol], app: Any, sent: Sequence[bytes]) -> Callable[[], Awaitable[None]]:
    """A call that has one request answered by the application behind this protocol; those in `sent` take turns."""
    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False, server_header=False)
    config.load()
    peer, connection = _Peer(), protocol(config, Connections(), {})
    connection.connection_made(peer)  # type: ignore[arg-type]  # all of a transport that is asked for
    requests = itertools.cycle(sent)

    async def call() -> None:
        peer.answered = asyncio.get_running_loop().create_future()
        connection.data_received(next(requests))
        await peer.answered

    return call


def _holds_at(event_id: EventId) -> list[bytes]:
    """The same request of every user."""
    return [
        request(holds_path(event_id), token, {"seatIds": IN_A_LARGE_HOUSE.seat_ids(user, 0)})
        for user, token in enumerate(tokens_of_users())
    ]


def request(path: str, token: str, document: object) -> bytes:
    """A POST as it is sent."""
    body = msgspec.json.encode(document)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    main()
