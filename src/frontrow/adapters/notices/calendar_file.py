"""An event as a calendar file (iCalendar, RFC 5545): one entry in UTC, which a calendar takes for the same each time.

The booking's page makes the same file in the browser (web/js/page/calendar-file.js).
"""

import re
from datetime import UTC, datetime

LINE_BYTES_MAX = 75
ASSUMED_DURATION_MS = 2 * 60 * 60 * 1000
"""How long an event takes is not known; the entry's text says that this is a guess."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def calendar_file(
    *, uid: str, start_ms: int, written_ms: int, summary: str, location: str, description: str, url: str | None
) -> bytes:
    """The file; every line ends with CRLF, and none is longer than 75 bytes.

    `written_ms` is when what it says was true. Times are milliseconds since 1970 in UTC.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Frontrow//Tickets//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_escaped(uid)}",
        f"DTSTAMP:{_utc(written_ms)}",
        f"DTSTART:{_utc(start_ms)}",
        f"DTEND:{_utc(start_ms + ASSUMED_DURATION_MS)}",
        f"SUMMARY:{_escaped(summary)}",
        f"LOCATION:{_escaped(location)}",
        f"DESCRIPTION:{_escaped(description)}",
        *([] if url is None else [f"URL:{url}"]),
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _utc(at_ms: int) -> str:
    """A time in UTC, form 2 of section 3.3.5."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A TEXT value (section 3.3.11). Control characters other than line ends have no place in one."""
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line cut where it passes 75 bytes, between characters; a space begins what continues it (section 3.1)."""
    written, count = [], 0
    for character in line:
        size = len(character.encode())
        if count + size > LINE_BYTES_MAX:
            written.append("\r\n ")
            count = 1
        written.append(character)
        count += size
    return "".join(written)
