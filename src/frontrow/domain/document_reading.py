"""Reading a JSON document into structs and naming every place where it is not what was expected.

msgspec stops at the first misfit. So a document that does not fit is walked once more, member by member: each misfit
is named by its path, and what could be read is kept with neutral values in the gaps, so that later checks can go on.
"""

import json
import math
import re
from contextlib import suppress
from functools import partial
from itertools import islice, takewhile
from types import NoneType, UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from frontrow.domain.document_bounds import excess
from frontrow.domain.document_pieces import PIECE_BYTES, decode_in_pieces, load_in_pieces
from frontrow.domain.document_types import any_tuple, bare_type, is_struct, without_null
from frontrow.domain.texts import control_character

T = TypeVar("T", bound=msgspec.Struct)

FAULTS_MAX = 1_000
"""So many faults of one document are named; the last then says that there may be more."""

_PLAIN_WORDS = {
    "object": "an object",
    "array": "a list",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
}
_QUOTED = re.compile(r"`([a-z |]+)`")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PERHAPS_CONTROL = re.compile(rb"\\(?:u00[01]|u007f|[bf])|\x7f", re.IGNORECASE)
"""How a control character is written in JSON, where it is no tab or line end; other texts may look so as well."""
_PERHAPS_SURROGATE = re.compile(rb"\\ud", re.IGNORECASE)


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: where, as a JSON path (`$.seats[3].position.x`), and what."""

    path: str
    message: str

    @property
    def place(self) -> str:
        """The path as people are told it, `seats[3].position.x`; empty for the document as a whole."""
        return self.path.removeprefix("$").removeprefix(".")


class _NotFinite(msgspec.Struct, frozen=True):
    """What stands for NaN and the infinities, which JSON has not and Python's decoder takes: no type fits it."""

    name: str


class Mended(msgspec.Struct, Generic[T], frozen=True):
    """A document with faults, read as far as it goes: `value` has neutral values wherever `faults` has a path.

    `value` is None where the document is no JSON object at all, or has too many faults to go on.
    """

    value: T | None
    faults: tuple[Fault, ...]


def read_document(document: bytes, kind: type[T]) -> T | Mended[T]:
    """Read a JSON document as `kind`, a struct of structs, tuples, numbers, strings and booleans.

    Texts have no control characters but tabs and line ends (texts.py). Never raises, whatever the bytes. Costs one
    decoding where the document fits, some ten times that where not. Numbers need bounds in `kind`, or 1e999 would
    pass as infinite.
    """
    decoded: T | None = None
    if (reason := excess(document)) is not None:
        return Mended(None, (Fault("$", reason),))
    try:
        document.decode("utf-8")  # The decoder does not look into text of members that it passes over.
        decoded = decode_in_pieces(document, kind)
        if not _may_have(_PERHAPS_CONTROL, document):
            return decoded
        first = ""
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        first = str(error)
    try:
        raw = load_in_pieces(document, partial(json.loads, parse_constant=_NotFinite))
        odd_texts = _may_have(_PERHAPS_CONTROL, document) or _may_have(_PERHAPS_SURROGATE, document)
        walk = _Walk(odd_texts=odd_texts)
        value = walk.mend(raw, kind, "$")
    except (RecursionError, ValueError) as error:
        return Mended(None, (Fault("$", _unusable(document, error)),))
    if len(walk.faults) > FAULTS_MAX:
        more = Fault("$", f"only the first {FAULTS_MAX} faults are named; there may be more")
        return Mended(None, (*walk.faults[:FAULTS_MAX], more))
    if decoded is not None and not walk.faults:
        return decoded
    # Where the walk finds nothing, the decoder objected to JSON itself.
    found = tuple(walk.faults) or (Fault("$", first),)
    return Mended(value if isinstance(value, kind) and isinstance(raw, dict) else None, found)


def _may_have(characters: re.Pattern[bytes], document: bytes) -> bool:
    # Looking for one byte is some hundred times as fast as the expression, and most drawings have neither.
    if b"\\" not in document and b"\x7f" not in document:
        return False
    # In pieces, as the rest; each looks into the next as far as one character's longest writing.
    return any(
        characters.search(document, at, at + PIECE_BYTES + 5) is not None for at in range(0, len(document), PIECE_BYTES)
    )


def _unusable(document: bytes, error: RecursionError | ValueError) -> str:
    match error:
        case UnicodeDecodeError():
            return f"not UTF-8: byte {error.start} is {document[error.start]:#04x}"
        case json.JSONDecodeError():
            return f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        case RecursionError():
            return "not usable: nested too deeply"
        case _:
            return "not usable: a number has too many digits"


