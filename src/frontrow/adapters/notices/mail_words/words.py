"""What a language has to say in e-mails. Braces name what is filled in; every form has all of its own."""

from collections.abc import Callable

import msgspec

from frontrow.domain.payment import RefundReason


class MailWords(msgspec.Struct, frozen=True, kw_only=True):
    """One language."""

    tag: str
    is_right_to_left: bool = False
    weekdays: tuple[str, ...]
    """Monday first."""
    months: tuple[str, ...]
    date: str
    """Of {weekday}, {day}, {month}, {year}, {time} and {zone}."""
    group_mark: str
    """Between the thousands of an amount."""
    decimal_mark: str
    seat_count: Callable[[int], str]

    confirmed_subject: str
    confirmed_head: str
    cancelled_subject: str
    cancelled_head: str
    event_cancelled_subject: str
    event_cancelled_head: str
    refunded_subject: str
    refunded_head: str

    code: str
    show_code: str
    seats: str
    seats_left: str
    total: str
    includes: str
    refund: str
    """Of {amount}."""
    refund_elsewhere: str
    """Of {amount}: whoever took the money pays it back by themselves."""
    refund_pending: str
    """Where a booking is cancelled that an order paid for."""
    reasons: dict[RefundReason, str]
    see_booking: str
    see_order: str
    order_number: str
    """Where money goes back that never became a booking."""
    calendar_hint: str
    automatic: str

    row_seat: str
    """Of {row} and {seat}."""
    named_seat: str
    """Of {place} and {seat}."""
    seat: str
    table: str
    """Of {table}: where its own label does not say that it is one."""
    table_word: str
    """What such a label has in it, in small letters."""
