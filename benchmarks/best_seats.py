"""Best four seats together: picks per second in half-sold arenas of any size, against one plain look at every seat.

The floor does what a pick that looks at each seat has to do, and nothing else: one pass over the seats for the free one
nearest to the stage. A pick does more and looks at less: rows from the stage outwards, until no other can be better.
`python -m benchmarks.best_seats` prints how a pick's time grows with the house.
"""

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import median, quantiles

from benchmarks.scenario import Scenario
from frontrow.domain.ids import CategoryId, LayoutId, SeatId, SectionId
from frontrow.domain.layout import Category, Layout, Point, Seat
from frontrow.domain.layout_index import index_layout
from frontrow.domain.picking import pick
from frontrow.domain.picking_cost import Wish
from frontrow.domain.seat_groups import SeatGroups, seat_groups_of
from frontrow.domain.venues.arena import arena

COUNT = 4
HOUSES = 25
"""Different halves sold: a single one may happen to have four free seats in the very first row."""
PICKS_PER_ROUND = 2_000
FLOOR_PASSES_PER_ROUND = 50
SIZES = (1_000, 5_000, 10_000, 20_000, 50_000)
_ROW_SEATS = 25
_SECTION_ROWS = 20
_PITCH, _ROW_PITCH, _SECTION_GAP = 20.0, 23.0, 60.0


@asynccontextmanager
async def opened() -> AsyncIterator[Scenario]:
    """The demo's arena of 12,132 seats, half of them sold at random."""
    groups = seat_groups_of(index_layout(arena(), 1))
    houses = [half_sold(len(groups.seats), seed) for seed in range(HOUSES)]
    yield Scenario(
        name="best four seats",
        floor_name="one pass over all seats for the nearest free one",
        subject_name=f"{COUNT} together in a half-sold arena of {len(groups.seats):,}",
        aim=10,
        floor=lambda: asyncio.to_thread(_passes, groups, houses),
        subject=lambda: asyncio.to_thread(_picks, groups, houses),
    )


def half_sold(seats: int, seed: int) -> bytes:
    """States of a house of that many seats, each sold or free by the toss of a coin."""
    return bytes(random.Random(seed).choices(b"ab", k=seats))


def _picks(groups: SeatGroups, houses: Sequence[bytes]) -> float:
    wish = Wish(COUNT)
    started = time.perf_counter()
    for turn in range(PICKS_PER_ROUND):
        assert pick(groups, houses[turn % HOUSES], wish) is not None
    return PICKS_PER_ROUND / (time.perf_counter() - started)


def _passes(groups: SeatGroups, houses: Sequence[bytes]) -> float:
    focus, seats = groups.focus, groups.seats
    started = time.perf_counter()
    for turn in range(FLOOR_PASSES_PER_ROUND):
        states = houses[turn % HOUSES]
        min(
            math.hypot(seat.position.x - focus.x, seat.position.y - focus.y)
            for seat, state in zip(seats, states, strict=True)
            if state == ord("a")
        )
    return FLOOR_PASSES_PER_ROUND / (time.perf_counter() - started)


def big_house(seats: int) -> Layout:
    """Sections of 500 seats, 25 a row, side by side in front of a stage: as many as there are to be seats."""
    sections = -(-seats // (_ROW_SEATS * _SECTION_ROWS))
    across = math.ceil(math.sqrt(sections))
    width, depth = _ROW_SEATS * _PITCH + _SECTION_GAP, _SECTION_ROWS * _ROW_PITCH + _SECTION_GAP
    drawn = [
        Seat(
            id=SeatId(f"{section}-{row}-{place}"),
            position=Point(section % across * width + place * _PITCH, section // across * depth + row * _ROW_PITCH),
            category_id=CategoryId("seat"),
            row_label=str(row),
            seat_number=place,
            section_id=SectionId(str(section)),
        )
        for section in range(sections)
        for row in range(_SECTION_ROWS)
        for place in range(_ROW_SEATS)
    ]
    return Layout(
        id=LayoutId("big-house"),
        name="Big house",
        canvas_w=across * width,
        canvas_h=across * depth,
        categories=(Category(CategoryId("seat"), "Seat", "#2F80ED", 50),),
        seats=tuple(drawn[:seats]),
        focal_point=Point(across * width / 2, -100),
    )


def growth() -> None:
    """Print how much processor time a pick takes in houses of SIZES, half sold and nearly sold out."""
    print(f"{'seats':>8} {'sold':>5} {'count':>5} {'median ms':>10} {'p99 ms':>8}")
    for size in SIZES:
        groups = seat_groups_of(index_layout(big_house(size), 1))
        for sold, count in ((0.5, COUNT), (0.5, 2), (0.9, COUNT), (0.5, 20)):
            took_ms = []
            for seed in range(200):
                states = bytes(random.Random(seed).choices(b"ab", (1 - sold, sold), k=size))
                started = time.thread_time()
                assert pick(groups, states, Wish(count)) is not None
                took_ms.append(1000 * (time.thread_time() - started))
            print(f"{size:>8,} {sold:>5.0%} {count:>5} {median(took_ms):>10.3f} {quantiles(took_ms, n=100)[98]:>8.3f}")


if __name__ == "__main__":
    growth()
