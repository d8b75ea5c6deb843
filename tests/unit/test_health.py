"""Readiness: which figures of the sweeping make it `degraded`, and which stores `not_ready`."""

import asyncio
from types import SimpleNamespace

import msgspec
import pytest

from frontrow.domain.errors import StoreUnavailable
from frontrow.http.draining import Draining
from frontrow.http.health import Readiness, ready
from frontrow.http.operation import Answer, Call, NoBody, NoQuery
from frontrow.services.sweeping import LAG_MS_MAX, SweepFigures

WELL = SweepFigures(
    last_pass_at_ms=1_771_588_800_021,
    lag_ms=0,
    swept_seats=7,
    failures=3,
    last_failure_at_ms=None,
    failing_events=0,
    events_known=2,
)


async def up() -> None:
    await asyncio.sleep(0)


async def down() -> None:
    raise StoreUnavailable("away")


async def readiness(
    figures: SweepFigures, *, store_is_up: bool = True, is_draining: bool = False
) -> tuple[int, Readiness]:
    """The answer with these figures and stores."""
    draining = Draining()
    if is_draining:
        draining.begin()
    services = SimpleNamespace(
        probes={"holdStore": up if store_is_up else down, "ledger": up},
        sweep_figures=lambda: figures,
        draining=draining,
    )
    answer = await ready(services, Call({}, NoBody(), NoQuery()))  # type: ignore[arg-type]
    assert isinstance(answer, Answer)
    assert isinstance(answer.body, Readiness)
    return answer.status or 200, answer.body


async def test_failures_that_were_made_good_leave_the_server_ready() -> None:
    status, body = await readiness(WELL)
    assert (status, body.status, body.sweep.state) == (200, "ready", "up")
    assert msgspec.to_builtins(body.sweep) == {
        "state": "up",
        "lagMs": 0,
        "sweptSeats": 7,
        "failures": 3,
        "failingEvents": 0,
        "lastPassAt": "2026-02-20T12:00:00.021Z",
    }


@pytest.mark.parametrize("change", [{"failing_events": 1}, {"lag_ms": LAG_MS_MAX + 1}], ids=str)
async def test_sweeping_that_fails_or_lags_is_degraded_and_goes_on_serving(change: dict[str, int]) -> None:
    status, body = await readiness(msgspec.structs.replace(WELL, **change))
    assert (status, body.status, body.sweep.state) == (200, "degraded", "degraded")


async def test_a_passing_lag_is_none_to_speak_of() -> None:
    status, body = await readiness(msgspec.structs.replace(WELL, lag_ms=LAG_MS_MAX))
    assert (status, body.status) == (200, "ready")


async def test_a_store_that_is_away_is_not_ready_whatever_the_sweeping_says() -> None:
    for figures in (WELL, msgspec.structs.replace(WELL, failing_events=1)):
        status, body = await readiness(figures, store_is_up=False)
        assert (status, body.status) == (503, "not_ready")


@pytest.mark.parametrize("store_is_up", [True, False])
async def test_a_process_that_is_about_to_stop_says_so_first(store_is_up: bool) -> None:
    status, body = await readiness(WELL, store_is_up=store_is_up, is_draining=True)
    assert (status, body.status) == (503, "draining")
    assert {name: health.state for name, health in body.stores.items()} == {
        "holdStore": "up" if store_is_up else "down",
        "ledger": "up",
    }
