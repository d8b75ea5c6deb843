"""What an e-mail says, in parts that are written out as plain text and as HTML."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from html import escape

import msgspec

from frontrow.adapters.notices.mail_words import MailWords
from frontrow.domain.charges import LineKind, OrderLine
from frontrow.domain.notice import NoticeKind
from frontrow.domain.notice_content import ROW_LABEL_MAX, NoticeContent, SeatPlace
from frontrow.domain.pricing import currency_exponent, price_major

STATED_ELSEWHERE = "external"
"""The gateway of payments that were made elsewhere, and are paid back there."""
_BIG = 'style="font-size:1.6em;letter-spacing:.05em"'


class Line(msgspec.Struct, frozen=True):
    """A sentence."""

    text: str


class Fact(msgspec.Struct, frozen=True):
    """A value and what it is; `big` where the reader is to find it at once."""

    label: str
    value: str
    big: bool = False


class Group(msgspec.Struct, frozen=True):
    """What belongs together, line by line."""

    parts: tuple[Line | Fact, ...]


class Listed(msgspec.Struct, frozen=True):
    """Things under a title."""

    title: str
    items: tuple[str, ...]


class Link(msgspec.Struct, frozen=True):
    """Somewhere to go."""

    label: str
    url: str


Part = Line | Fact | Group | Listed | Link


class MailText(msgspec.Struct, frozen=True):
    """A whole mail: its subject, its first sentence, and what follows."""

    subject: str
    head: str
    parts: tuple[Part, ...]


def mail_text(content: NoticeContent, words: MailWords, zone: tzinfo) -> MailText:
    """What the notice says to its customer, with times in this zone."""
    event = content.event
    of_event = {"event": one_line(event.name)}
    date = date_text(event.starts_at_ms, words, zone)
    about = Group((Line(one_line(event.name)), Line(date), Line(one_line(content.venue))))
    subject, head, parts = _said(content, words)
    return MailText(subject.format_map(of_event), head, (about, *parts, Line(words.automatic)))


def calendar_text(content: NoticeContent, words: MailWords) -> str:
    """What the entry in a calendar says of the booking."""
    code = () if content.ticket_code is None else (f"{words.code}: {content.ticket_code}",)
    return "\n".join((*(seat_text(it, words) for it in content.seats), *code, words.calendar_hint))


def as_plain(text: MailText, words: MailWords) -> str:
    """The mail as plain text."""
    written = [text.head]
    for part in text.parts:
        match part:
            case Line() | Fact():
                written.append(_plain_line(part, words))
            case Group(parts=parts):
                written.append("\n".join(_plain_line(it, words) for it in parts))
            case Listed(title=title, items=items):
                written.append("\n".join((f"{title}:", *(f"- {item}" for item in items))))
            case Link(label=label, url=url):
                written.append(f"{label}:\n{url}")
    return "\n\n".join(written) + "\n"


def as_html(text: MailText, words: MailWords) -> str:
    """The mail as HTML that loads nothing from anywhere."""
    direction = "rtl" if words.is_right_to_left else "ltr"
    body = "\n".join((f'<h1 style="font-size:1.4em">{escape(text.head)}</h1>', *map(_html_part, text.parts)))
    return (
        f'<!doctype html>\n<html lang="{words.tag}" dir="{direction}">\n'
        f'<head><meta charset="utf-8"><title>{escape(text.subject)}</title></head>\n'
        '<body style="font-family:system-ui,sans-serif;line-height:1.5;max-width:36em;margin:auto;padding:1em">\n'
        f"{body}\n</body>\n</html>\n"
    )


def seat_text(place: SeatPlace, words: MailWords) -> str:
    """A seat by its labels, its section in front where that says more; by its id where the drawing has it no more."""
    if not place.number:
        return one_line(place.seat_id)
    section = place.section if place.section and place.section != place.row else None
    if place.table is not None:
        is_named = words.table_word in place.table.lower()
        table = place.table if is_named else words.table.format(table=place.table)
        spot = words.named_seat.format(place=table, seat=place.number)
    elif not place.row:
        spot = words.seat.format(seat=place.number)
    elif len(place.row) > ROW_LABEL_MAX:
        spot = words.named_seat.format(place=place.row, seat=place.number)
    else:
        spot = words.row_seat.format(row=place.row, seat=place.number)
    return one_line(f"{section} · {spot}" if section else spot)


def date_text(at_ms: int, words: MailWords, zone: tzinfo) -> str:
    """A time in words, with the name of its zone."""
    at = datetime.fromtimestamp(at_ms / 1000, zone)
    return words.date.format(
        weekday=words.weekdays[at.weekday()],
        day=at.day,
        month=words.months[at.month - 1],
        year=at.year,
        time=f"{at:%H:%M}",
        zone=at.tzname(),
    )


def money_text(amount_minor: int, currency: str, words: MailWords) -> str:
    """An amount with its currency's code: `1,250.00 USD`."""
    exponent = currency_exponent(currency) or 0
    written = f"{price_major(amount_minor, exponent):,.{exponent}f}"
    return f"{written.translate(str.maketrans(',.', words.group_mark + words.decimal_mark))} {currency}"


