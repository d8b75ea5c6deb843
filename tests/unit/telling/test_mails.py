"""E-mails: what they say in each language, and that nobody can put anything else into them."""

import email
import email.policy
import re
from email.headerregistry import Address
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import msgspec
import pytest

from frontrow.adapters.notices.calendar_file import calendar_file
from frontrow.adapters.notices.mail_message import MailStyle, mail_of, recipient_of, sender_of
from frontrow.adapters.notices.mail_text import money_text, seat_text
from frontrow.adapters.notices.mail_words import LANGUAGES
from frontrow.domain.booking import ContactInfo
from frontrow.domain.errors import ConfigurationError
from frontrow.domain.ids import SeatId
from frontrow.domain.notice import NoticeKind
from frontrow.domain.notice_content import NoticeContent, SeatPlace
from frontrow.domain.payment import RefundReason
from frontrow.settings import EmailLanguage
from tests.support.told import AT_MS, BOOKING, content

ENGLISH = LANGUAGES["en"]
MAILED = (NoticeKind.BOOKING_CONFIRMED, NoticeKind.BOOKING_CANCELLED, NoticeKind.ORDER_REFUNDED)


def style(language: str = "en") -> MailStyle:
    sender = Address("Grand Theatre", addr_spec="tickets@theatre.example")
    return MailStyle(sender, LANGUAGES[language], ZoneInfo("Europe/Berlin"))


def mailed(told: NoticeContent, language: str = "en") -> EmailMessage:
    """The mail as it arrives."""
    written = mail_of(told, "ada@example.com", style(language), now_ms=AT_MS).as_bytes()
    return email.message_from_bytes(written, policy=email.policy.default)


def text(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_confirmation_says_what_the_customer_needs_at_the_door() -> None:
    mail = mailed(content(NoticeKind.BOOKING_CONFIRMED))
    assert mail["subject"] == "Your tickets for Spring Gala"
    assert (mail["from"], mail["to"]) == ("Grand Theatre <tickets@theatre.example>", "ada@example.com")
    said = text(mail)
    for line in (
        "Sunday, 1 March 2026, 20:30 (CET)",
        "Grand House",
        "Booking code: AAAA-BBBB",
        "3 seats:\n- Stalls · Row A, Seat 1\n- Stalls · Row A, Seat 2\n- Table T, Seat 1",
        "Booking fee: 2.50 EUR",
        "Includes VAT: ",
        "Total: 2,252.50 EUR",
        "https://tickets.example/?booking=7-bbbbbbbbbbbbbbbbbbbbbb",
    ):
        assert line in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MAILED)
def test_every_mail_is_written_in_every_language_as_text_and_as_html_that_says_the_same(
    kind: NoticeKind, language: str
) -> None:
    mail = mailed(content(kind), language)
    plain, html = text(mail), text(mail, "html")
    assert "{" not in plain + mail["subject"]
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in html
    shown = " ".join(re.sub(r"<[^>]+>", " ", html.replace("&#x27;", "'")).split())
    for line in plain.splitlines():
        words = re.sub("[\u2068\u2069]", "", line).removeprefix("- ").removesuffix(":")
        if words and not words.startswith("https://"):
            assert words in shown or all(part.strip() in shown for part in words.split(": "))
    assert not re.search(r"<(script|img|link|iframe)|src=", html)


def test_the_settings_name_every_language_there_is() -> None:
    assert set(LANGUAGES) == {language.value for language in EmailLanguage}


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_a_language_has_all_days_months_and_reasons(words: object) -> None:
    assert (len(words.weekdays), len(words.months)) == (7, 12)  # type: ignore[attr-defined]
    assert set(words.reasons) == set(RefundReason)  # type: ignore[attr-defined]
    assert all(words.seat_count(count) for count in (0, 1, 2, 3, 11, 100, 101))  # type: ignore[attr-defined]


