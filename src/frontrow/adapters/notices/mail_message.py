"""An e-mail as it is sent: plain text and HTML, and the event as a calendar file beside a confirmation.

What customers type goes into no header and no line of its own: their name is not repeated, so nobody can have somebody
else sent words of their choice.
"""

import re
from datetime import UTC, datetime, tzinfo
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY

import msgspec

from frontrow.adapters.notices.calendar_file import calendar_file
from frontrow.adapters.notices.mail_text import as_html, as_plain, calendar_text, mail_text, one_line
from frontrow.adapters.notices.mail_words import MailWords
from frontrow.domain.errors import ConfigurationError
from frontrow.domain.notice import NoticeKind
from frontrow.domain.notice_content import NoticeContent

ADDRESS_CHARS_MAX = 254
_PLAIN_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f@<>()\[\]\\,;:\"]+@[^\s\x00-\x1f\x7f@<>()\[\]\\,;:\"]+\Z")


class MailStyle(msgspec.Struct, frozen=True):
    """How this installation writes: from whom, in which language, with times in which zone."""

    sender: Address
    words: MailWords
    zone: tzinfo


def sender_of(text: str) -> Address:
    """Who mails come from, as `tickets@theatre.example` or `Grand Theatre <tickets@theatre.example>`.

    Raises:
        ConfigurationError: it is none such.
    """
    message = EmailMessage(policy=SMTP_POLICY)
    try:
        message["From"] = text
        [address] = message["From"].addresses
        if _PLAIN_ADDRESS.match(address.addr_spec) and not message["From"].defects:
            return Address(display_name=address.display_name, addr_spec=address.addr_spec)
    except (ValueError, MessageError, IndexError):
        pass
    raise ConfigurationError(
        "FRONTROW_EMAIL_FROM: expected an address such as `Grand Theatre <tickets@theatre.example>`"
    )


def recipient_of(content: NoticeContent) -> str | None:
    """The customer's address, its domain in ASCII; None where they were erased, or gave none that mail can go to."""
    if content.booking is not None:
        email = content.booking.contact_info.email
    elif content.order is not None:
        email = content.order.customer.email
    else:
        return None
    if len(email) > ADDRESS_CHARS_MAX or not _PLAIN_ADDRESS.match(email):
        return None
    name, _, domain = email.rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None


def mail_of(content: NoticeContent, recipient: str, style: MailStyle, *, now_ms: int) -> EmailMessage:
    """The mail. Sent again it has the same Message-ID, so that mail programs may know it for the same."""
    words, notice = style.words, content.notice
    text = mail_text(content, words, style.zone)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = style.sender
    name, _, domain = recipient.rpartition("@")
    message["To"] = Address(username=name, domain=domain)
    message["Subject"] = one_line(text.subject)
    message["Date"] = datetime.fromtimestamp(now_ms // 1000, UTC)
    message["Message-ID"] = f"<{notice.notice_id}@{style.sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = words.tag
    message.set_content(as_plain(text, words), cte="quoted-printable")
    message.add_alternative(as_html(text, words), subtype="html", cte="quoted-printable")
    if notice.kind is NoticeKind.BOOKING_CONFIRMED:
        message.add_attachment(
            _calendar(content, style),
            maintype="text",
            subtype="calendar",
            filename=f"{content.event.event_id}.ics",
            params={"charset": "utf-8", "method": "PUBLISH"},
        )
    return message


def _calendar(content: NoticeContent, style: MailStyle) -> bytes:
    booking, event = content.booking, content.event
    assert booking is not None, "a confirmation comes with its booking"
    return calendar_file(
        uid=f"{booking.booking_id}@{style.sender.domain}",
        start_ms=event.starts_at_ms,
        written_ms=booking.booked_at_ms,
        summary=one_line(event.name),
        location=one_line(content.venue),
        description=calendar_text(content, style.words),
        url=content.url,
    )
