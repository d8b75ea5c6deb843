"""No read or write of the ledger looks through a whole table: each finds its rows by a key or an index."""

from functools import partial

from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import EndedSeat
from frontrow.domain.ids import HoldId, UserId
from tests.integration.ledger.backends import Backend
from tests.integration.ledger.drafts import block, booked, draft, event_on_sale, seats
from tests.integration.ledger.plans import plans_of, scans
from tests.support.fake_clock import FakeClock

_LISTS_ALL_LAYOUTS = "SELECT layouts.layout_id, layouts.version, layouts.name"
"""The one statement that looks at every row of a table: there are few, and an admin asked for them all."""


async def test_every_statement_finds_its_rows_by_a_key(backend: Backend, clock: FakeClock) -> None:
    database = await open_database(backend.url)
    ledger = SqlLedger(database, clock)
    await ledger.upgrade()
    found = await plans_of(database, partial(use_everything, ledger, clock))
    assert len(found) > 15
    for statement, plan in found.items():
        if not statement.startswith(_LISTS_ALL_LAYOUTS):
            assert scans(plan) == [], statement
    by_seat = [it for it in found if "seat_rows.seat_id IN" in it and "seat_rows.owner_id = " not in it]
    assert len(by_seat) >= 2
    assert all(uses("uq_seat_rows_live (event_id=? AND seat_id=?)", found[it]) for it in by_seat)
    of_user = [it for it in found if "FROM bookings" in it and "bookings.user_id = ?" in it]
    assert len(of_user) == 4
    assert all(uses("ix_bookings_of_user (user_id=?", found[it]) for it in of_user)
    by_owner = [it for it in found if "seat_rows.owner_id = " in it and it.startswith("SELECT")]
    assert by_owner
    primary_key = "pk_seat_rows" if backend.name == "postgresql" else "sqlite_autoindex_seat_rows_1"
    assert all(uses(f"{primary_key} (event_id=? AND owner_id=?", found[it]) for it in by_owner)
    lists = [it for it in found if "ORDER BY bookings.booked_at_ms" in it and "bookings.event_id = ?" in it]
    of_event = [it for it in lists if "bookings.user_id = ?" not in it]
    assert len(of_event) == 4
    assert all(uses("ix_bookings_of_event (event_id=?", found[it]) for it in of_event)
    assert [step for it in of_event for step in found[it] if "TEMP B-TREE" in step] == []
    await ledger.close()


def uses(index: str, plan: list[str]) -> bool:
    """Whether a step of the plan finds its rows by that index."""
    return any(f"USING INDEX {index}" in step for step in plan)


async def use_everything(ledger: SqlLedger, clock: FakeClock) -> None:
    """Call each method that reads or changes rows."""
    gala = await event_on_sale(ledger)
    wanted = draft(gala, "A1 A2", key="k", hold="1-mine")
    written = await booked(ledger, clock, wanted)
    booking = wanted.booking
    user = UserId("ann")
    assert wanted.idempotency_key is not None
    await ledger.replay(wanted.idempotency_key)
    await ledger.booking(booking.booking_id)
    await ledger.booking_fingerprint(booking.booking_id)
    await ledger.bookings_of(user, before=None, limit=5)
    await ledger.bookings_of(user, before=(booking.booked_at_ms, booking.booking_id), limit=5)
    await ledger.bookings_in(gala.event_id, before=None, limit=5)
    await ledger.bookings_in(gala.event_id, before=(booking.booked_at_ms, booking.booking_id), limit=5)
    await ledger.booking_contacts(gala.event_id, before=None, limit=5)
    await ledger.booking_contacts(gala.event_id, before=(booking.booked_at_ms, booking.booking_id), limit=5)
    await ledger.bookings_among(gala.event_id, [booking.booking_id])
    await ledger.states_of_owners(gala.event_id, [booking.booking_id])
    await ledger.booking_of_seats(gala.event_id, user, booking.seat_ids)
    await ledger.booking_of_hold(gala.event_id, user, HoldId("1-mine"))
    await ledger.live_seats(gala.event_id)
    await ledger.taken_seats(gala.event_id)
    await ledger.booked_seats(gala.event_id, booking.seat_ids)
    await ledger.booked_seats_of(gala.event_id, user)
    await ledger.outbox(older_than_ms=clock.now_ms() + 1, limit=5)
    await ledger.outbox_of(booking.booking_id)
    await ledger.outbox_done(written.task_ids)
    await ledger.cancel(booking.booking_id, seats("A1"))
    await ledger.ended_rows(gala.event_id, [EndedSeat(seats("A1")[0], booking.booking_id)])
    await ledger.add_block(block(gala, "B1"))
    await ledger.add_block(block(gala, "B1"))
    await ledger.drop_blocks(gala.event_id, seats("B1"))
    await ledger.update_event(gala, expected=gala)
    await ledger.event_by_number(gala.number)
    await ledger.events(after_number=0, limit=5)
    await ledger.event_changes(since=0)
    await ledger.layouts()
    await ledger.layout(gala.layout_id, 1)
    await ledger.latest_layout_version(gala.layout_id)
