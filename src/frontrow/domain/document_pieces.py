"""Large JSON documents decoded piece by piece, so that a thread that reads one lets the others have their turn.

A call of the decoder keeps Python's lock until it is done: 400 ms for a drawing of 200,000 seats, in which no other
request moves. Finding where the parts of a document end costs a twentieth of that; each part is then a call of its
own, of about a millisecond.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast, get_args, get_origin

import msgspec
from msgspec import Raw

from frontrow.domain.document_types import any_tuple, bare_type, is_struct, without_null

T = TypeVar("T", bound=msgspec.Struct)

PIECE_BYTES = 131_072
_AT_BYTE = re.compile(r"JSON is malformed: (.*) \(byte (\d+)\)")
_CUT_SHORT = "Input data was truncated"
"""What the decoder says, of half a surrogate pair as well."""
_HALF_PAIR = re.compile(rb"\\ud", re.IGNORECASE)
_CONSTANTS = (b"NaN", b"Inf")
_LEVELS_MAX = 8
"""How deep what is no known type is taken apart: deeper than any drawing that is large on so many levels."""


def decode_in_pieces(document: bytes, kind: type[T]) -> T:
    """What `msgspec.json.decode` gives, for a struct of structs, tuples and plain values.

    Raises:
        msgspec.MsgspecError, UnicodeDecodeError, RecursionError: it does not fit; the message may name no path.
    """
    return cast(T, _decoded(document, kind))


def load_in_pieces(document: bytes, load: Callable[[str], object]) -> object:
    """What `load` gives for the whole document, in calls of it for its parts.

    Args:
        load: reads JSON text, as `json.loads` does. What cannot be taken apart it is given whole, to name the fault.

    Raises whatever `load` raises, json.JSONDecodeError and UnicodeDecodeError.
    """
    return _loaded(document, load, _LEVELS_MAX)


def encode_in_pieces(document: msgspec.Struct, long_field: str) -> bytes:
    """What `msgspec.json.encode` gives. `long_field` is the member, a tuple of structs, that makes it long."""
    name = next(it.encode_name for it in msgspec.structs.fields(document) if it.name == long_field)
    elements: Sequence[msgspec.Struct] = getattr(document, long_field)
    frame = msgspec.json.encode(msgspec.structs.replace(document, **{long_field: ()}))
    # No text can look like this: quotation marks in texts are escaped.
    before, empty, after = frame.partition(f'"{name}":[]'.encode())
    assert empty, f"{long_field} is left out where it is empty"
    pieces = (msgspec.json.encode(elements[at : at + 500])[1:-1] for at in range(0, len(elements), 500))
    return b"".join((before, empty[:-1], b",".join(pieces), b"]", after))


def _decoded(document: bytes | Raw, kind: Any) -> object:
    bare = bare_type(kind)
    if len(document) <= PIECE_BYTES:
        return msgspec.json.decode(document, type=kind)
    if is_struct(bare):
        return _decoded_struct(document, bare)
    if get_origin(bare) is tuple:
        raws = msgspec.json.decode(document, type=list[Raw])
        msgspec.convert(raws, any_tuple(kind))
        return tuple(_decoded_elements(raws, get_args(bare)[0]))
    if (variant := without_null(bare)) is not None:
        return _decoded(document, variant)
    return msgspec.json.decode(document, type=kind)


def _decoded_struct(document: bytes | Raw, kind: type[msgspec.Struct]) -> object:
    raws = msgspec.json.decode(document, type=dict[str, Raw])
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    if kind.__struct_config__.forbid_unknown_fields and not raws.keys() <= fields.keys():
        raise msgspec.ValidationError("a member is not known")
    if any(field.required and name not in raws for name, field in fields.items()):
        raise msgspec.ValidationError("a member is missing")
    return kind(**{field.name: _decoded(raws[name], field.type) for name, field in fields.items() if name in raws})


def _decoded_elements(raws: list[Raw], item: Any) -> Iterator[object]:
    decoder = msgspec.json.Decoder(tuple[item, ...])
    for batch in _batches(raws):
        if len(batch) == 1 and len(batch[0]) > PIECE_BYTES:
            yield _decoded(batch[0], item)
        else:
            yield from decoder.decode(_listed(batch))


def _loaded(document: bytes | Raw, load: Callable[[str], object], levels: int) -> object:
    first = bytes(memoryview(document)[:1]) if levels and len(document) > PIECE_BYTES else b""
    try:
        if first == b"{":
            members = msgspec.json.decode(document, type=dict[str, Raw])
            return {name: _loaded(raw, load, levels - 1) for name, raw in members.items()}
        if first == b"[":
            return list(_loaded_elements(msgspec.json.decode(document, type=list[Raw]), load, levels - 1))
    except msgspec.DecodeError as error:
        _raise_where_malformed(bytes(document), str(error))
    except (UnicodeDecodeError, RecursionError):
        pass
    return load(bytes(document).decode("utf-8"))


def _raise_where_malformed(document: bytes, message: str) -> None:
    """Raise json.JSONDecodeError for what no reader of JSON takes, without reading all that stands before it again."""
    found = _AT_BYTE.fullmatch(message)
    if found is not None:
        what, at = found[1], int(found[2])
        if document[at : at + 3] in _CONSTANTS:
            return  # `load` may take what only Python calls a number, and name its place
    elif message == _CUT_SHORT and _HALF_PAIR.search(document) is None:
        what, at = "it ends too early", len(document)
    else:
        return
    before = document[:at].decode("utf-8", "replace")
    raise json.JSONDecodeError(what, before, len(before))


def _loaded_elements(raws: list[Raw], load: Callable[[str], object], levels: int) -> Iterator[object]:
    for batch in _batches(raws):
        if len(batch) == 1:
            yield _loaded(batch[0], load, levels)
        else:
            yield from cast(list[object], load(_listed(batch).decode("utf-8")))


def _batches(raws: list[Raw]) -> Iterator[list[Raw]]:
    batch: list[Raw] = []
    batch_bytes = 0
    for raw in raws:
        if batch and batch_bytes + len(raw) > PIECE_BYTES:
            yield batch
            batch, batch_bytes = [], 0
        batch.append(raw)
        batch_bytes += len(raw)
    if batch:
        yield batch


def _listed(batch: list[Raw]) -> bytes:
    return b"".join((b"[", b",".join(batch), b"]"))