class _Walk:
    """One pass over a decoded document. `odd_texts`: some texts may have characters that no text may have."""

    def __init__(self, *, odd_texts: bool) -> None:
        self.faults: list[Fault] = []
        self._odd_texts = odd_texts

    def mend(self, value: object, kind: Any, path: str) -> object:
        """`value` as `kind`; where it does not fit, a neutral value, with what is wrong added to the faults."""
        bare = bare_type(kind)
        if is_struct(bare) and isinstance(value, dict):
            return self._mend_struct(value, bare, path)
        if get_origin(bare) is tuple and isinstance(value, list):
            item = get_args(bare)[0]
            if not self._fits(value, any_tuple(kind), path):
                return ()
            elements = (self.mend(element, item, f"{path}[{index}]") for index, element in enumerate(value))
            return tuple(takewhile(lambda _: len(self.faults) <= FAULTS_MAX, elements))
        if isinstance(value, dict | list) and (variant := without_null(bare)) is not None:
            return self.mend(value, variant, path)
        return msgspec.convert(value, kind) if self._fits(value, kind, path) else _neutral(bare)

    def _mend_struct(self, value: dict[str, object], kind: type[msgspec.Struct], path: str) -> object:
        if not self._odd_texts or not _has_odd_text(value):
            with suppress(msgspec.ValidationError):
                return msgspec.convert(value, kind)
        fields = msgspec.structs.fields(kind)
        if kind.__struct_config__.forbid_unknown_fields:
            known = {field.encode_name for field in fields}
            unknown = (Fault(f"{path}.{name}", "is not known here") for name in value if name not in known)
            self.faults.extend(islice(unknown, FAULTS_MAX + 1))
        members: dict[str, object] = {}
        for field in fields:
            if field.encode_name in value:
                members[field.name] = self.mend(value[field.encode_name], field.type, f"{path}.{field.encode_name}")
            elif field.required:
                self.faults.append(Fault(f"{path}.{field.encode_name}", "is missing"))
                members[field.name] = _neutral(bare_type(field.type))
        return kind(**members)

    def _fits(self, value: object, kind: Any, path: str) -> bool:
        """Whether the decoder takes `value` as `kind`; if not, why is added to the faults."""
        message = _misfit(value, kind)
        if message is not None:
            self.faults.append(Fault(path, message))
        return message is None


def _misfit(value: object, kind: Any) -> str | None:
    if isinstance(value, _NotFinite):
        return f"expected a finite number, got {value.name}"
    if isinstance(value, float) and not math.isfinite(value):
        return "expected a finite number, got one past 1e308"
    if isinstance(value, str) and (odd := _odd_character(value)) is not None:
        return odd
    allowed = _literals(kind)
    if allowed and value not in allowed:
        got = json.dumps(value)[:80] if isinstance(value, str) else "no text"
        return f"expected one of {', '.join(allowed)}, got {got}"
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message = str(error).partition(" - at ")[0]
        return _QUOTED.sub(_in_plain_words, message[:1].lower() + message[1:])
    return None


def _odd_character(text: str) -> str | None:
    if _SURROGATE.search(text):
        return "expected text, got half of a surrogate pair in it"
    control = control_character(text)
    return None if control is None else f"expected text without control characters, got {control} in it: take it out"


def _has_odd_text(value: object) -> bool:
    match value:
        case str():
            return _odd_character(value) is not None
        case dict():
            return any(map(_has_odd_text, value.values()))
        case list():
            return any(map(_has_odd_text, value))
        case _:
            return False


def _in_plain_words(quoted: re.Match[str]) -> str:
    return " or ".join(_PLAIN_WORDS.get(word, word) for word in quoted.group(1).split(" | "))


def _literals(kind: Any) -> tuple[str, ...]:
    bare = bare_type(kind)
    return get_args(bare) if get_origin(bare) is Literal else ()


def _neutral(bare: Any) -> object:
    """A value of the type that says nothing."""
    if is_struct(bare):
        members = (field for field in msgspec.structs.fields(bare) if field.required)
        return bare(**{field.name: _neutral(bare_type(field.type)) for field in members})
    origin = get_origin(bare)
    if origin is Literal:
        return get_args(bare)[0]
    if origin in (Union, UnionType):
        variants = get_args(bare)
        return None if NoneType in variants else _neutral(bare_type(variants[0]))
    return () if origin is tuple else bare()
