"""What makes one choice of seats better than another, in one place: the search goes by it, and so do its tests.

A choice is judged by, in this order: into how many parts it splits the party; how many single free seats it leaves;
its quality, a length in canvas units that should be small. The quality is the sum over the seats of their distance
from the target (the focal point, or the middle of the seats wanted) and of their drawbacks, each of which weighs like
a quarter of the way to the farthest seat of the house:

- a restricted view: such a seat comes after every unrestricted one that is not a quarter of the house worse;
- strangers at the table;
- a part of one seat: nobody of a party that is split sits alone if they need not;
- near wanted seats, a category that none of them has;
- for an accessible choice, every ordinary seat, and twice for every accessible one: a wheelchair's place is taken once
  where once is enough, and companions' seats come before ordinary ones.

People who come together want to be together more than to be near, so a split party adds, for each of its seats, the
mean over its other parts of how far they are apart from one part, the hub: twice the way between the middles of the
two and, where they are in different sections, as much as a drawback. The hub is the part (with an accessible seat,
where that is asked for) that makes the sum least. Rows behind one another are hardly apart; rather than sit far from
each other, a party goes up to twice that way from the target.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from frontrow.domain.ids import CategoryId, SeatId, SectionId
from frontrow.domain.layout import Seat
from frontrow.domain.seat_groups import SeatGroups

COUNT_MAX = 50
AVAILABLE = ord("a")
APART_FACTOR = 2.0
"""A way between two parts of a party weighs like so much of the way to the target."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How many seats (1 to COUNT_MAX) and which.

    Accessible and companions' seats are kept back unless `accessible` asks for at least one accessible seat.
    `near` are seats of the layout that the choice is to be near, and like; none asks for the best of the house.
    Where `orphans_allowed` is False, a choice that leaves a single free seat is no choice.
    """

    count: int
    category_id: CategoryId | None = None
    section_id: SectionId | None = None
    accessible: bool = False
    near: tuple[SeatId, ...] = ()
    orphans_allowed: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.count <= COUNT_MAX:
            raise ValueError(f"1 to {COUNT_MAX} seats were expected, got {self.count}")

    def admits(self, seat: Seat) -> bool:
        """Whether the seat may be in the choice, if it is free."""
        return (
            (self.category_id is None or seat.category_id == self.category_id)
            and (self.section_id is None or seat.section_id == self.section_id)
            and (self.accessible or not (seat.accessible or seat.companion))
        )


class Cost(NamedTuple):
    """What is against a choice; compares as choices do."""

    parts: int
    orphans: int
    quality: float


@dataclass(frozen=True, slots=True)
class Taste:
    """What a wish makes of the seats of a layout: where they should be, and what is against each."""

    x: float
    y: float
    reluctance: float
    accessible: bool
    liked: frozenset[CategoryId]
    """Categories of the seats wanted; empty where none are."""

    def seat_cost(self, seat: Seat, *, among_strangers: bool) -> float:
        """A seat's share of the quality."""
        drawbacks = int(seat.restricted_view) + int(among_strangers)
        if self.liked and seat.category_id not in self.liked:
            drawbacks += 1
        if self.accessible:
            drawbacks += 2 if seat.accessible else 0 if seat.companion else 1
        return math.hypot(seat.position.x - self.x, seat.position.y - self.y) + drawbacks * self.reluctance

    @property
    def least_drawbacks(self) -> float:
        """What the drawbacks of every choice weigh at least."""
        return 2 * self.reluctance if self.accessible else 0.0

    def part_cost(self, seats: int) -> float:
        """What is against a part of that many seats of a party that is split."""
        return self.reluctance if seats == 1 else 0.0

    def apart(self, hub: "Spot", other: "Spot") -> float:
        """How far a part is from the hub of a party that is split; 0 for the hub itself."""
        way = math.hypot(other.x - hub.x, other.y - hub.y)
        return APART_FACTOR * way + (self.reluctance if other.section_id != hub.section_id else 0.0)


def taste_of(groups: SeatGroups, wish: Wish) -> Taste:
    """The taste of this wish on this layout; KeyError where it is near a seat the layout does not have."""
    near = [groups.seat(seat_id) for seat_id in wish.near]
    x, y = groups.focus.x, groups.focus.y
    if near:
        x = sum(seat.position.x for seat in near) / len(near)
        y = sum(seat.position.y for seat in near) / len(near)
    liked = frozenset(seat.category_id for seat in near)
    return Taste(x=x, y=y, reluctance=groups.reluctance, accessible=wish.accessible, liked=liked)


class Spot(NamedTuple):
    """Where a part is: half way between its first and last seat, and its section."""

    x: float
    y: float
    section_id: SectionId | None


def spot_of(part: Sequence[Seat]) -> Spot:
    """Where the part of these seats, in order, is."""
    first, last = part[0], part[-1]
    x, y = (first.position.x + last.position.x) / 2, (first.position.y + last.position.y) / 2
    return Spot(x, y, first.section_id)


def split_cost(taste: Taste, parts: Sequence[Sequence[Seat]]) -> float:
    """What splitting a party into these parts adds to the quality; 0 for one part."""
    if len(parts) == 1:
        return 0.0
    spots = [spot_of(part) for part in parts]
    hubs = [
        spot
        for spot, part in zip(spots, parts, strict=True)
        if not taste.accessible or any(seat.accessible for seat in part)
    ]
    apart = min(sum(taste.apart(hub, spot) for spot in spots) for hub in hubs)
    return apart * apart_weight(sum(map(len, parts)), len(parts)) + sum(taste.part_cost(len(part)) for part in parts)


def apart_weight(seats: int, parts: int) -> float:
    """How often the quality counts what one part (of two or more) is apart: for each seat, the mean of other parts."""
    return seats / (parts - 1)
