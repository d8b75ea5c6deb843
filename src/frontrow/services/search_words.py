"""What people type to find an order or a booking: words of a name or address, the beginning of an id, a ticket code."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from frontrow.domain.ids import BookingId

TICKET_CHARS_MIN = 8
"""Of a ticket code so much has to be given: less would be a word of somebody's name."""

_TICKET = re.compile(r"[A-Z2-7]+")


class SearchWords:
    """One query, asked of many orders or bookings; true of all of them where it is empty."""

    def __init__(self, query: str, *, ticket_code: Callable[[BookingId], str]) -> None:
        self._ticket_code = ticket_code
        self._words = folded(query).split()
        letters = "".join(query.upper().replace("-", "").split())
        self._ticket = letters if len(letters) >= TICKET_CHARS_MIN and _TICKET.fullmatch(letters) else None

    @property
    def is_empty(self) -> bool:
        """Whether all are asked for."""
        return not self._words

    def mean(self, *, name: str, email: str, ids: Sequence[str], booking_id: BookingId | None) -> bool:
        """Whether name or address have every word; or an id begins with the one word there is, with or without its
        event's number; or the ticket code of the booking does, whatever its hyphens."""
        folded_name, folded_email = folded(name), folded(email)
        if all(word in folded_name or word in folded_email for word in self._words):
            return True
        if len(self._words) == 1 and any(self._begins(id_.lower()) for id_ in ids):
            return True
        if self._ticket is None or booking_id is None:
            return False
        return self._ticket_code(booking_id).replace("-", "").startswith(self._ticket)

    def _begins(self, id_: str) -> bool:
        return id_.startswith(self._words[0]) or id_.partition("-")[2].startswith(self._words[0])


def folded(text: str) -> str:
    """The text without capitals and accents, for comparing: `Zoë` and `zoe` are the same."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
