"""Picking by trying everything: slow, short, and by the same cost. For small plans only."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from frontrow.domain.ids import SeatId
from frontrow.domain.layout import Seat
from frontrow.domain.picking_cost import Cost, Wish, split_cost, taste_of
from frontrow.domain.seat_groups import GroupKind, SeatGroups


def best_cost(groups: SeatGroups, states: bytes, wish: Wish) -> Cost | None:
    """The least cost of all choices; None where there is none."""
    return min(_costs(groups, states, wish), default=None)


def cost_of(groups: SeatGroups, states: bytes, wish: Wish, seat_ids: Sequence[SeatId]) -> Cost | None:
    """What is against this very choice; None where it is none."""
    taken = sorted(groups.index_of[seat_id] for seat_id in seat_ids)
    return _cost(groups, states, wish, taken)


def single_seats(groups: SeatGroups, states: bytes) -> set[SeatId]:
    """Free seats of blocks with no free seat beside them."""
    found = set()
    for group in groups.groups:
        if group.kind is not GroupKind.BLOCK:
            continue
        free = [states[index] == ord("a") for index in group.indexes]
        for place, index in enumerate(group.indexes):
            beside = (*free[max(0, place - 1) : place], *free[place + 1 : place + 2])
            if free[place] and not any(beside):
                found.add(groups.seat_ids[index])
    return found


def after(states: bytes, taken: Sequence[int]) -> bytes:
    """The states when these seats are taken too."""
    letters = bytearray(states)
    for index in taken:
        letters[index] = ord("h")
    return bytes(letters)


def _costs(groups: SeatGroups, states: bytes, wish: Wish) -> Iterator[Cost]:
    seats = groups.seats
    free = [n for n, seat in enumerate(seats) if states[n] == ord("a") and wish.admits(seat)]
    for taken in combinations(free, wish.count):
        cost = _cost(groups, states, wish, taken)
        if cost is not None and (wish.orphans_allowed or cost.orphans == 0):
            yield cost


def _cost(groups: SeatGroups, states: bytes, wish: Wish, taken: Sequence[int]) -> Cost | None:
    seats, taste = groups.seats, taste_of(groups, wish)
    if wish.accessible and not any(seats[index].accessible for index in taken):
        return None
    parts: list[list[Seat]] = []
    quality = 0.0
    for group in groups.groups:
        chosen = set(group.indexes) & set(taken)
        if not chosen:
            continue
        if group.kind is GroupKind.BLOCK:
            places: Sequence[int] = group.indexes
        else:
            places = [index for index in group.indexes if states[index] == ord("a") and wish.admits(seats[index])]
        found = _side_by_side(places, chosen)
        if group.kind is not GroupKind.BLOCK and len(found) > 1:
            return None
        if group.kind is GroupKind.WHOLE_TABLE and not (chosen == set(group.indexes) == set(taken)):
            return None
        parts += [[seats[index] for index in part] for part in found]
        is_shared = group.kind is not GroupKind.BLOCK and any(states[index] != ord("a") for index in group.indexes)
        quality += sum(taste.seat_cost(seats[index], among_strangers=is_shared) for index in chosen)
    left_single = single_seats(groups, after(states, taken)) - single_seats(groups, states)
    return Cost(len(parts), len(left_single), quality + split_cost(taste, parts))


def _side_by_side(places: Sequence[int], chosen: set[int]) -> list[list[int]]:
    parts: list[list[int]] = []
    is_open = False
    for index in places:
        if index in chosen:
            if is_open:
                parts[-1].append(index)
            else:
                parts.append([index])
        is_open = index in chosen
    return parts