def one_line(text: str) -> str:
    """The text without line ends and tabs: what is a line of a mail or one of its headers."""
    return " ".join(text.split())


def _said(content: NoticeContent, words: MailWords) -> tuple[str, str, Iterable[Part]]:
    match content.notice.kind:
        case NoticeKind.BOOKING_CONFIRMED:
            return words.confirmed_subject, words.confirmed_head, _confirmed(content, words)
        case NoticeKind.BOOKING_CANCELLED if content.event.cancelled_at_ms is not None:
            return words.event_cancelled_subject, words.event_cancelled_head, _cancelled(content, words)
        case NoticeKind.BOOKING_CANCELLED:
            return words.cancelled_subject, words.cancelled_head, _cancelled(content, words)
        case NoticeKind.ORDER_REFUNDED:
            return words.refunded_subject, words.refunded_head, _refunded(content, words)
        case NoticeKind.HOLD_EXPIRED:
            raise ValueError("nobody is written a mail about a hold that ran out")


def _confirmed(content: NoticeContent, words: MailWords) -> Iterable[Part]:
    booking = content.booking
    assert booking is not None, "a confirmation comes with its booking"
    if content.ticket_code is not None:
        yield Group((Fact(words.code, content.ticket_code, big=True), Line(words.show_code)))
    yield _seats(words.seat_count(len(content.seats)), content.seats, words)
    lines = () if content.order is None else content.order.lines
    charged, included = (
        [_charge(line, booking.currency, words) for line in lines if line.kind is kind]
        for kind in (LineKind.CHARGE, LineKind.INCLUDED)
    )
    total = Fact(words.total, money_text(booking.total_minor, booking.currency, words))
    yield Group((*charged, total, *included))
    if content.url is not None:
        yield Link(words.see_booking, content.url)


def _cancelled(content: NoticeContent, words: MailWords) -> Iterable[Part]:
    booking = content.booking
    assert booking is not None, "a cancellation comes with its booking"
    if content.ticket_code is not None:
        yield Fact(words.code, content.ticket_code)
    yield _seats(words.seats, content.seats, words)
    if booking.left_seat_ids:
        yield Fact(words.seats_left, words.seat_count(len(booking.left_seat_ids)))
    if content.order is not None and content.order.amount_minor:
        yield Line(words.refund_pending)
    if content.url is not None:
        yield Link(words.see_booking, content.url)


def _refunded(content: NoticeContent, words: MailWords) -> Iterable[Part]:
    order, refund = content.order, content.refund
    assert order is not None, "a refund comes with its order"
    assert refund is not None, "a refund's notice comes with it"
    number = Fact(words.order_number, order.order_id)
    yield number if content.ticket_code is None else Fact(words.code, content.ticket_code)
    is_elsewhere = content.refunded_through == STATED_ELSEWHERE
    form = words.refund_elsewhere if is_elsewhere else words.refund
    yield Line(form.format(amount=money_text(refund.amount_minor, refund.currency, words)))
    yield Line(words.reasons[refund.reason])
    if content.seats:
        yield _seats(words.seats, content.seats, words)
    if content.url is not None:
        yield Link(words.see_order, content.url)


def _seats(title: str, seats: Iterable[SeatPlace], words: MailWords) -> Listed:
    return Listed(title, tuple(seat_text(it, words) for it in seats))


def _charge(line: OrderLine, currency: str, words: MailWords) -> Fact:
    label = one_line(line.label)
    if line.kind is LineKind.INCLUDED:
        label = words.includes.format(charge=label)
    return Fact(label, money_text(line.amount_minor, currency, words))


def _plain_line(part: Line | Fact, words: MailWords) -> str:
    match part:
        case Line(text=line):
            return line
        case Fact(label=label, value=value):
            # Codes and amounts read from left to right, also amid what does not (Unicode's first strong isolate).
            return f"{label}: \u2068{value}\u2069" if words.is_right_to_left else f"{label}: {value}"


def _html_line(part: Line | Fact) -> str:
    match part:
        case Line(text=line):
            return escape(line)
        case Fact(label=label, value=value, big=big):
            shown = f"<bdi>{escape(value)}</bdi>"
            return f"{escape(label)}: <b {_BIG}>{shown}</b>" if big else f"{escape(label)}: {shown}"


def _html_part(part: Part) -> str:
    match part:
        case Line() | Fact():
            return f"<p>{_html_line(part)}</p>"
        case Group(parts=parts):
            lines = "<br>\n".join(map(_html_line, parts))
            return f"<p>{lines}</p>"
        case Listed(title=title, items=items):
            return f"<p>{escape(title)}:</p>\n<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
        case Link(label=label, url=url):
            return f'<p><a href="{escape(url)}">{escape(label)}</a></p>'
