"""Every metric there is. docs/metrics.md lists them, and a test holds it against this file."""

from frontrow.metrics.family import Across, Family, Kind
from frontrow.services.counts import Count


def _counter(name: str, says: str, *labels: str) -> Family:
    return Family(f"frontrow_{name}_total", Kind.COUNTER, says, labels)


def _gauge(name: str, says: str, *labels: str, across: Across = Across.SUM) -> Family:
    return Family(f"frontrow_{name}", Kind.GAUGE, says, labels, across)


def _histogram(name: str, says: str, *labels: str) -> Family:
    return Family(f"frontrow_{name}", Kind.HISTOGRAM, says, labels)


SEAT_CHANGES = _counter(
    "seat_changes", "Things done to seats: held is holds granted, booked is seats sold by one sale", "change"
)
SEATS_CHANGED = _counter("seats_changed", "The seats of those changes", "change")
SEATS_EXPIRED = _counter("seats_expired", "Seats whose hold ran out and was swept")
CONFLICTS = _counter("conflicts", "Requests refused because seats were not to be had", "reason")
CONFLICT_SEATS = _counter("conflict_seats", "The seats those requests could not have", "reason")
EXPIRY_DELAY = _histogram("expiry_delay_seconds", "From a hold's expiry to the sweep that took it off the map")
EXPIRY_LAG = _gauge(
    "expiry_lag_seconds", "How long the oldest known expiry has been waiting for its sweep", across=Across.MAX
)
SWEEP_FAILURES = _counter("sweep_failures", "Sweeps that failed, and are tried again")
SWEEP_FAILING = _gauge("sweep_failing_events", "Events whose sweep fails now", across=Across.MAX)
EVENTS_WARMED = _counter("events_warmed", "Events loaded from the ledger into the store")
ORDER_MOVES = _counter("order_moves", "Steps of orders, by the state they came to", "state")
NOTICE_ATTEMPTS = _counter(
    "notice_attempts", "Attempts at webhooks and mails: delivered, due again, or failed for good", "channel", "outcome"
)
COUNTS: dict[Count, Family] = {
    Count.HOLD_BROKEN: _counter("hold_broken", "Seats of a granted hold that were sold to someone else"),
    Count.SEATS_HEALED: _counter("seats_healed", "Seats set sold anew: the ledger had them, the store had not"),
    Count.SEATS_FREED: _counter("seats_freed", "Seats freed in the store, whose sale had ended in the ledger"),
    Count.OWNERS_UNKNOWN: _counter("owners_unknown", "Seats the store has as sold by an id the ledger does not know"),
    Count.EVENTS_RECONCILED: _counter("events_reconciled", "Comparisons of an event's store with its ledger"),
    Count.RELAY_TASKS: _counter("relay_tasks", "Outbox tasks carried out for a process that did not"),
    Count.RELAY_FAILURES: _counter("relay_failures", "Outbox tasks that failed, and are tried again"),
    Count.ORDERS_CARRIED_ON: _counter("orders_carried_on", "Orders carried on by the background"),
    Count.ORDERS_PUT_OFF: _counter("orders_put_off", "Times an order could not be carried on, and is tried again"),
    Count.ORDERS_NEED_ATTENTION: _counter("orders_need_attention", "Orders that a person has to look at"),
    Count.PAYMENTS_LATE: _counter("payments_late", "Payments taken after their order was closed"),
    Count.PAYMENTS_TWICE: _counter("payments_twice", "Payments given back: the order was paid by another one"),
    Count.PAYMENTS_WRONG: _counter("payments_wrong", "Payments given back: another amount than asked for"),
    Count.REFUND_FAILURES: _counter("refund_failures", "Refunds that the gateway refused"),
    Count.REFUNDS_PUT_OFF: _counter("refunds_put_off", "Times a refund got no answer, and is asked for again"),
    Count.GATEWAYS_MISSING: _counter("gateways_missing", "Times a payment's gateway was not configured any more"),
    Count.CALLBACKS_REFUSED: _counter("callbacks_refused", "Callbacks that were forged, stale or unreadable"),
    Count.CALLBACKS_UNKNOWN: _counter("callbacks_unknown", "Callbacks about payments that are not ours"),
}

