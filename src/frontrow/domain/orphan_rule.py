"""The orphan rule: what has to be looked at so that a hold leaves no single free seat that nobody would buy.

A seat is left single when it is free and both its neighbours in its block are not (an end of the block counts as not
free). Which seats are free is the store's to say, at the moment of taking: this names only what to look at.
"""

from collections.abc import Collection

from frontrow.domain.hold import OrphanCheck
from frontrow.domain.ids import SeatId
from frontrow.domain.rows import Rows


def orphan_checks(rows: Rows, seat_ids: Collection[SeatId]) -> tuple[OrphanCheck, ...]:
    """The seats that a hold of `seat_ids` could leave single, each with its neighbours.

    Only direct neighbours of wanted seats are named, each once, in the order of the wanted seats: a seat that was
    single before is not the hold's fault. At most two for each wanted seat; none for seats at tables.
    """
    wanted = seat_ids if isinstance(seat_ids, (set, frozenset)) else set(seat_ids)
    checks: dict[SeatId, OrphanCheck] = {}
    for seat_id in seat_ids:
        at = rows.place_of.get(seat_id)
        if at is None:
            continue
        block, place = rows.blocks[at[0]].seat_ids, at[1]
        for step in (-1, 1):
            beside, beyond = place + step, place + 2 * step
            if not 0 <= beside < len(block) or block[beside] in wanted:
                continue
            far = block[beyond] if 0 <= beyond < len(block) else None
            if far is not None and far in wanted:
                checks[block[beside]] = OrphanCheck(block[beside], (seat_id, far))
            else:
                checks[block[beside]] = OrphanCheck(block[beside], (seat_id,), far)
    return tuple(checks.values())
