"""Somebody with a hold, an order and a booking, and every request of the API aimed at what is theirs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from frontrow.http.openapi import plain
from frontrow.http.operation import AnyOperation
from tests.support.http_stack import EVENT, LAYOUT, Api, Json

VICTIM = "victim-3f9a"
CONTACT = {"name": "Petronella Quince", "email": "p.quince@private.example", "phone": "+31209876543"}
NOTES = "the surprise is for my aunt"
TABLE = "W"
FREE_SEAT = "A9"
NOT_THERE = "1-AAAAAAAAAAAAAAAAAAAAAA"
"""The form of every id made here, and of the event's number; no id is this one."""

NAMING = {"holdId", "bookingId", "orderId", "seatId", "seatIds", "seats", "seatNumber", "tableId", "tableIds"}
"""Fields of bodies and paths that name what may be somebody's."""
GUESSED = {"paymentId", "noticeId", "gateway", "code", "email"}
"""Those that name something by a secret: who knows it may. Strangers can only guess."""
SPEAKING = {"userId"}
"""Those that name a person."""
IN_COMPANY = {("holdSeats", "holdId"): {"seatIds": [FREE_SEAT]}}
"""What has to be said besides, so that a request is judged by the field it is aimed with."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """A hold, the seat it holds, and what became of it. Every id is a secret between its owner and the server."""

    hold_id: str
    seat_id: str
    order_id: str
    booking_id: str
    ticket_code: str
    event_id: str = EVENT

    def value_of(self, field: str) -> object:
        """What a field that names something is filled with."""
        return {
            "holdId": self.hold_id,
            "bookingId": self.booking_id,
            "orderId": self.order_id,
            "seatId": self.seat_id,
            "tableId": TABLE,
            "tableIds": [TABLE],
        }.get(field, [self.seat_id])


ABSENT = Belonging(NOT_THERE, "A1", NOT_THERE, NOT_THERE, "")


@dataclass(frozen=True, slots=True)
class Aim:
    """One request. `by_field` is the field that names what is somebody's; none where no field does."""

    method: str
    path: str
    body: Json | None
    by_field: str | None


async def settled(api: Api, event_id: str = EVENT) -> list[Belonging]:
    """Three belongings of the victim: held (with a table), ordered and booked."""
    by = (VICTIM,)
    held = await api.hold("A1", tableIds=[TABLE], by=by, event=event_id)
    ordered = await api.hold("A3", by=by, event=event_id)
    body: Json = {"eventId": event_id, "holdId": ordered["holdId"], "customer": CONTACT, "notes": NOTES}
    order = await api.post("/api/v1/orders", body, by=by)
    assert order.status == 201, order
    sold = await api.hold("B1", by=by, event=event_id)
    body = {"eventId": event_id, "holdId": sold["holdId"], "contactInfo": CONTACT, "notes": NOTES}
    booking = await api.post("/api/v1/bookings", body, by=by)
    assert booking.status == 201, booking
    order_id, booking_id, code = order.body["orderId"], booking.body["bookingId"], booking.body["ticketCode"]
    return [
        Belonging(it["holdId"], seat_id, order_id, booking_id, code, event_id)
        for it, seat_id in ((held, "A1"), (ordered, "A3"), (sold, "B1"))
    ]


async def all_of_it(api: Api) -> object:
    """Everything the victim sees of their own, and where the event's feed stands: any change of a seat moves it."""
    by = (VICTIM,)
    answers = [await api.get(f"/api/v1/{things}", by=by) for things in ("holds", "orders", "bookings")]
    states = await api.get(f"/api/v1/events/{EVENT}/seat-states")
    assert all(answer.status == 200 for answer in (*answers, states))
    return [answer.body for answer in (*answers, states)]


def fields_of(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """The members of a struct as they are sent."""
    return tuple(field.encode_name for field in msgspec.structs.fields(struct))


def in_path(operation: AnyOperation) -> tuple[str, ...]:
    """The names of an operation's path parameters."""
    return tuple(part.partition("}")[0] for part in operation.path.split("{")[1:])


def aims_at(operation: AnyOperation, thing: Belonging, user_id: str | None = None) -> Iterator[Aim]:
    """The operation's documented request with this thing's ids, once for each field of the body that can name it.

    `user_id` is said wherever the body may say whom the request is for.
    """
    path = operation.path
    for name in in_path(operation):
        path = path.replace(f"{{{name}}}", _path_value(name, thing))
    named_by_path = next((name for name in in_path(operation) if name in NAMING), None)
    if not operation.has_body:
        query = "&".join(f"{name}={_query_value(name, value, thing)}" for name, value in _query_of(operation))
        yield Aim(operation.method, f"{path}?{query}" if query else path, None, named_by_path)
        return
    shown = plain(operation.example.body)
    plainly: dict[str, Any] = {**shown} if isinstance(shown, dict) else {}
    members = fields_of(operation.body)
    for name in {"eventId", "showId"} & set(members):
        plainly[name] = thing.event_id
    for name in {"layoutId"} & set(members):
        plainly[name] = LAYOUT
    for name in ("reason", "userId", "quantity"):
        plainly.pop(name, None)
    if user_id is not None and operation.names_user:
        plainly["userId"] = user_id
    if "code" in plainly:
        plainly["code"] = thing.ticket_code or "AAAA-AAAA-AAAA-AAAA"
    naming = [name for name in members if name in NAMING]
    for name in naming:
        plainly.pop(name, None)
    if not naming:
        yield Aim(operation.method, path, plainly, named_by_path)
    for name in naming:
        named = {name: thing.value_of(name), **IN_COMPANY.get((operation.name, name), {})}
        yield Aim(operation.method, path, plainly | named, named_by_path or name)


def _query_of(operation: AnyOperation) -> Iterator[tuple[str, str]]:
    for name, value in operation.example.query.items():
        if name != "cursor":
            yield name, value


def _query_value(name: str, value: str, thing: Belonging) -> str:
    return thing.seat_id if name in ("seatIds", "seatId") else value


def _path_value(name: str, thing: Belonging) -> str:
    known = {"layoutId": LAYOUT, "version": "1", "gateway": "demo", "paymentId": NOT_THERE, "noticeId": "n-none"}
    if name in ("eventId", "showId", "showtimeId"):
        return thing.event_id
    return known[name] if name in known else str(thing.value_of(name))