def test_a_refund_of_a_payment_made_elsewhere_is_paid_by_whoever_took_it() -> None:
    told = content(NoticeKind.ORDER_REFUNDED)
    assert "We have sent you back 750.00 EUR." in text(mailed(told))
    elsewhere = msgspec.structs.replace(told, refunded_through="external")
    assert "750.00 EUR will be paid back to you by whoever took your payment." in text(mailed(elsewhere))


@pytest.mark.parametrize("kind", MAILED)
def test_every_mail_about_a_booking_names_its_code_and_no_other_number(kind: NoticeKind) -> None:
    told = msgspec.structs.replace(content(kind), ticket_code="AAAA-BBBB", url=None)
    said = text(mailed(told))
    assert "Booking code: AAAA-BBBB" in said
    assert not re.search(r"number|7-[a-z]{22}", said)


def test_a_refund_without_a_booking_names_its_order() -> None:
    told = msgspec.structs.replace(content(NoticeKind.ORDER_REFUNDED), ticket_code=None)
    assert told.order is not None
    assert f"Order number: {told.order.order_id}" in text(mailed(told))


def test_a_cancelled_event_is_told_as_such() -> None:
    told = content(NoticeKind.BOOKING_CANCELLED)
    assert text(mailed(told)).startswith("These seats of your booking are cancelled.")
    event = msgspec.structs.replace(told.event, cancelled_at_ms=AT_MS)
    cancelled = msgspec.structs.replace(told, event=event)
    assert (mailed(told)["subject"], mailed(cancelled)["subject"]) == (
        "Seats cancelled: Spring Gala",
        "Cancelled: Spring Gala",
    )
    assert text(mailed(cancelled)).startswith("We are sorry: the event is cancelled")


def test_a_confirmation_brings_a_calendar_entry_that_is_the_same_each_time() -> None:
    told = content(NoticeKind.BOOKING_CONFIRMED)
    [file] = [part for part in mailed(told).iter_attachments() if part.get_content_type() == "text/calendar"]
    assert file.get_filename() == "gala.ics"
    lines = file.get_content().replace("\r\n ", "").split("\r\n")
    assert "DTSTART:20260301T193000Z" in lines
    assert "SUMMARY:Spring Gala" in lines
    assert "UID:7-bbbbbbbbbbbbbbbbbbbbbb@theatre.example" in lines
    assert not list(mailed(content(NoticeKind.ORDER_REFUNDED)).iter_attachments())


def test_a_calendar_file_folds_long_lines_between_characters_and_escapes_its_texts() -> None:
    written = calendar_file(
        uid="u", start_ms=AT_MS, written_ms=AT_MS, summary="ä" * 60, location="a;b,c\\d", description="x\ny", url=None
    )
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    joined = written.decode().replace("\r\n ", "")
    assert f"SUMMARY:{'ä' * 60}\r\n" in joined
    assert "LOCATION:a\\;b\\,c\\\\d\r\n" in joined
    assert "DESCRIPTION:x\\ny\r\n" in joined


EVIL = "Gala\r\nBcc: everybody@example.com\r\n\r\nBuy <b>this</b>"


@pytest.mark.parametrize("kind", MAILED)
def test_no_text_of_an_event_or_a_customer_becomes_a_header_or_markup(kind: NoticeKind) -> None:
    told = content(kind)
    event = msgspec.structs.replace(told.event, name=EVIL)
    booking = msgspec.structs.replace(BOOKING, contact_info=ContactInfo(EVIL, "ada@example.com"), notes=EVIL)
    evil = msgspec.structs.replace(told, event=event, venue=EVIL, booking=told.booking and booking)
    mail = mailed(evil)
    assert mail["bcc"] is None
    assert mail["subject"].endswith("Gala Bcc: everybody@example.com Buy <b>this</b>")
    assert set(mail.keys()) == set(mailed(told).keys())
    assert "<b>this</b>" not in text(mail, "html")


