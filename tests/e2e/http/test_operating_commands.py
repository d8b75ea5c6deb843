"""What the night shift types: charges, export, reconcile, erase, cancel."""

import csv
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from frontrow.cli import app
from frontrow.client import Client, Contact
from frontrow.settings import PaymentGatewayName
from tests.support.http_stack import LAYOUT, SECRET, served
from tests.support.valkey import ValkeyServer

EVENT = "closing-night"
Typed = Callable[..., Any]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The server shares this process, and its lines would stand among what commands print."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Type a command on a machine with a data folder of its own, and the server's secret."""
    monkeypatch.setenv("FRONTROW_DATA_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("FRONTROW_JWT_SECRET", SECRET)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(app, [*words])


@pytest.fixture
def url(folder: Path, valkey: ValkeyServer) -> Iterator[str]:
    """A server that takes the demo's cards."""
    with served(valkey.url, folder, payment_gateway=PaymentGatewayName.DEMO) as running:
        yield running


def test_a_night_around_money(url: str, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    charges = ("Fee=150/seat", "Service=2.5%", "Booking fee=250/order!", "VAT=19%incl")
    options = [word for charge in charges for word in ("--charge", charge)]
    made = typed(
        "event", "create", "--event-id", EVENT, "--name", "Closing night", "--layout", LAYOUT,
        "--starts-at", "2099-05-01T20:00+02:00", "--currency", "USD", *options, "--url", url,
    )  # fmt: skip
    assert (made.exit_code, made.stdout) == (0, f"{EVENT}\n"), made.stderr
    with Client(url) as anybody:
        event = anybody.get_event(EVENT)
        assert [(it.name, it.kind, it.amount_minor, it.basis_points, it.refundable) for it in event.charges] == [
            ("Fee", "per_seat", 150, 0, True),
            ("Service", "share", 0, 250, True),
            ("Booking fee", "per_order", 250, 0, False),
            ("VAT", "included_share", 0, 1900, True),
        ]
        guest = anybody.with_token(anybody.create_guest_token().token)
        hold = guest.hold_seats(EVENT, [anybody.list_seats(EVENT).seats[0].seat_id])
        order = guest.place_order(EVENT, hold.hold_id, Contact("Zoë", "zoe@example.com"))
        refused = typed("erase", "--email", "zoe@example.com", "--yes", "--url", url)
        assert refused.exit_code == 2
        assert order.order_id in refused.stderr
        booked = guest.pay_order(order.order_id, card_number="4242424242424242")
        assert booked.status == "booked"

    exported = typed("orders", "export", EVENT, "--state", "booked", "--url", url)
    assert exported.exit_code == 0, exported.stderr
    [line] = csv.DictReader(io.StringIO(exported.stdout.removeprefix("\ufeff"), newline=""))
    assert (line["orderId"], line["name"], line["ticketCode"]) == (order.order_id, "Zoë", booked.ticket_code)

    for words in ((EVENT,), (EVENT, "--quick")):
        nothing = typed("reconcile", *words, "--url", url)
        assert (nothing.exit_code, nothing.stdout.startswith("nothing differs")) == (0, True), nothing.stderr
    as_json = typed("reconcile", "--json", "--url", url)
    assert (as_json.exit_code, [json.loads(line) for line in as_json.stdout.splitlines()]) == (0, [])

    monkeypatch.setenv("FRONTROW_SERVER_URL", url)  # as good as naming it every time
    cancelled = typed("event", "cancel", EVENT, "--yes")
    assert cancelled.exit_code == 0, cancelled.stderr
    assert cancelled.stdout == f"{EVENT} is cancelled: 1 booking cancelled, 1 refund given\n"
    again = typed("event", "cancel", EVENT)
    assert (again.exit_code, again.stdout) == (0, cancelled.stdout)

    erased = typed("erase", "--email", "ZOE@example.com", "--yes")
    assert (erased.exit_code, erased.stdout) == (0, "erased from 2 orders and bookings\n")
    nobody = typed("erase", "--email", "zoe@example.com", "--yes")
    assert (nobody.exit_code, nobody.stdout) == (0, "nobody was found\n")


@pytest.mark.parametrize("charge", ["Fee", "Fee=150", "Fee=-1/seat", "Fee=5.123%", "=150/seat", "Fee=1/row"])
def test_a_charge_that_cannot_be_read_is_refused_with_examples(charge: str, typed: Typed) -> None:
    words = ("--name", "Gala", "--layout", "hall", "--starts-at", "2099-05-01", "--charge", charge)
    done = typed("event", "create", *words)
    assert done.exit_code == 2
    assert "150/seat" in done.stderr


@pytest.mark.parametrize("words", [["reconcile"], ["erase", "--user", "ann"], ["event", "cancel", "gala"]])
def test_what_only_a_server_can_do_says_so(words: list[str], typed: Typed) -> None:
    done = typed(*words)
    assert done.exit_code == 2
    assert "no server runs" in done.stderr
