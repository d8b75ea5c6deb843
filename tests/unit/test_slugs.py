"""Ids made from labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.ids import is_chosen_id
from frontrow.domain.slugs import UniqueIds, slug


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Goal Stand 4", "Goal-Stand-4"),
        ("  Loge / gauche  ", "Loge-gauche"),
        ("Théâtre Français", "Theatre-Francais"),
        ("A.1_b", "A.1_b"),
        ("№ 7", "No-7"),
        ("Ложа", "u41b43e436430"),
        ("---", ""),
        ("..", ""),
        ("/./", ""),
        ("...", "..."),
        ("★", ""),
        ("", ""),
    ],
)
def test_labels_become_readable_ids(text: str, made: str) -> None:
    assert slug(text) == made


@given(text=st.text(max_size=100), length_max=st.integers(1, 64))
def test_a_slug_is_empty_or_an_id_no_longer_than_asked(text: str, length_max: int) -> None:
    made = slug(text, length_max=length_max)
    assert not made or (is_chosen_id(made) and len(made) <= length_max)


@given(wanted=st.lists(st.sampled_from(["a", "a-2", "b", "x" * 64, "x" * 63 + "y"]), max_size=40))
def test_ids_taken_are_all_different_and_the_first_of_each_kind_is_kept(wanted: list[str]) -> None:
    ids = UniqueIds()
    taken = [ids.take(one) for one in wanted]
    assert len(set(taken)) == len(taken)
    assert all(is_chosen_id(one) for one in taken)
    assert ids.renamed == sum(one != given for one, given in zip(taken, wanted, strict=True))