SCRIPT_SECONDS = _histogram("store_script_seconds", "Time of a script on the store, waiting included", "script")
PIPELINE_CALLS = _histogram("store_pipeline_calls", "Calls gathered into one pipeline")
STORE_FAILURES = _counter("store_failures", "Calls to the store that failed, by the error", "reason")
STORE_UP = _gauge("store_up", "1 when the store answers, asked for this reading")
STORE_MEMORY_USED = _gauge("store_memory_used_bytes", "Memory that a server of the store uses", "server")
STORE_MEMORY_MAX = _gauge("store_memory_max_bytes", "Memory it may use; 0 is no limit", "server")
STORE_CLOCK_SKEW = _gauge(
    "store_clock_skew_seconds", "How far the store's clock and this machine's are apart", across=Across.MAX
)

LEDGER_SECONDS = _histogram("ledger_seconds", "Time of a transaction, waiting included: read or write", "access")
LEDGER_FAILURES = _counter("ledger_failures", "Transactions that failed, by the error", "reason")
COMMIT_BOOKINGS = _histogram("commit_bookings", "Bookings written by one commit")
LEDGER_UP = _gauge("ledger_up", "1 when the ledger answers, asked for this reading")
BACKLOG = _gauge("backlog", "What is due in the ledger and not done yet, at most 10,000 of each", "work")
BACKLOG_AGE = _gauge("backlog_age_seconds", "How long the oldest of it has been due", "work")

WATCHERS = _gauge("watchers", "Streams open now")
EVENTS_FOLLOWED = _gauge("events_followed", "Events whose seats a process keeps in memory", across=Across.MAX)
HTTP_ANSWERS = _counter("http_answers", "Requests answered", "operation", "status")
HTTP_SECONDS = _histogram("http_seconds", "Time of a request in the application, until a stream begins", "operation")
LOOP_LAG = _histogram(
    "event_loop_lag_seconds", "How much later than it should the event loop came back, 4 times a second"
)

WORKERS = _gauge("workers", "Processes that serve on this port")
WORKERS_LOST = _counter("workers_lost", "Workers that ended unasked, by a signal or a fault")
RESIDENT_BYTES = _gauge("process_resident_memory_bytes", "Memory of these processes")
CPU_SECONDS = _counter("process_cpu_seconds", "Processor time of these processes")
START_TIME = _gauge(
    "process_start_time_seconds", "When the youngest process started, seconds since 1970", across=Across.MAX
)
INFO = _gauge("info", "1, with the version as its label", "version", across=Across.MAX)

ALL: tuple[Family, ...] = (
    SEAT_CHANGES,
    SEATS_CHANGED,
    SEATS_EXPIRED,
    CONFLICTS,
    CONFLICT_SEATS,
    EXPIRY_DELAY,
    EXPIRY_LAG,
    SWEEP_FAILURES,
    SWEEP_FAILING,
    EVENTS_WARMED,
    *COUNTS.values(),
    ORDER_MOVES,
    NOTICE_ATTEMPTS,
    SCRIPT_SECONDS,
    PIPELINE_CALLS,
    STORE_FAILURES,
    STORE_UP,
    STORE_MEMORY_USED,
    STORE_MEMORY_MAX,
    STORE_CLOCK_SKEW,
    LEDGER_SECONDS,
    LEDGER_FAILURES,
    COMMIT_BOOKINGS,
    LEDGER_UP,
    BACKLOG,
    BACKLOG_AGE,
    WATCHERS,
    EVENTS_FOLLOWED,
    HTTP_ANSWERS,
    HTTP_SECONDS,
    LOOP_LAG,
    WORKERS,
    WORKERS_LOST,
    RESIDENT_BYTES,
    CPU_SECONDS,
    START_TIME,
    INFO,
)
"""In the order they are published in."""