def test_what_a_customer_typed_is_repeated_nowhere() -> None:
    booking = msgspec.structs.replace(BOOKING, contact_info=ContactInfo("WIN A PRIZE", "ada@example.com"))
    told = msgspec.structs.replace(content(NoticeKind.BOOKING_CONFIRMED), booking=booking)
    assert b"PRIZE" not in mail_of(told, "ada@example.com", style(), now_ms=AT_MS).as_bytes()


@pytest.mark.parametrize(
    "address",
    ["", "ada", "a@b@c", "ada@x\nBcc: y@z", "a b@c", "<ada@x>", "ada@x,eve@y", '"a"@b"c"', "a" * 250 + "@x.example"],
)
def test_an_address_that_no_mail_can_go_to_is_none(address: str) -> None:
    booking = msgspec.structs.replace(BOOKING, contact_info=ContactInfo("Ada", address))
    told = msgspec.structs.replace(content(NoticeKind.BOOKING_CONFIRMED), booking=booking)
    assert recipient_of(told) is None


def test_a_domain_with_other_letters_is_written_in_ascii() -> None:
    booking = msgspec.structs.replace(BOOKING, contact_info=ContactInfo("Ada", "ada@bücher.example"))
    told = msgspec.structs.replace(content(NoticeKind.BOOKING_CONFIRMED), booking=booking)
    assert recipient_of(told) == "ada@xn--bcher-kva.example"


def test_a_mail_sent_again_is_known_for_the_same() -> None:
    told = content(NoticeKind.BOOKING_CONFIRMED)
    first, again = (mail_of(told, "ada@example.com", style(), now_ms=at_ms) for at_ms in (AT_MS, AT_MS + 60_000))
    assert first["message-id"] == again["message-id"] == f"<{told.notice.notice_id}@theatre.example>"


@pytest.mark.parametrize(
    ("text_given", "address"),
    [
        ("tickets@theatre.example", ("", "tickets@theatre.example")),
        ("Grand Theatre <tickets@theatre.example>", ("Grand Theatre", "tickets@theatre.example")),
        ("Théâtre <tickets@theatre.example>", ("Théâtre", "tickets@theatre.example")),
    ],
)
def test_a_sender_is_an_address_with_or_without_a_name(text_given: str, address: tuple[str, str]) -> None:
    sender = sender_of(text_given)
    assert (sender.display_name, sender.addr_spec) == address


@pytest.mark.parametrize("wrong", ["", "theatre", "a@b, c@d", "A <>", "a@b\nBcc: c@d", "Theatre tickets@x.example"])
def test_anything_else_is_no_sender(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="FRONTROW_EMAIL_FROM"):
        sender_of(wrong)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (SeatPlace(seat_id=SeatId("x"), row="C", number="4"), "Row C, Seat 4"),
        (SeatPlace(seat_id=SeatId("x"), number="4"), "Seat 4"),
        (SeatPlace(seat_id=SeatId("x"), section="Box 3", row="Box 3", number="2"), "Box 3, Seat 2"),
        (
            SeatPlace(seat_id=SeatId("x"), section="Floor", row="T", number="2", table="Table 9"),
            "Floor · Table 9, Seat 2",
        ),
        (SeatPlace(seat_id=SeatId("gone-7")), "gone-7"),
    ],
)
def test_seats_are_named_by_their_labels(place: SeatPlace, said: str) -> None:
    assert seat_text(place, ENGLISH) == said


@pytest.mark.parametrize(
    ("amount", "currency", "language", "said"),
    [
        (123_456_789, "USD", "en", "1,234,567.89 USD"),
        (123_456, "EUR", "de", "1.234,56 EUR"),
        (5_000, "JPY", "en", "5,000 JPY"),
        (1_500, "BHD", "ar", "1.500 BHD"),
    ],
)
def test_amounts_have_their_currencys_decimals(amount: int, currency: str, language: str, said: str) -> None:
    assert money_text(amount, currency, LANGUAGES[language]) == said
