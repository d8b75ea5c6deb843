"""Reading what the parts of one process have counted, as metrics."""

from collections.abc import Callable
from dataclasses import dataclass, field

from frontrow import __version__
from frontrow.adapters.redis.measures import StoreMeasures
from frontrow.adapters.sql.measures import LedgerMeasures
from frontrow.http.request_measures import RequestMeasures
from frontrow.measures import Spreads
from frontrow.metrics import families, process
from frontrow.metrics.family import Family, Readings
from frontrow.services.clock_watch import ClockWatch
from frontrow.services.counts import Counts
from frontrow.services.notice_delivery import NoticeDelivery
from frontrow.services.seat_measures import SeatMeasures
from frontrow.services.sweeping import Sweeper
from frontrow.services.warming import Warmer


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What counts in this process."""

    store: StoreMeasures
    ledger: LedgerMeasures
    seats: SeatMeasures
    sweeper: Sweeper
    warmer: Warmer
    counts: Counts
    delivery: NoticeDelivery
    clock_watch: ClockWatch
    requests: RequestMeasures
    watchers: Callable[[], int]
    events_followed: Callable[[], int]
    loop_lag: process.LoopLag = field(default_factory=process.LoopLag)


def read(parts: Parts) -> Readings:
    """All that is counted in this process, without asking anybody."""
    readings = Readings()
    _read_seats(readings, parts)
    _read_background(readings, parts)
    _read_stores(readings, parts)
    _read_http(readings, parts)
    readings.put_spread(families.LOOP_LAG, parts.loop_lag.seconds)
    readings.put(families.WORKERS, 1)
    readings.put(families.WORKERS_LOST, 0)  # only a supervisor sees any
    readings.put(families.RESIDENT_BYTES, process.resident_bytes())
    readings.put(families.CPU_SECONDS, process.cpu_seconds())
    readings.put(families.START_TIME, process.started_at_s)
    readings.put(families.INFO, 1, __version__)
    return readings


def _read_seats(readings: Readings, parts: Parts) -> None:
    for kind, changes in parts.seats.changes.items():
        readings.put(families.SEAT_CHANGES, changes, kind.value)
        readings.put(families.SEATS_CHANGED, parts.seats.seats[kind], kind.value)
    for reason, conflicts in parts.seats.conflicts.items():
        readings.put(families.CONFLICTS, conflicts, reason)
    for reason, seats in parts.seats.conflict_seats.items():
        readings.put(families.CONFLICT_SEATS, seats, reason)
    sweep = parts.sweeper.figures()
    readings.put(families.SEATS_EXPIRED, sweep.swept_seats)
    readings.put(families.EXPIRY_LAG, sweep.lag_ms / 1000)
    readings.put(families.SWEEP_FAILURES, sweep.failures)
    readings.put(families.SWEEP_FAILING, sweep.failing_events)
    readings.put_spread(families.EXPIRY_DELAY, parts.sweeper.delay_seconds)


def _read_background(readings: Readings, parts: Parts) -> None:
    for count, number in parts.counts.all().items():
        readings.put(families.COUNTS[count], number)
    readings.put(families.EVENTS_WARMED, parts.warmer.events_warmed)
    for (channel, state), attempts in parts.delivery.attempts.items():
        readings.put(families.NOTICE_ATTEMPTS, attempts, channel.value, state.value)


def _read_stores(readings: Readings, parts: Parts) -> None:
    _put_spreads(readings, families.SCRIPT_SECONDS, parts.store.script_seconds)
    readings.put_spread(families.PIPELINE_CALLS, parts.store.pipeline_calls)
    for reason, failures in parts.store.failures.items():
        readings.put(families.STORE_FAILURES, failures, reason)
    readings.put(families.STORE_CLOCK_SKEW, abs(parts.clock_watch.skew_ms) / 1000)
    _put_spreads(readings, families.LEDGER_SECONDS, parts.ledger.seconds)
    readings.put_spread(families.COMMIT_BOOKINGS, parts.ledger.commit_bookings)
    for reason, failures in parts.ledger.failures.items():
        readings.put(families.LEDGER_FAILURES, failures, reason)
    for state, moves in parts.ledger.order_moves.items():
        readings.put(families.ORDER_MOVES, moves, state)


def _read_http(readings: Readings, parts: Parts) -> None:
    for (operation, status), answers in parts.requests.answers_by_operation().items():
        readings.put(families.HTTP_ANSWERS, answers, operation, str(status))
    _put_spreads(readings, families.HTTP_SECONDS, parts.requests.seconds)
    readings.put(families.WATCHERS, parts.watchers())
    readings.put(families.EVENTS_FOLLOWED, parts.events_followed())


def _put_spreads(readings: Readings, family: Family, spreads: Spreads) -> None:
    for name, spread in spreads.by_name.items():
        readings.put_spread(family, spread, name)
