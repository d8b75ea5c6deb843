"""A whole section withheld from sale at once, and let go again: as an operator selects it."""

from frontrow.domain.ids import CategoryId, LayoutId, SeatId
from frontrow.domain.layout import Category, Layout, Point, Seat
from frontrow.services.blocks import SEATS_PER_BLOCK_MAX
from tests.support.http_stack import Api, event_body

ADMIN = ("boss", "admin")
BLOCKS = "/api/v1/events/derby/blocks"
SEATS = [f"north-stand-{number:05}" for number in range(SEATS_PER_BLOCK_MAX + 1)]


async def stadium(api: Api) -> None:
    """An event with one seat more than go in a block."""
    layout = Layout(
        id=LayoutId("stadium"),
        name="Stadium",
        canvas_w=2_000,
        canvas_h=2_000,
        categories=(Category(id=CategoryId("stand"), name="Stand", color="#3366cc", price=25.0),),
        seats=tuple(
            Seat(
                SeatId(name),
                Point(20.0 + 15 * (place % 100), 20.0 + 15 * (place // 100)),
                CategoryId("stand"),
                "1",
                place,
            )
            for place, name in enumerate(SEATS)
        ),
    )
    assert (await api.post("/api/v1/layouts", layout, by=ADMIN)).status == 201
    assert (await api.post("/api/v1/events", event_body("derby", layoutId="stadium"), by=ADMIN)).status == 201


async def blocked_count(api: Api) -> int:
    """How many seats the map shows as withheld."""
    return str((await api.get("/api/v1/events/derby/seat-states")).body["states"]).count("x")


async def test_a_large_section_is_withheld_whole_or_not_at_all_and_let_go_again(api: Api) -> None:
    await stadium(api)
    whole = {"seatIds": SEATS[:SEATS_PER_BLOCK_MAX], "reason": "away fans"}
    held = (await api.hold(SEATS[10], SEATS[4_500], event="derby"))["holdId"]
    refused = await api.post(BLOCKS, whole, by=ADMIN)
    assert (refused.status, refused.code) == (409, "seats_unavailable")
    assert refused.body["seatIds"] == [SEATS[10], SEATS[4_500]]
    assert "release or wait for the holds" in refused.body["detail"]
    assert await blocked_count(api) == 0

    await api.ask("DELETE", f"/api/v1/events/derby/holds/{held}")
    blocked = await api.post(BLOCKS, whole, by=ADMIN)
    assert (blocked.status, len(blocked.body["seatIds"])) == (201, SEATS_PER_BLOCK_MAX)
    assert await blocked_count(api) == SEATS_PER_BLOCK_MAX
    again = await api.post(BLOCKS, {"seatIds": [SEATS[5_000], SEATS[0]]}, by=ADMIN)
    assert again.body["seats"] == [{"seatId": SEATS[0], "reason": "blocked"}]
    assert "unblock what is withheld already" in again.body["detail"]

    freed = await api.ask("DELETE", BLOCKS, body=whole, by=ADMIN)
    assert (freed.status, len(freed.body["seatIds"])) == (200, SEATS_PER_BLOCK_MAX)
    assert await blocked_count(api) == 0


async def test_more_than_go_in_one_block_are_refused_with_the_bound(api: Api) -> None:
    await stadium(api)
    for method in ("POST", "DELETE"):
        refused = await api.ask(method, BLOCKS, body={"seatIds": SEATS}, by=ADMIN)
        assert (refused.status, refused.code) == (422, "too_many_seats")
        assert (refused.body["count"], refused.body["seatsMax"]) == (5_001, 5_000)
        assert refused.body["detail"] == "seatIds has 5,001 seats; at most 5,000 go in one request: send several"
    unknown = await api.post(BLOCKS, {"seatIds": ["Z1"]}, by=ADMIN)
    assert unknown.body["detail"].endswith("seatIds takes ids of the drawing that the event is on now")
    long = await api.post(BLOCKS, {"seatIds": ["n" * 64] * 5_000}, by=ADMIN)
    assert long.code == "unknown_seats"
    assert (await api.post(BLOCKS, {"seatIds": ["n" * 64] * 9_000}, by=ADMIN)).status == 413
