"""Guest sessions: known again for a day, and by nothing but a cookie made with the very key."""

import pytest

from frontrow.domain.ids import UserId
from frontrow.http.guest_sessions import GUEST_SESSION_MS, Guest, GuestSessions, acting_as
from frontrow.http.problems import Code, Problem
from frontrow.services.callers import Caller
from tests.support.fake_clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sessions(clock: FakeClock) -> GuestSessions:
    return GuestSessions(b"a key of 32 bytes for these tests", clock)


def test_a_guest_is_known_by_its_cookie_until_a_day_has_passed(sessions: GuestSessions, clock: FakeClock) -> None:
    guest, cookie = sessions.begin()
    clock.advance(GUEST_SESSION_MS - 1)
    assert sessions.known(cookie) == guest
    clock.advance(1)
    assert sessions.known(cookie) is None


def test_every_session_is_another_guest_without_roles(sessions: GuestSessions) -> None:
    guests = [sessions.begin()[0] for _ in range(100)]
    assert len({guest.user_id for guest in guests}) == 100
    assert all(guest.user_id.startswith("guest:") and not guest.roles for guest in guests)


def test_a_cookie_of_another_key_is_nobodys(sessions: GuestSessions, clock: FakeClock) -> None:
    _, foreign = GuestSessions(b"another key of 32 bytes, foreign!", clock).begin()
    assert sessions.known(foreign) is None


@pytest.mark.parametrize("place", range(0, 77, 4))
def test_a_cookie_changed_anywhere_is_nobodys(place: int, sessions: GuestSessions) -> None:
    _, cookie = sessions.begin()
    assert len(cookie) == 77
    changed = cookie[:place] + ("A" if cookie[place] != "A" else "B") + cookie[place + 1 :]
    assert sessions.known(changed) is None


@pytest.mark.parametrize("text", [None, "", ".", "a.b.c", "é" * 77, "A" * 22 + ".99999999999999." + "A" * 43])
def test_what_is_no_cookie_is_nobodys(text: str | None, sessions: GuestSessions) -> None:
    assert sessions.known(text) is None


def test_a_label_is_a_user_inside_its_session(sessions: GuestSessions) -> None:
    guest, _ = sessions.begin()
    acting = acting_as(guest, "john:123")
    assert acting == Guest(user_id=UserId(f"{guest.user_id}:john:123"))
    assert acting_as(guest, None) is guest


def test_a_label_has_bounds(sessions: GuestSessions) -> None:
    guest, _ = sessions.begin()
    assert isinstance(acting_as(guest, "x" * 128), Guest)
    for label in ("", "x" * 129, "a\0b", "a\x1b[2Jb", "john\x7f", "🎭" * 64):
        refused = acting_as(guest, label)
        assert isinstance(refused, Problem)
        assert refused.code is Code.VALIDATION_FAILED
        assert [fault.field for fault in refused.errors] == ["userId"]


def test_a_bearer_of_a_token_names_nobody_else(sessions: GuestSessions) -> None:
    caller = Caller(user_id=UserId("ann"))
    assert acting_as(caller, "ann") is caller
    assert acting_as(caller, None) is caller
    refused = acting_as(caller, "bob")
    assert isinstance(refused, Problem)
    assert refused.code is Code.ROLE_MISSING
