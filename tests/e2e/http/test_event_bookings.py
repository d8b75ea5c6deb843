"""An event's bookings as those who run it find them: newest first, by name, e-mail and code, and as a spreadsheet."""

import csv
import io
from typing import Any

import httpx
import pytest

from frontrow.app import Application
from frontrow.http.v1.booking_export import COLUMNS
from frontrow.http.v1.spreadsheets import guarded
from frontrow.services import booking_search
from tests.support.http_stack import EVENT, Api, bearer

PATH = f"/api/v1/events/{EVENT}/bookings"
ADMIN = ("boss", "admin")


async def sold(api: Api, seat_id: str, name: str, email: str, **members: object) -> str:
    """A booking of one seat under that name, made by a user of its own; its id."""
    by = (f"buyer-{seat_id}",)
    hold_id = (await api.hold(seat_id, by=by))["holdId"]
    contact = {"name": name, "email": email, "phone": members.pop("phone", "+4930123")}
    body = {"eventId": EVENT, "holdId": hold_id, "contactInfo": contact, **members}
    answer = await api.post("/api/v1/bookings", body, by=by)
    assert answer.status == 201, answer
    return str(answer.body["bookingId"])


async def found(api: Api, query: str = "", **params: str) -> list[str]:
    """The names of the bookings on the first page."""
    answer = await api.get(PATH, by=ADMIN, params={"query": query, **params})
    assert answer.status == 200, answer
    return [it["contactInfo"]["name"] for it in answer.body["items"]]


async def exported(api: Api, query: str = "") -> list[dict[str, str]]:
    """The export's lines, by column."""
    answer = await api.client.get(PATH, headers=bearer(*ADMIN), params={"query": query, "format": "csv"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == f'attachment; filename="bookings-{EVENT}.csv"'
    assert answer.content.startswith("\ufeff".encode())
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True))
    assert tuple(lines[0]) == COLUMNS
    return [dict(zip(COLUMNS, line, strict=True)) for line in lines[1:]]


async def test_bookings_are_found_by_name_email_and_code(api: Api) -> None:
    assert await found(api) == []
    zoe = await sold(api, "A1", "Zoë Muñoz", "zm@example.com")
    smith = await sold(api, "A2", "John Smith", "j.smith@EXAMPLE.org")
    await sold(api, "A3", "Smithers", "w@burns.test")
    assert await found(api) == ["Smithers", "John Smith", "Zoë Muñoz"]
    assert await found(api, "ZOE mun") == ["Zoë Muñoz"]
    assert await found(api, "smith") == ["Smithers", "John Smith"]
    assert await found(api, "smith example.ORG") == ["John Smith"]
    assert await found(api, "smith zoe") == []
    assert await found(api, "%") == []
    assert await found(api, zoe) == await found(api, zoe[:9]) == ["Zoë Muñoz"]
    assert await found(api, smith.partition("-")[2][:8]) == ["John Smith"]
    assert await found(api, "999-" + zoe.partition("-")[2]) == []
    await api.post(f"/api/v1/bookings/{zoe}/cancel", by=ADMIN)
    (cancelled,) = (await api.get(PATH, by=ADMIN, params={"query": "zoe"})).body["items"]
    assert (cancelled["status"], cancelled["userId"], cancelled["cancelledSeatIds"]) == (
        "cancelled",
        "buyer-A1",
        ["A1"],
    )


