"""The forms of identifiers."""

import pytest

from frontrow.domain.ids import USER_ID_BYTES_MAX, UserId, capped_as, is_user_id


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
