"""What is refused of a document before anything takes it apart.

Reading happens in a thread, in small pieces (document_pieces.py), so that other requests go on. One list of millions
of numbers, or one text of millions of escapes, is a single piece whatever its reader does: nothing else moves until
it is done. No drawing has either, so both are looked for first, by means that cost some 10 ms for 30 MB.
"""

PARTS_MAX = 3_500_000
"""Objects, lists and commas of one document, those in texts included. 200,000 seats with every member have 3,000,000
in 40 MB, those with the members they need 1,600,000 in 19 MB."""
UNBROKEN_BYTES_MAX = 65_536
"""Every such stretch of a long document has a quotation mark that begins or ends a text. So no text is longer than
two of them, and no list of numbers either."""


def excess(document: bytes) -> str | None:
    """Why the document is not worth being taken apart; None where it is."""
    parts = sum(document.count(mark) for mark in (b"{", b"[", b","))
    if parts > PARTS_MAX:
        return f"has {parts} objects, lists and commas; expected {PARTS_MAX} at most"
    if _has_unbroken_stretch(document):
        return f"has more than {UNBROKEN_BYTES_MAX} bytes without the beginning or end of a text among them"
    return None


def _has_unbroken_stretch(document: bytes) -> bool:
    is_escaped = False
    for at in range(0, len(document) - UNBROKEN_BYTES_MAX + 1, UNBROKEN_BYTES_MAX):
        stretch = document[at + is_escaped : at + UNBROKEN_BYTES_MAX].replace(rb"\\", b"")
        is_escaped = stretch.endswith(b"\\")
        if b'"' not in stretch.replace(rb"\"", b""):
            return True
    return False
