"""The client that waits for every answer."""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

import httpx

from frontrow.client import (
    booking,
    figures,
    holding,
    noticing,
    operating,
    ordering,
    organising,
    reading,
    shows,
    watching,
)
from frontrow.client.exchange import Flow, answered
from frontrow.client.methods import named_as
from frontrow.client.retrying import Attempt, Conversation, Outcome, Retries
from frontrow.client.watching import SeatUpdate, Watching
from frontrow.client.wire import (
    TIMEOUT_S,
    address_of,
    began,
    headers_of,
    headers_of_stream,
    lost,
    response_of,
    stream_timeout,
)

Token = str | Callable[[], str]

P = ParamSpec("P")
T = TypeVar("T")


def _sent(call: Callable[P, Flow[T]]) -> "Callable[Concatenate[Client, P], T]":
    @named_as(call)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._carry_out(call(*args, **kwargs))

    return method


def _paged(call: Callable[P, Iterator[Flow[tuple[T, ...]]]]) -> "Callable[Concatenate[Client, P], Iterator[T]]":
    @named_as(call)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        for page in call(*args, **kwargs):
            yield from self._carry_out(page)

    return method


def _watched(call: Callable[P, Watching]) -> "Callable[Concatenate[Client, P], Iterator[SeatUpdate]]":
    @named_as(call)
    def method(self: "Client", /, *args: P.args, **kwargs: P.kwargs) -> Iterator[SeatUpdate]:
        return self._watch(call(*args, **kwargs))

    return method


