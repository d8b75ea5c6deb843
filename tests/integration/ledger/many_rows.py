"""So many rows of every kind that PostgreSQL's planner sees which way to them is the short one."""

import sqlalchemy as sa

EVENTS = 20
ROWS = 6_000
SEAT_ROWS = 40_000

_OF_USER = "'user-' || (n % 4000)"
_OF_EVENT = f"'event-' || (n % {EVENTS})"
_TIME = "1700000000000 + n * 1000::bigint"
_LATER = "2000000000000 + n * 1000::bigint"
"""Of what is due after any test is over."""
_IN_ALL = f"FROM generate_series(1, {ROWS}) AS n"
_ONE_IN_TWENTY = f"FROM generate_series(1, {ROWS}, 20) AS n"

_STATEMENTS = (
    "INSERT INTO layouts SELECT 'layout-' || (n / 10), n % 10, 'A layout', '', '' FROM generate_series(1, 2000) AS n",
    "INSERT INTO events (event_id, name, layout_id, layout_version, starts_at_ms, currency, prices, orphan_rule)"
    " SELECT 'event-' || n, 'An event', 'layout-1', 1, 0, 'USD', '{}', false FROM generate_series(0, 999) AS n",
    f"INSERT INTO seat_rows SELECT {_OF_EVENT}, 'owner-' || (n / 2), 'seat-' || n,"
    f" CASE n % 10 WHEN 0 THEN 'claimed' ELSE 'booked' END, {_OF_USER}, n % 2, 'standard', 100, NULL, {_TIME},"
    f" CASE n % 50 WHEN 0 THEN 1 END FROM generate_series(1, {SEAT_ROWS}) AS n",
    f"INSERT INTO bookings SELECT {_OF_EVENT}, 'booking-' || n, {_OF_USER}, 'booked', '', 'hold-' || n, '[]', 100,"
    f" 'USD', 'Somebody', 'user-' || (n % 4000) || '@example.com', NULL, NULL, NULL, NULL, {_TIME},"
    f" 'order-' || n {_IN_ALL}",
    f"INSERT INTO blocks SELECT {_OF_EVENT}, 'block-' || n, 'admin-' || (n % 300), NULL, {_TIME} {_IN_ALL}",
    f"INSERT INTO idempotency_keys SELECT {_OF_USER}, 'route', 'key-' || n, '', {_OF_EVENT}, 'booking-' || n, {_TIME}"
    f" {_IN_ALL}",
    f"INSERT INTO outbox SELECT {_OF_EVENT}, 'booking-' || n, n * 1000::bigint, 'finish', 'booked', {_OF_USER}, '[]',"
    f" '[]', {_TIME}, NULL {_IN_ALL}",
    f"INSERT INTO orders SELECT {_OF_EVENT}, 'order-' || n, 'hold-' || n, {_OF_USER},"
    " CASE n % 20 WHEN 0 THEN 'holder-' || n END, CASE n % 20 WHEN 0 THEN 'seller-' || n END, '[]', '[]', '[]',"
    " 'Somebody', 'user-' || (n % 4000) || '@example.com', NULL, NULL, NULL, 100, 'USD',"
    f" {_TIME}, {_TIME}, CASE n % 100 WHEN 0 THEN 'claimed' WHEN 1 THEN 'paying' ELSE 'booked' END, 1, 0, NULL, NULL,"
    f" NULL, 'booking-' || n, NULL, CASE n % 50 WHEN 0 THEN {_LATER} END, 0, {_TIME}, NULL {_IN_ALL}",
    f"INSERT INTO payments SELECT {_OF_EVENT}, 'payment-' || n, 'order-' || n, 'demo', 100, 'USD', 'captured', NULL,"
    f" 100, 'USD', NULL, NULL, NULL, 0, {_TIME}, {_TIME} {_IN_ALL}",
    f"INSERT INTO refunds SELECT {_OF_EVENT}, 'refund-' || n, 'order-' || n, 'payment-' || n, 100, 'USD', 'given_up',"
    f" '[]', CASE n % 100 WHEN 1 THEN 'due' ELSE 'done' END, 0, 0, NULL, CASE n % 100 WHEN 1 THEN {_LATER} END, NULL,"
    f" NULL, 1, {_TIME}, {_TIME} {_ONE_IN_TWENTY}",
    f"INSERT INTO notices SELECT {_OF_EVENT}, 'notice-' || n,"
    f" CASE n % 2 WHEN 0 THEN 'booking.confirmed' ELSE 'hold.expired' END, 'webhook', '{{}}',"
    f" CASE n % 20 WHEN 0 THEN {_OF_USER} END, CASE n % 50 WHEN 0 THEN 'due' ELSE 'delivered' END,"
    f" 0, CASE n % 50 WHEN 0 THEN {_LATER} END, NULL, NULL, {_TIME}, CASE n % 50 WHEN 0 THEN NULL ELSE {_TIME} END"
    f" {_IN_ALL}",
    f"INSERT INTO gateway_callbacks SELECT 'demo', 'callback-' || n, {_TIME} {_IN_ALL}",
    f"INSERT INTO demo_payments SELECT 'demo-' || n, '{{}}', 1, {_TIME} {_IN_ALL}",
    "ANALYZE",
)


def fill(connection: sa.Connection) -> None:
    """Add them to a PostgreSQL ledger, and let it count them."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
