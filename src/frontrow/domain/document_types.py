"""What the types of a document's members are, seen through annotations, new names and options."""

from types import NoneType, UnionType
from typing import Annotated, Any, NewType, Union, get_args, get_origin

import msgspec


def bare_type(kind: Any) -> Any:
    """The type without its annotations and new names."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif isinstance(kind, NewType):
            kind = kind.__supertype__
        else:
            return kind


def is_struct(bare: Any) -> bool:
    """Whether a bare type is a struct."""
    return isinstance(bare, type) and issubclass(bare, msgspec.Struct)


def any_tuple(kind: Any) -> Any:
    """The tuple type with its bounds on the length but any elements."""
    plain = tuple[Any, ...]
    return Annotated[(plain, *kind.__metadata__)] if get_origin(kind) is Annotated else plain


def without_null(bare: Any) -> Any | None:
    """The struct or tuple of an optional one, else None."""
    if get_origin(bare) not in (Union, UnionType):
        return None
    variants = (variant for variant in get_args(bare) if variant is not NoneType)
    return next((v for v in variants if is_struct(bare_type(v)) or get_origin(bare_type(v)) is tuple), None)
