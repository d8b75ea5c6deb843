"""Walking through a list that is answered a page at a time."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from frontrow.client.exchange import Flow

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Page(Protocol[T_co]):
    """Some items, and where the next page begins; None on the last one."""

    @property
    def items(self) -> tuple[T_co, ...]:
        """The items."""
        ...

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins."""
        ...


def pages(read: Callable[[str | None], Flow[Page[T]]]) -> Iterator[Flow[tuple[T, ...]]]:
    """One flow for each page's items. Each must have been carried out before the next one is asked for."""
    cursors: list[str | None] = [None]

    def items() -> Flow[tuple[T, ...]]:
        page = yield from read(cursors.pop())
        if page.next_cursor is not None:
            cursors.append(page.next_cursor)
        return page.items

    while cursors:
        yield items()
