"""A booking is found again by its code and its e-mail address, and by nothing less."""

import msgspec
import pytest

from frontrow.domain.booking import Booking, BookingNotFound, BookingStatus, ContactInfo, SoldSeat
from frontrow.domain.ids import BookingId, CategoryId, EventId, OrderId, PaymentId, RefundId, SeatId, UserId
from frontrow.domain.payment import Refund, RefundReason
from frontrow.services import booking_finding
from frontrow.services.booking_display import BookingDisplay
from frontrow.services.booking_finding import BookingFinding, BookingFound
from frontrow.services.order_ids import OrderIds

IDS = OrderIds(b"secret")
ADA = "ada@example.com"


def booking(number: int, email: str = ADA) -> Booking:
    return Booking(
        booking_id=BookingId(f"1-{number:022d}"),
        event_id=EventId("gala"),
        user_id=UserId("ada"),
        seats=(SoldSeat(SeatId("A1"), CategoryId("stalls"), 7_500),),
        table_ids=(),
        total_minor=7_500,
        currency="USD",
        status=BookingStatus.BOOKED,
        contact_info=ContactInfo("Ada", email),
        booked_at_ms=0,
    )


class Books:
    """As much of the OrderLedger as finding and showing bookings ask of it."""

    def __init__(self, *bookings: Booking, refunds: tuple[Refund, ...] = ()) -> None:
        self.bookings = sorted(bookings, key=lambda it: it.booking_id)
        self.refunds = refunds
        self.reads = 0

    async def bookings_by_email(self, email: str, *, after: BookingId | None, limit: int) -> list[Booking]:
        self.reads += 1
        mine = [it for it in self.bookings if it.contact_info.email.lower() == email.lower()]
        return [it for it in mine if after is None or it.booking_id > after][:limit]

    async def refunds_of(self, order_id: OrderId) -> list[Refund]:
        self.reads += 1
        return [refund for refund in self.refunds if refund.order_id == order_id]


def finding(books: Books) -> BookingFinding:
    return BookingFinding(orders=books, ticket_code=IDS.ticket_code)  # type: ignore[arg-type]


@pytest.mark.parametrize("email", [ADA, "ADA@Example.com"])
async def test_it_is_found_by_its_ticket_code_however_that_is_written_and_by_its_id(email: str) -> None:
    wanted = booking(2)
    code = IDS.ticket_code(wanted.booking_id)
    search = finding(Books(booking(1), wanted, booking(3)))
    for written in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} ", wanted.booking_id):
        assert await search.find(written, email) == BookingFound(wanted), written


async def test_a_code_of_somebody_elses_booking_finds_nothing() -> None:
    theirs = booking(2, "bob@example.com")
    search = finding(Books(booking(1), theirs))
    for code in (IDS.ticket_code(theirs.booking_id), theirs.booking_id, "", "A", "é"):
        assert await search.find(code, ADA) == BookingNotFound()
    assert await search.find(IDS.ticket_code(theirs.booking_id), "nobody@example.com") == BookingNotFound()


async def test_every_booking_of_an_address_is_looked_at_up_to_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking_finding, "BOOKINGS_PER_READ", 2)
    monkeypatch.setattr(booking_finding, "BOOKINGS_PER_EMAIL_MAX", 6)
    books = Books(*(booking(number) for number in range(8)))
    first, last, beyond = (IDS.ticket_code(books.bookings[index].booking_id) for index in (0, 5, 6))
    assert isinstance(await finding(books).find(first, ADA), BookingFound)
    assert books.reads == 3, "a hit takes as many reads as a miss"
    assert isinstance(await finding(books).find(last, ADA), BookingFound)
    assert await finding(books).find(beyond, ADA) == BookingNotFound()


def refund(number: int, reason: RefundReason) -> Refund:
    return Refund(
        refund_id=RefundId(f"1-refund{number}"),
        order_id=OrderId("1-order"),
        event_id=EventId("gala"),
        payment_id=PaymentId("1-payment"),
        amount_minor=7_500,
        currency="USD",
        reason=reason,
    )


async def test_a_booking_is_shown_with_what_goes_back_for_its_cancelled_seats_alone() -> None:
    seats, twice = refund(1, RefundReason.SEATS_CANCELLED), refund(2, RefundReason.PAID_TWICE)
    books = Books(refunds=(seats, twice))
    display = BookingDisplay(orders=books, ticket_code=IDS.ticket_code)  # type: ignore[arg-type]
    direct = booking(1)
    ordered = msgspec.structs.replace(direct, order_id=OrderId("1-order"))
    cancelled = msgspec.structs.replace(ordered, cancelled_seat_ids=(SeatId("A1"),))
    shown = await display.show_all([direct, ordered, cancelled])
    assert [it.refunds for it in shown] == [(), (), (seats,)]
    assert {it.ticket_code for it in shown} == {IDS.ticket_code(direct.booking_id)}
    assert books.reads == 1, "the ledger is only asked where something can go back"
