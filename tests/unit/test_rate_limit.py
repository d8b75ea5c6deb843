"""Windows of a minute, and the judgement over them: who is counted, how often, and when to come again."""

import random

import pytest
from falcon.testing import create_asgi_req
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter

from frontrow.adapters.rate_windows import WINDOW_MS, RateWindows
from frontrow.domain.ids import UserId
from frontrow.http.client_address import ClientAddresses
from frontrow.http.problems import Code, Refused
from frontrow.http.rate_limit import Gate, PerMinute, RateLimiter, RateLimits
from frontrow.services.callers import ADMIN, INTEGRATOR, Caller
from tests.support.fake_clock import FakeClock

LIMITS = RateLimits(
    user_holds_per_minute=3, user_calls_per_minute=5, address_holds_per_minute=7, address_calls_per_minute=11
)
JOHN = Caller(user_id=UserId("john"))
MARY = Caller(user_id=UserId("mary"))


@pytest.fixture
def clock() -> FakeClock:
    """A clock at the start of a minute."""
    clock = FakeClock()
    clock.advance(WINDOW_MS - clock.now_ms() % WINDOW_MS)
    return clock


@pytest.fixture
def windows(clock: FakeClock) -> RateWindows:
    """Empty windows on that clock."""
    return RateWindows(clock)


@pytest.fixture
def limiter(clock: FakeClock, windows: RateWindows) -> RateLimiter:
    """A limiter with small figures."""
    return limiter_of(LIMITS, windows, clock)


def limiter_of(limits: RateLimits, windows: RateWindows, clock: FakeClock) -> RateLimiter:
    """A limiter over these windows."""
    strategy = SlidingWindowCounterRateLimiter(windows)
    return RateLimiter(limits, strategy=strategy, addresses=ClientAddresses(), clock=clock)


def gate(limiter: RateLimiter, counts_as: str) -> Gate:
    """The gate of a kind that has one."""
    found = limiter.gate(counts_as)  # type: ignore[arg-type]
    assert found is not None
    return found


def passes(gate: Gate, caller: Caller | str) -> int | None:
    """None where a call of this user, or from this address, passes; else the seconds to wait."""
    try:
        if isinstance(caller, Caller):
            gate.admit_user(caller)
        else:
            req = create_asgi_req()
            req.scope["client"] = [caller, 1]
            gate.admit_address(req)
    except Refused as refused:
        assert refused.problem.code is Code.RATE_LIMITED
        return refused.problem.retry_after_s
    return None


def passed(gate: Gate, caller: Caller | str, tries: int = 30) -> int:
    """How many of so many calls pass."""
    return sum(passes(gate, caller) is None for _ in range(tries))


def test_a_user_may_hold_so_often_a_minute_and_each_user_for_itself(limiter: RateLimiter) -> None:
    holds = gate(limiter, "hold")
    assert passed(holds, JOHN) == 3
    assert passed(holds, MARY) == 3


def test_an_address_may_hold_so_often_a_minute_and_each_address_for_itself(limiter: RateLimiter) -> None:
    holds = gate(limiter, "hold")
    assert passed(holds, "192.0.2.1") == 7
    assert passed(holds, "192.0.2.2") == 7


def test_holds_and_other_calls_are_counted_apart(limiter: RateLimiter) -> None:
    assert passed(gate(limiter, "hold"), JOHN) == 3
    assert passed(gate(limiter, "call"), JOHN) == 5
    assert passed(gate(limiter, "hold"), "192.0.2.1") == 7
    assert passed(gate(limiter, "call"), "192.0.2.1") == 11


def test_a_user_named_like_an_address_is_somebody_else(limiter: RateLimiter) -> None:
    assert passed(gate(limiter, "call"), "192.0.2.1") == 11
    assert passed(gate(limiter, "call"), Caller(user_id=UserId("192.0.2.1"))) == 5


@pytest.mark.parametrize("role", [ADMIN, INTEGRATOR])
def test_who_acts_for_many_users_has_the_figures_of_an_address(limiter: RateLimiter, role: str) -> None:
    agent = Caller(user_id=UserId("shop"), roles=frozenset({role}))
    assert passed(gate(limiter, "hold"), agent) == 7
    assert passed(gate(limiter, "call"), agent) == 11


def test_what_counts_as_nothing_is_not_limited(limiter: RateLimiter) -> None:
    assert limiter.gate("none") is None


