"""What texts that people read may contain: tabs and line ends, but no other control character.

A NUL ends a text in C and is refused by PostgreSQL; the others move cursors and ring bells where they are printed.
"""

import re

PRINTABLE_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""The form of such a text, as a regular expression for JSON Schema."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def control_character(text: str) -> str | None:
    """The first control character that `text` may not have, named as in `U+0000`; None where it has none."""
    found = _CONTROL.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def printable(text: str) -> str:
    """The text with a replacement character in the place of each control character that it may not have."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
