"""The search for an order, on a register that anybody may read and write: what it explains, and what it must not."""

import itertools
from collections.abc import Iterator
from functools import partial
from random import Random

import pytest

from tests.chaos.checker.linearizing import Broken, Need, Step, Undecided, broken_step


def _wrote(value: str, state: str) -> Iterator[str]:
    del state
    yield value


def _saw(value: str, state: str) -> Iterator[str]:
    if state == value:
        yield state


def write(value: str, began: int, ended: int | None, need: Need = Need.MUST) -> Step[str]:
    return Step(f"write {value}", need, began, ended, partial(_wrote, value))


def read(value: str, began: int, ended: int) -> Step[str]:
    return Step(f"read {value}", Need.READ, began, ended, partial(_saw, value))


def test_what_is_read_after_a_write_is_what_was_written() -> None:
    assert broken_step("0", [write("1", 1, 2), read("1", 3, 4)]) is None


def test_an_old_value_after_a_write_that_had_ended_is_explained_by_nothing() -> None:
    found = broken_step("0", [write("1", 1, 2), read("0", 3, 4)])
    assert isinstance(found, Broken)
    assert (found.step.name, found.states) == ("read 0", ("1",))


def test_while_a_write_is_under_way_either_value_may_be_read_but_never_the_old_one_after_the_new_one() -> None:
    assert broken_step("0", [write("1", 1, 9), read("0", 2, 3), read("1", 4, 5)]) is None
    assert isinstance(broken_step("0", [write("1", 1, 9), read("1", 2, 3), read("0", 4, 5)]), Broken)


def test_a_read_between_two_concurrent_writes_puts_them_in_order() -> None:
    both = [write("1", 1, 10), write("2", 1, 10)]
    assert broken_step("0", [*both, read("1", 2, 4), read("2", 5, 6), read("2", 11, 12)]) is None
    assert isinstance(broken_step("0", [*both, read("1", 2, 4), read("2", 5, 6), read("1", 11, 12)]), Broken)


def test_a_write_that_was_never_answered_may_have_taken_place_or_not_or_late() -> None:
    lost = write("1", 1, None, Need.MAY)
    assert broken_step("0", [lost, read("0", 2, 3)]) is None
    assert broken_step("0", [lost, read("0", 2, 3), read("1", 4, 5)]) is None
    assert broken_step("0", [lost, write("2", 6, 7), read("2", 8, 9), read("1", 10, 11)]) is None


def test_a_write_that_was_never_answered_takes_place_once_and_not_after_its_end() -> None:
    lost = write("1", 1, None, Need.MAY)
    again = [lost, read("1", 2, 3), write("2", 4, 5), read("1", 6, 7)]
    assert isinstance(broken_step("0", again), Broken)
    assert isinstance(broken_step("0", [write("1", 1, 2, Need.MAY), write("2", 3, 4), read("1", 5, 6)]), Broken)


def test_weather_may_come_again_while_it_lasts() -> None:
    storm = write("1", 1, 10, Need.WEATHER)
    assert broken_step("0", [storm, read("1", 2, 3), write("2", 4, 5), read("1", 6, 7)]) is None
    assert isinstance(broken_step("0", [storm, write("2", 11, 12), read("1", 13, 14)]), Broken)


def test_a_search_that_outgrows_its_bound_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.chaos.checker.linearizing.COMPARISONS_MAX", 10)
    many = [write(str(number), 1, None, Need.MAY) for number in range(20)]
    assert broken_step("0", [*many, write("end", 2, 3)]) == Undecided("write end")


def test_a_search_ends_where_each_of_many_lost_calls_may_have_had_the_same_effect() -> None:
    """Every set of them explains what is read: few states, and more ways to each of them than can be gone through."""
    lost = [write(str(number % 6), 1, None, Need.MAY) for number in range(60)]
    reads = [read(str(number % 6), 2 * number + 2, 2 * number + 3) for number in range(12)]
    assert isinstance(broken_step("0", [*lost, *reads]), Undecided)


@pytest.mark.parametrize("seed", range(8))
def test_it_finds_an_order_exactly_where_trying_every_order_finds_one(seed: int) -> None:
    random = Random(seed)
    for _ in range(40):
        steps = []
        for _ in range(random.randint(2, 5)):
            began = random.randint(0, 12)
            ended = began + random.randint(1, 6)
            value = random.choice("012")
            match random.choice(["read", "write", "lost write"]):
                case "read":
                    steps.append(read(value, began, ended))
                case "write":
                    steps.append(write(value, began, ended))
                case _:
                    steps.append(write(value, began, ended, Need.MAY))
        assert (broken_step("0", steps) is None) is _has_order(steps), [
            (it.name, it.began_ns, it.ended_ns) for it in steps
        ]


def _has_order(steps: list[Step[str]]) -> bool:
    """By trying every subset of what may be left out, in every order that time allows."""
    optional = [it for it in steps if it.need is Need.MAY]
    for count in range(len(optional) + 1):
        for left_out in itertools.combinations(optional, count):
            taken = [it for it in steps if it not in left_out]
            if any(_explains(order) for order in itertools.permutations(taken)):
                return True
    return False


def _explains(order: tuple[Step[str], ...]) -> bool:
    state, began = "0", 0
    for step in order:
        began = max(began, step.began_ns)
        if step.ended_ns is not None and step.ended_ns < began:
            return False
        after = next(iter(step.apply(state)), None)
        if after is None:
            return False
        state = after
    return True
