"""Ids made from what people wrote on a drawing: readable, of the right form, unique."""

import re
import unicodedata

ID_LENGTH_MAX = 64
_OTHER = re.compile(r"[^A-Za-z0-9_.]+")


def slug(text: str, *, length_max: int = ID_LENGTH_MAX) -> str:
    """`text` with accents taken off and everything that no id may have made into single dashes; may be empty.

    Text in another alphabet becomes its code points, so that it still has an id of its own: 'Ложа' is 'u41b43e436430'.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    made = _OTHER.sub("-", plain).strip("-")
    if not made and any(c.isalnum() for c in plain):
        made = "u" + "".join(f"{ord(c):x}" for c in plain if c.isalnum())
    made = made[:length_max].strip("-")
    return "" if made in (".", "..") else made


class UniqueIds:
    """Gives every wanted id once: the first as it is, later ones with -2, -3 and so on. Order decides, so keep it."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}
        self.renamed = 0
        """How many could not be had as wanted."""

    def take(self, wanted: str) -> str:
        """An id of 1 to ID_LENGTH_MAX characters, `wanted` (itself of the form of an id) if it is free."""
        if wanted not in self._taken:
            self._taken.add(wanted)
            return wanted
        self.renamed += 1
        number = self._next.get(wanted, 2)
        while (made := f"{wanted[: ID_LENGTH_MAX - len(str(number)) - 1]}-{number}") in self._taken:
            number += 1
        self._next[wanted] = number + 1
        self._taken.add(made)
        return made
