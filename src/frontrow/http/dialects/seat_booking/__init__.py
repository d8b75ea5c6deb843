"""Dialect 002: seats and tables are held for some minutes, confirmed, released, looked at and counted.

Answers are `{success, message, data}`; amounts are major units. Source: seeds/002, docs/dialects.md.
"""

from frontrow.http.dialects.seat_booking import figures, holding, layout, selling
from frontrow.http.operation import AnyOperation

OPERATIONS: tuple[AnyOperation, ...] = (
    *holding.OPERATIONS,
    *selling.OPERATIONS,
    *layout.OPERATIONS,
    *figures.OPERATIONS,
)
