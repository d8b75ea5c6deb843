"""The chapter for the night shift names every line that the log may have about money, and no other."""

import re
from pathlib import Path

import frontrow

SOURCE = Path(frontrow.__file__).parent
CHAPTER = "## Money at night"
ABOUT_MONEY = (
    "services/order*.py",
    "services/ordered_seats.py",
    "services/refunding.py",
    "services/*gateways.py",
    "services/late_payments.py",
    "services/payment_*.py",
    "services/event_*.py",
    "services/notice_*.py",
    "services/booking_finding.py",
    "services/booking_protocol.py",
    "services/bookings.py",
    "services/reconcile.py",
    "services/seat_marking.py",
    "adapters/payments/stripe*.py",
)
SAID_BY_VARIABLE = {"paid_too_late", "paid_twice", "paid_wrong_amount"}
"""Lines whose name stands in a table of the code, not in the call."""
_LINE = re.compile(r'_log\.(?:warning|error)\(\s*"(\w+)"')


def test_every_warning_and_error_about_money_says_what_to_do() -> None:
    chapter = (SOURCE.parents[1] / "docs" / "operations.md").read_text().partition(CHAPTER)[2].partition("\n## ")[0]
    written = {
        name
        for pattern in ABOUT_MONEY
        for module in sorted(SOURCE.glob(pattern))
        for name in _LINE.findall(module.read_text())
    }
    cells = re.findall(r"^\| (`.+?) \|", chapter, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert len(written) > 20
    assert named == written | SAID_BY_VARIABLE
