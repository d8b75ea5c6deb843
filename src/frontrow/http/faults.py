"""What is wrong with a decoded JSON value, field by field, in words that say what was expected and what came.

msgspec stops at the first fault and is what reads every good request; this module looks again at a bad one, so its
speed does not matter. Both judge by the same annotated types.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from frontrow.http.problems import FieldFault

FAULTS_MAX = 20
_SHOWN_CHARS_MAX = 40


def faults_of(value: object, expected: type, *, strict: bool = True) -> tuple[FieldFault, ...]:
    """Every fault of `value` as an `expected` struct, at most FAULTS_MAX; empty when msgspec accepts it."""
    found: list[FieldFault] = []
    for fault in _faults(value, inspect.type_info(expected), expected, "", strict):
        found.append(fault)
        if len(found) == FAULTS_MAX:
            break
    return tuple(found)


def _faults(value: Any, info: inspect.Type, python_type: Any, path: str, strict: bool) -> Iterator[FieldFault]:
    wanted, info = info, _unwrapped(info)
    if isinstance(info, inspect.UnionType):
        if value is None and any(isinstance(member, inspect.NoneType) for member in info.types):
            return
        others = [member for member in info.types if not isinstance(member, inspect.NoneType)]
        if len(others) == 1 and isinstance(others[0], inspect.StructType) and isinstance(value, dict):
            yield from _struct_faults(value, others[0], path, strict)
            return
    if isinstance(info, inspect.StructType) and isinstance(value, dict):
        yield from _struct_faults(value, info, path, strict)
        return
    items = _items_of(info)
    if items is not None and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, items, None, f"{path}[{index}]", strict)
        if not _within(len(value), info):
            yield FieldFault(path, f"must be {describe(wanted)}; got {len(value)} entries")
        return
    if not _accepts(value, info, python_type, strict):
        yield FieldFault(path or "body", f"must be {describe(wanted)}; got {_shown(value)}")


def _struct_faults(value: dict[str, Any], info: inspect.StructType, path: str, strict: bool) -> Iterator[FieldFault]:
    fields = {field.encode_name: field for field in info.fields}
    types = {field.encode_name: field.type for field in msgspec.structs.fields(info.cls)}
    prefix = f"{path}." if path else ""
    for name, field in fields.items():
        if name in value:
            yield from _faults(value[name], field.type, types[name], prefix + name, strict)
        elif field.required:
            yield FieldFault(prefix + name, f"is required: {describe(field.type)}")
    if info.forbid_unknown_fields:
        for name in value:
            if name not in fields:
                known = ", ".join(fields)
                yield FieldFault(prefix + name[:_SHOWN_CHARS_MAX], f"is not known here; the fields are: {known}")


def _unwrapped(info: inspect.Type) -> inspect.Type:
    while isinstance(info, inspect.Metadata):
        info = info.type
    return info


def _items_of(info: inspect.Type) -> inspect.Type | None:
    match info:
        case inspect.ListType(item_type=items) | inspect.VarTupleType(item_type=items):
            return items
        case _:
            return None


def _within(length: int, info: inspect.Type) -> bool:
    match info:
        case (
            inspect.ListType(min_length=least, max_length=most)
            | inspect.VarTupleType(min_length=least, max_length=most)
        ):
            return (least or 0) <= length and (most is None or length <= most)
        case _:
            return True


def _accepts(value: object, info: inspect.Type, python_type: object, strict: bool) -> bool:
    if python_type is None:
        return _accepts_plain(value, info)
    try:
        msgspec.convert(value, type=python_type, strict=strict)
    except (msgspec.ValidationError, ValueError):
        return False
    return True


def _accepts_plain(value: Any, info: inspect.Type) -> bool:
    match info:
        case inspect.StrType(min_length=least, max_length=most, pattern=pattern):
            return (
                isinstance(value, str)
                and (least or 0) <= len(value)
                and (most is None or len(value) <= most)
                and (pattern is None or re.search(pattern, value) is not None)
            )
        case inspect.IntType(ge=least, le=most):
            is_number = isinstance(value, int) and not isinstance(value, bool)
            return is_number and (least is None or value >= least) and (most is None or value <= most)
        case inspect.UnionType(types=members):
            return any(_accepts_plain(value, _unwrapped(member)) for member in members)
        case inspect.AnyType():
            return True
        case _:
            return False


def describe(info: inspect.Type) -> str:  # noqa: PLR0911, PLR0912 (one line for each kind of type)
    """What a type accepts, as a noun phrase: `a whole number from 1 to 120`."""
    match _unwrapped(info):
        case inspect.IntType(ge=least, le=most):
            return "a whole number" + _range(least, most)
        case inspect.FloatType(ge=least, le=most):
            return "a number" + _range(least, most)
        case inspect.DateTimeType():
            return "a time with its offset, such as 2026-03-01T19:30:00Z"
        case inspect.BoolType():
            return "true or false"
        case inspect.StrType() as text:
            return _text(info, text)
        case inspect.ListType(item_type=items, min_length=least, max_length=most):
            return "a list" + _range(least, most, " entries") + f", each {describe(items)}"
        case inspect.VarTupleType(item_type=items, min_length=least, max_length=most):
            return "a list" + _range(least, most, " entries") + f", each {describe(items)}"
        case inspect.DictType(value_type=values):
            return f"an object whose values are each {describe(values)}"
        case inspect.EnumType(cls=enum):
            return "one of " + ", ".join(str(member.value) for member in enum)
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(str(value) for value in values)
        case inspect.UnionType(types=types):
            return " or ".join(describe(member) for member in types if not isinstance(member, inspect.NoneType))
        case inspect.StructType(fields=fields):
            return "an object with " + ", ".join(field.encode_name for field in fields)
        case _:
            return "another kind of value"


def _text(info: inspect.Type, text: inspect.StrType) -> str:
    if isinstance(info, inspect.Metadata) and info.extra and "form" in info.extra:
        return str(info.extra["form"])
    return "text" + _range(text.min_length, text.max_length, " characters")


def _range(least: float | None, most: float | None, unit: str = "") -> str:
    match least, most:
        case None, None:
            return ""
        case None, most:
            return f" of at most {most}{unit}"
        case least, None:
            return f" of at least {least}{unit}"
        case _:
            return f" from {least} to {most}{unit}" if not unit else f" of {least} to {most}{unit}"


def _shown(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return str(msgspec.json.encode(value).decode())[:_SHOWN_CHARS_MAX]
        case str():
            quoted = msgspec.json.encode(value).decode()
            return quoted if len(quoted) <= _SHOWN_CHARS_MAX else f"text of {len(value)} characters"
        case list():
            return f"a list of {len(value)}"
        case _:
            return "an object"
