"""The forms of identifiers."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from frontrow.domain.ids import USER_ID_BYTES_MAX, UserId, capped_as, event_number_of, is_user_id, new_made_id


@pytest.mark.parametrize("text", ["a", "4711", "ünï:%{}*", "a b", "u" * USER_ID_BYTES_MAX])
def test_a_user_id_is_any_short_text(text: str) -> None:
    assert is_user_id(text)


@pytest.mark.parametrize("text", ["", "u" * (USER_ID_BYTES_MAX + 1), "é" * 128, "a\0b", "\ud800", "\udcff"])
def test_a_user_id_is_not_empty_nor_long_and_can_be_written_as_utf_8(text: str) -> None:
    assert not is_user_id(text)


@pytest.mark.parametrize(
    ("user", "capped"),
    [
        ("ann", "ann"),
        ("a:b:c", "a:b:c"),
        ("guest-5nYy", "guest-5nYy"),
        ("guest:s", "guest:s"),
        ("guest:s:ann", "guest:s"),
        ("guest:s::", "guest:s"),
        ("guest:s:ann:of:guest:t", "guest:s"),
    ],
)
def test_a_guest_session_has_one_cap_whatever_names_are_said_in_it(user: str, capped: str) -> None:
    assert capped_as(UserId(user)) == capped


def _made(count: int) -> list[str]:
    return [new_made_id(7) for _ in range(count)]


def test_made_ids_name_their_event_and_are_given_once_whatever_threads_ask_for_them() -> None:
    with ThreadPoolExecutor(4) as threads:
        made = [one for some in threads.map(_made, [2_000] * 4) for one in some]
    assert len(set(made)) == 8_000
    assert {event_number_of(one) for one in made} == {7}


def test_a_forked_process_makes_other_ids_than_its_parent() -> None:
    before = new_made_id(7)  # so that the parent has drawn some, which a fork copies
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as children:
        theirs = children.submit(_made, 600).result()
    assert not set(theirs) & {before, *_made(600)}
