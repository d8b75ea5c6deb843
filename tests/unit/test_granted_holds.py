"""The holds that a process remembers: those granted last, each once."""

from frontrow.adapters.redis.granted_holds import GrantedHolds
from frontrow.domain.ids import HoldId
from tests.support.one_event import seats


def test_only_the_last_are_remembered_and_each_until_it_is_taken() -> None:
    granted = GrantedHolds(holds_max=2)
    for number in (1, 2, 3):
        granted.note(HoldId(f"1-{number}"), seats(f"A{number}"))
    taken = [granted.take(HoldId(f"1-{number}")) for number in (1, 2, 3, 3)]
    assert taken == [None, seats("A2"), seats("A3"), None]


def test_what_a_hold_lists_last_is_what_counts() -> None:
    granted = GrantedHolds(holds_max=2)
    granted.note(HoldId("1-1"), seats("A1"))
    granted.note(HoldId("1-1"), seats("A1 A2"))
    assert granted.take(HoldId("1-1")) == seats("A1 A2")