def test_over_the_end_of_a_minute_no_more_pass_than_in_any_other(limiter: RateLimiter, clock: FakeClock) -> None:
    calls = gate(limiter, "call")
    clock.advance(59_000)
    assert passed(calls, JOHN) == 5
    clock.advance(1_000)
    assert passed(calls, JOHN) == 0
    clock.advance(1)
    assert passed(calls, JOHN) == 1
    clock.advance(12_000)
    assert passed(calls, JOHN) == 1
    clock.advance(WINDOW_MS * 2)
    assert passed(calls, JOHN) == 5


def test_who_asks_again_at_the_told_second_passes_and_not_a_second_before() -> None:
    luck = random.Random(20261121)
    for _ in range(300):
        clock = FakeClock()
        limit = luck.choice([1, 2, 3, 10, 120])
        limits = RateLimits(user_calls_per_minute=limit)
        calls = gate(limiter_of(limits, RateWindows(clock), clock), "call")
        for _ in range(luck.randint(1, 4)):
            clock.advance(luck.randint(0, 70_000))
            passed(calls, JOHN, luck.randint(1, 2 * limit))
        passed(calls, JOHN, 2 * limit + 1)
        wait_s = passes(calls, JOHN)
        assert wait_s is not None
        assert 1 <= wait_s <= 61
        clock.advance((wait_s - 1) * 1000)
        assert wait_s == 1 or passes(calls, JOHN) is not None
        clock.advance(1000)
        assert passes(calls, JOHN) is None


def test_the_wait_is_right_where_other_processes_counted_past_the_limit(windows: RateWindows, clock: FakeClock) -> None:
    calls = gate(limiter_of(LIMITS, windows, clock), "call")
    windows.incr("calls/user/john/5/1/minute", 60, amount=10)
    wait_s = passes(calls, JOHN)
    assert wait_s == 60 + 30 + 1
    clock.advance(wait_s * 1000 - 1000)
    assert passes(calls, JOHN) is not None
    clock.advance(1000)
    assert passes(calls, JOHN) is None


def test_refusals_are_logged_once_a_minute_with_their_number(
    limiter: RateLimiter, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = gate(limiter, "call")
    passed(calls, JOHN, 105)
    clock.advance(60_000)
    passed(calls, JOHN, 105)
    lines = [line for line in capsys.readouterr().out.splitlines() if "rate_limited" in line]
    assert len(lines) == 2
    assert "john" not in "".join(lines)


def test_counters_are_bounded_and_the_oldest_go_first(clock: FakeClock) -> None:
    windows = RateWindows(clock, counters_max=100)
    for number in range(1_000):
        assert windows.acquire_sliding_window_entry(f"calls/address/{number}", 1, 60)
    assert 90 < windows.counters <= 100
    assert not windows.acquire_sliding_window_entry("calls/address/999", 1, 60)
    assert windows.acquire_sliding_window_entry("calls/address/0", 1, 60)
    clock.advance(WINDOW_MS)
    for number in range(1_000):
        windows.acquire_sliding_window_entry(f"calls/address/{number}", 1, 60)
    assert 180 < windows.counters <= 200
    clock.advance(WINDOW_MS * 2)
    assert windows.get("calls/address/999") == 0
    assert windows.counters == 0


@pytest.mark.parametrize("step_ms", [-3_600_000, -WINDOW_MS, 3_600_000])
def test_a_clock_that_is_set_refuses_nobody(clock: FakeClock, limiter: RateLimiter, step_ms: int) -> None:
    calls = gate(limiter, "call")
    passed(calls, JOHN)
    clock.advance(step_ms)
    assert passed(calls, JOHN) == 5


def test_the_librarys_other_calls_work_on_these_windows(windows: RateWindows, clock: FakeClock) -> None:
    fixed = FixedWindowRateLimiter(windows)
    assert windows.check()
    assert [windows.incr("a", 60), windows.incr("a", 60, 2), windows.get("a")] == [1, 3, 3]
    assert windows.get_expiry("a") * 1000 == clock.now_ms() + WINDOW_MS
    windows.clear_sliding_window("a", 60)
    assert windows.get("a") == 0
    windows.incr("b", 60)
    assert windows.reset() == 1
    assert fixed.storage is windows


@pytest.mark.parametrize("who", ["john", "192.0.2.1", "2001:db8::/64", "a/b", "ünï", "%", ""])
def test_counters_are_named_as_the_library_names_them(who: str) -> None:
    plain = RateLimitItemPerMinute(120, namespace="holds/user")
    assert PerMinute(120, "holds/user").key_for(who) == plain.key_for(who)
