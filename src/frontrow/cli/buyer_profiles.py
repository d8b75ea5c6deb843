"""The kinds of people among the demo's simulated buyers: what each wants, how long it looks and how often it buys."""

from dataclasses import dataclass
from enum import Enum, auto

Range = tuple[float, float]
"""From and to, both included."""


class Wish(Enum):
    """What makes a seat a good one."""

    FRONT = auto()
    """As near to the stage as can be, at whatever end of the row."""
    BEST = auto()
    """Nearest to the point that every seat looks at: what most people want, so that they get in each other's way."""
    TABLE = auto()
    """A whole table; in a house without tables, the best seats."""
    ANYWHERE = auto()


@dataclass(frozen=True)
class Profile:
    """One kind of buyer. Shares are probabilities, except `weight`, which is relative to the other profiles'."""

    name: str
    weight: int
    wish: Wish
    party_sizes: tuple[int, ...]
    looks: tuple[int, int]
    """How often it looks at the map before it decides."""
    look_s: Range
    seat_by_seat: bool = False
    """Clicks one seat after the other, instead of taking all at once."""
    swaps_share: float = 0.0
    """How probably it exchanges a seat for the one at the other end of its party."""
    alternatives_max: int = 2
    """How often it takes what is suggested instead of seats that others were faster to take."""
    pay_s: Range = (5.0, 20.0)
    """Filling in the form; also how long seats are kept that are given back in the end."""
    books_share: float = 0.6


PROFILES = (
    Profile("couple", 5, Wish.BEST, (2,), (1, 3), (0.8, 3.5), seat_by_seat=True, swaps_share=0.25, books_share=0.65),
    Profile(
        "fan", 3, Wish.FRONT, (1, 1, 2), (1, 1), (0.2, 1.2), alternatives_max=4, pay_s=(4.0, 10.0), books_share=0.8
    ),
    Profile("group", 2, Wish.BEST, (3, 4, 4, 5, 6), (2, 4), (1.5, 5.0), swaps_share=0.15, pay_s=(8.0, 25.0)),
    Profile("alone", 2, Wish.BEST, (1,), (1, 2), (0.8, 3.0), alternatives_max=3, swaps_share=0.1, books_share=0.7),
    Profile("table party", 2, Wish.TABLE, (4, 6), (2, 4), (1.0, 4.0), pay_s=(6.0, 22.0)),
    Profile(
        "window shopper",
        3,
        Wish.ANYWHERE,
        (1, 2, 3),
        (2, 5),
        (1.0, 4.0),
        seat_by_seat=True,
        swaps_share=0.5,
        alternatives_max=0,
        pay_s=(2.0, 9.0),
        books_share=0.08,
    ),
)
"""The crowd. The numbers are chosen so that a map lives at a glance and nobody holds seats for minutes."""
