"""What a method shows of itself in `help()` and in editors that ask at run time: the call it sends, with a `self`."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, get_args, get_origin

from frontrow.client.watching import SeatUpdate, Watching

M = TypeVar("M", bound=Callable[..., object])


def named_as(call: Callable[..., object], many: type = Iterator) -> Callable[[M], M]:
    """A decorator that gives a method the name, the docstring and the parameters of the call it carries out.

    Args:
        many: what a list that is read page by page is answered as: Iterator or AsyncIterator.
    """

    def named(method: M) -> M:
        signature = inspect.signature(call)
        own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        answer = _answer_of(signature.return_annotation, many)
        method.__name__ = method.__qualname__ = getattr(call, "__name__", "call")
        method.__doc__ = call.__doc__
        method.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[own, *signature.parameters.values()], return_annotation=answer
        )
        return method

    return named


def _answer_of(annotation: Any, many: type) -> object:
    """The T of a Flow[T]; for pages of it, the many T there are; for a stream, its updates."""
    if annotation is Watching:
        return many[SeatUpdate]  # type: ignore[index]
    if get_origin(annotation) is Iterator:
        [flow] = get_args(annotation)
        return many[get_args(get_args(flow)[2])[0]]  # type: ignore[index]
    return get_args(annotation)[2]