class Client:
    """Speaks to a Frontrow server, one call at a time. May be shared by threads; `close` it, or use it in a `with`.

    Every call may raise FrontrowError (see `frontrow.client.errors`), and ValueError for an id that is none.

    Args:
        base_url: where the server is, such as `https://tickets.example.com`.
        token: a JWT; or a function that is asked for one before each request that needs it, for tokens that change.
        timeout_s: how long to wait for a connection, and for each part of an answer. A try that takes longer counts
            as not answered.
        retries: how often, and after which waits, a request that may be repeated is tried again.
        http: an httpx client of yours, for proxies, certificates or limits. You close it.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: Token | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: Retries | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self._address = address_of(base_url)
        self._token = token
        self._timeout_s = timeout_s
        self._retries = retries or Retries()
        self._http = http or httpx.Client()
        self._owns_http = http is None

    def with_token(self, token: Token | None) -> Self:
        """The same server for another user, over the same connections; they close with the first client."""
        return type(self)(self._address, token=token, timeout_s=self._timeout_s, retries=self._retries, http=self._http)

    def close(self) -> None:
        """Close the connections."""
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    list_events = _sent(reading.list_events)
    events = _paged(reading.events)
    get_event = _sent(reading.get_event)
    get_latest_layout = _sent(reading.get_latest_layout)
    get_layout = _sent(reading.get_layout)
    get_layout_document = _sent(reading.get_layout_document)
    list_seats = _sent(reading.list_seats)
    get_seat_states = _sent(reading.get_seat_states)
    changes = _watched(watching.changes)
    suggest_seats = _sent(reading.suggest_seats)
    get_liveness = _sent(reading.get_liveness)
    get_readiness = _sent(reading.get_readiness)

    hold_seats = _sent(holding.hold_seats)
    list_holds = _sent(holding.list_holds)
    get_hold = _sent(holding.get_hold)
    get_seat_hold = _sent(holding.get_seat_hold)
    delete_hold = _sent(holding.delete_hold)
    extend_hold = _sent(holding.extend_hold)
    release_hold_seats = _sent(holding.release_hold_seats)

    book_seats = _sent(booking.book_seats)
    list_bookings = _sent(booking.list_bookings)
    bookings = _paged(booking.bookings)
    list_event_bookings = _sent(booking.list_event_bookings)
    event_bookings = _paged(booking.event_bookings)
    export_bookings = _sent(booking.export_bookings)
    get_booking = _sent(booking.get_booking)
    cancel_booking = _sent(booking.cancel_booking)
    create_guest_token = _sent(booking.create_guest_token)

    place_order = _sent(ordering.place_order)
    list_orders = _sent(ordering.list_orders)
    orders = _paged(ordering.orders)
    get_order = _sent(ordering.get_order)
    pay_order = _sent(ordering.pay_order)
    cancel_order = _sent(ordering.cancel_order)
    resolve_order = _sent(ordering.resolve_order)
    find_booking = _sent(ordering.find_booking)
    deliver_callback = _sent(ordering.deliver_callback)

    publish_layout = _sent(organising.publish_layout)
    preview_layout = _sent(organising.preview_layout)
    create_event = _sent(organising.create_event)
    change_event = _sent(organising.change_event)
    block_seats = _sent(organising.block_seats)
    unblock_seats = _sent(organising.unblock_seats)
    list_notices = _sent(noticing.list_notices)
    notices = _paged(noticing.notices)
    send_notice = _sent(noticing.send_notice)
    get_stats = _sent(figures.get_stats)
    list_recent_changes = _sent(figures.list_recent_changes)
    get_demand = _sent(figures.get_demand)

    list_event_orders = _sent(operating.list_event_orders)
    event_orders = _paged(operating.event_orders)
    export_orders = _sent(operating.export_orders)
    cancel_event = _sent(operating.cancel_event)
    get_cancellation = _sent(operating.get_cancellation)
    reconcile_event = _sent(operating.reconcile_event)
    erase_person = _sent(operating.erase_person)
    get_seat_history = _sent(operating.get_seat_history)

    reserve_seats = _sent(shows.reserve_seats)
    release_seats = _sent(shows.release_seats)
    seat_layout = _sent(shows.seat_layout)
    available_seats = _sent(shows.available_seats)
    reserved_seats = _sent(shows.reserved_seats)
    seat_reservation = _sent(shows.seat_reservation)

    def _carry_out(self, flow: Flow[T]) -> T:
        conversation = Conversation(flow, self._retries)
        while (attempt := conversation.attempt) is not None:
            conversation.heard(self._tried(attempt))
        return conversation.result

    def _tried(self, attempt: Attempt) -> Outcome:
        if attempt.wait_s > 0:
            time.sleep(attempt.wait_s)
        request = attempt.request
        token = self._token if request.needs_token else None
        try:
            answer = self._http.request(
                request.method,
                self._address + request.path,
                params=request.query,
                content=request.body,
                headers=headers_of(attempt, token() if callable(token) else token),
                timeout=self._timeout_s,
                follow_redirects=False,
            )
        except httpx.RequestError as error:
            return lost(error)
        return response_of(answer)

    def _watch(self, stream: Watching) -> Iterator[SeatUpdate]:
        while True:
            answer = self._opened(stream)
            try:
                stream.begin(answer.headers.get("content-type", ""))
                for content in answer.iter_bytes():
                    yield from stream.received(content)
            except httpx.RequestError:
                pass  # it broke off: it is opened again where it was
            finally:
                answer.close()
            time.sleep(stream.wait_s)

    def _opened(self, stream: Watching) -> httpx.Response:
        answer: httpx.Response | None = None
        conversation = Conversation(answered(stream.request()), self._retries)
        while (attempt := conversation.attempt) is not None:
            if attempt.wait_s > 0:
                time.sleep(attempt.wait_s)
            request = self._http.build_request(
                "GET",
                self._address + attempt.request.path,
                params=attempt.request.query,
                headers=headers_of_stream(attempt),
                timeout=stream_timeout(self._timeout_s),
            )
            try:
                answer = self._http.send(request, stream=True, follow_redirects=False)
                if not answer.is_success:
                    answer.read()
            except httpx.RequestError as error:
                conversation.heard(lost(error))
            else:
                conversation.heard(began(answer) if answer.is_success else response_of(answer))
        assert answer is not None
        return answer