async def test_they_are_read_page_by_page_even_where_a_page_finds_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking_search, "CONTACTS_PER_PIECE", 2)
    monkeypatch.setattr(booking_search, "PIECES_MAX", 1)
    for number in range(1, 8):
        await sold(api, f"A{number}", f"Guest {number}{' rare' if number in (1, 2) else ''}", f"g{number}@example.com")

    async def walked(query: str, limit: int) -> tuple[list[str], int]:
        names: list[str] = []
        cursor, pages = None, 0
        while True:
            params = {"query": query, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
            page = (await api.get(PATH, by=ADMIN, params=params)).body
            names += [it["contactInfo"]["name"].removeprefix("Guest ") for it in page["items"]]
            cursor, pages = page["nextCursor"], pages + 1
            if cursor is None:
                return names, pages

    assert await walked("", 3) == (["7", "6", "5", "4", "3", "2 rare", "1 rare"], 3)
    assert await walked("guest", 1) == (["7", "6", "5", "4", "3", "2 rare", "1 rare"], 7)
    assert (await walked("rare", 2))[0] == ["2 rare", "1 rare"]
    monkeypatch.setattr(booking_search, "BOOKINGS_PER_PIECE", 2)
    assert [line["email"][:2] for line in await exported(api)] == ["g7", "g6", "g5", "g4", "g3", "g2", "g1"]
    assert [line["email"][:2] for line in await exported(api, "rare")] == ["g2", "g1"]


async def test_a_spreadsheet_gets_what_people_typed_and_runs_none_of_it(api: Api) -> None:
    await sold(api, "A1", '=HYPERLINK("http://evil.test")', "a@example.com", notes="=1+1")
    await sold(
        api,
        "B1",
        'Ann, "the" Great',
        "ann@example.com",
        phone="-1",
        notes="two\nlines",
        paymentInfo={"method": "card", "transactionId": "@SUM(A1)"},
    )
    await sold(api, "B2", "Ben", "ben@example.com", phone="030 1")
    ben, ann, evil = await exported(api)
    assert (evil["name"], evil["notes"], evil["phone"]) == ('\'=HYPERLINK("http://evil.test")', "'=1+1", "'+4930123")
    assert (ann["name"], ann["phone"], ann["notes"]) == ('Ann, "the" Great', "'-1", "two\nlines")
    assert (ann["paymentMethod"], ann["transactionId"]) == ("card", "'@SUM(A1)")
    assert (ben["seats"], ben["total"], ben["totalLeft"], ben["currency"]) == ("B2", "150.00", "150.00", "USD")
    assert (ben["status"], ben["phone"], ben["userId"], ben["cancelledSeats"]) == ("booked", "030 1", "buyer-B2", "")
    await api.post(f"/api/v1/bookings/{ben['bookingId']}/cancel", by=ADMIN)
    (again,) = await exported(api, "ben@")
    assert (again["total"], again["totalLeft"], again["cancelledSeats"]) == ("150.00", "0.00", "B2")


@pytest.mark.parametrize(
    "cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "\uff0b1", "\uff20a"]
)
def test_a_cell_that_could_be_a_formula_is_none(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert guarded(f"a{cell}") == f"a{cell}"


@pytest.mark.parametrize(
    ("path", "by", "status", "code"),
    [
        (PATH, None, 401, "token_missing"),
        (f"{PATH}?format=csv", ("ann",), 403, "role_missing"),
        (f"{PATH}?format=xls", ADMIN, 422, "validation_failed"),
        (f"{PATH}?limit=101", ADMIN, 422, "validation_failed"),
        (f"{PATH}?cursor=1", ADMIN, 422, "validation_failed"),
        (f"{PATH}?query={'x' * 201}", ADMIN, 422, "validation_failed"),
        ("/api/v1/events/none/bookings", ADMIN, 404, "not_found"),
        ("/api/v1/events/none/bookings?format=csv", ADMIN, 404, "not_found"),
    ],
)
async def test_they_are_for_admins_of_events_there_are(
    api: Api, path: str, by: tuple[str, ...] | None, status: int, code: str
) -> None:
    answer = await api.get(path, by=by)
    assert (answer.status, answer.code) == (status, code)


async def test_an_export_reads_no_further_when_its_client_has_gone(
    api: Api, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking_search, "BOOKINGS_PER_PIECE", 1)
    for number in range(1, 7):
        await sold(api, f"A{number}", "Ada", "ada@example.com")
    assert len(await exported(api)) == 6
    heard = iter([{"type": "http.request"}, {"type": "http.disconnect"}])

    async def gone_at_once(scope: Any, _receive: object, send: Any) -> None:
        async def receive() -> dict[str, str]:
            return next(heard)

        await application.http(scope, receive, send)

    transport = httpx.ASGITransport(app=gone_at_once)
    async with httpx.AsyncClient(transport=transport, base_url="http://frontrow.test") as client:
        answer = await client.get(PATH, headers=bearer(*ADMIN), params={"format": "csv"})
    assert answer.content.count(b"\r\n") < 4, "the head, and a line or two"
