"""abort_booking: its own marks are taken back, and the seats run out when their hold does."""

from frontrow.adapters.redis import keys
from frontrow.domain.hold import BookingBegun, HeldSeat, HoldExtended
from frontrow.domain.ids import HoldId, SeatId
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import GUARD_MS, pairs, seats


async def test_it_restores_the_earlier_expiry_everywhere_and_appends_it(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1 A2", ttl_ms=10_000)
    begun = await event.begun("john", "1-b", hold="1-h")
    aborted = await event.abort("john", "1-b", begun.held)
    assert aborted.seat_ids == seats("A1 A2")
    assert event.marks() == {}
    until_ms = first.expires_at_ms
    assert event.held() == event.capped("john") == {"A1": until_ms, "A2": until_ms}
    names = [
        *(keys.seat_lock(EVENT, seat) for seat in ("A1", "A2")),
        keys.hold(EVENT, "1-h"),
        keys.user_seats(EVENT, "john"),
    ]
    assert {event.runs_out_at(name) for name in names} == {until_ms}
    entry = event.feed()[-1]
    assert (entry["kind"], entry["seats"], entry["expires"]) == ("expiry_changed", "A1,A2", str(until_ms))


async def test_it_frees_what_is_past_its_earlier_expiry(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", ttl_ms=10_000)
    begun = await event.begun("john", "1-b", hold="1-h")
    event.pass_ms(10_000)
    aborted = await event.abort("john", "1-b", begun.held)
    assert [entry.change.kind.value for entry in aborted.entries] == ["expired"]
    assert (event.lock("A1"), event.held(), event.capped("john")) == (None, {}, {})
    await event.acquired("jane", "1-j", "A1")


async def test_an_expiry_beyond_the_deadline_stays(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1")
    begun = await event.begun("john", "1-b", hold="1-h")
    assert (await event.abort("john", "1-b", begun.held)).entries == ()
    assert event.held() == {"A1": first.expires_at_ms}


async def test_it_restores_what_an_extension_has_made_of_the_expiry(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", ttl_ms=5_000)
    begun = await event.begun("john", "1-b", hold="1-h")
    extended = await event.extend("john", "1-h", ttl_ms=20_000)
    assert isinstance(extended, HoldExtended)
    await event.abort("john", "1-b", begun.held)
    assert event.held() == {"A1": extended.expires_at_ms}


async def test_it_acts_only_on_its_own_mark(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2", ttl_ms=10_000)
    await event.begun("john", "1-b", names="A1")
    before = event.everything()
    assert (await event.abort("john", "1-b0", pairs("A1 A2", "1-h"))).seat_ids == ()
    assert event.everything() == before


async def test_a_mark_of_an_id_that_merely_begins_the_same_stays(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    await event.begun("john", "1-b12", hold="1-h")
    assert (await event.abort("john", "1-b1", pairs("A1", "1-h"))).seat_ids == ()
    assert set(event.marks()) == {"A1"}


async def test_a_foreign_hold_on_a_marked_seat_is_not_touched(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", ttl_ms=5_000)
    begun = await event.begun("john", "1-b", hold="1-h")
    event.raw.delete(keys.seat_lock(EVENT, "A1"), keys.held_seats(EVENT), keys.booking_marks(EVENT))
    taken = await event.acquired("jane", "1-j", "A1")
    event.raw.hset(keys.booking_marks(EVENT), "A1", f"1-b:{begun.deadline_ms}")
    await event.abort("john", "1-b", begun.held)
    assert event.held() == {"A1": taken.expires_at_ms}
    assert event.lock("A1") == f"jane:1-j:{taken.now_ms}"


async def test_across_holds_each_gets_its_own_expiry_back(event: EventOnValkey) -> None:
    one = await event.acquired("john", "1-h1", "A1", ttl_ms=10_000)
    two = await event.acquired("john", "1-h2", "A2", ttl_ms=20_000)
    begun = await event.begun("john", "1-b", names="A1 A2")
    aborted = await event.abort("john", "1-b", begun.held)
    assert event.held() == {"A1": one.expires_at_ms, "A2": two.expires_at_ms}
    assert [entry.change.hold_id for entry in aborted.entries] == ["1-h1", "1-h2"]


async def test_a_record_outlives_seats_of_it_that_another_booking_has_marked(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2", ttl_ms=10_000)
    one = await event.begun("john", "1-b1", names="A1")
    event.pass_ms(1_000)
    two = await event.begun("john", "1-b2", names="A2")
    await event.abort("john", "1-b1", one.held)
    assert event.runs_out_at(keys.hold(EVENT, "1-h")) == two.deadline_ms


async def test_the_same_booking_may_begin_again_after_it(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    begun = await event.begun("john", "1-b", hold="1-h")
    await event.abort("john", "1-b", begun.held)
    assert isinstance(await event.begin("john", "1-b", hold="1-h"), BookingBegun)


async def test_repeating_it_changes_nothing(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", ttl_ms=10_000)
    begun = await event.begun("john", "1-b", hold="1-h")
    await event.abort("john", "1-b", begun.held)
    before = event.everything()
    assert (await event.abort("john", "1-b", begun.held)).seat_ids == ()
    assert event.everything() == before


async def test_marks_whose_hold_is_gone_are_taken_back(event: EventOnValkey) -> None:
    event.raw.hset(keys.booking_marks(EVENT), "A1", f"1-b:{event.now_ms() + GUARD_MS}")
    assert (await event.abort("john", "1-b", [HeldSeat(SeatId("A1"), HoldId("1-h"))])).seat_ids == seats("A1")
    assert event.marks() == {}


async def test_without_memory_abort_goes_on(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", ttl_ms=10_000)
    begun = await event.begun("john", "1-b", hold="1-h")
    event.raw.config_set("maxmemory", 1)
    try:
        await event.abort("john", "1-b", begun.held)
    finally:
        event.raw.config_set("maxmemory", 0)
    assert event.marks() == {}
