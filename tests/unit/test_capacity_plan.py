"""The capacity plan: arithmetic that can be followed by hand, and a document that says what it computes."""

from itertools import pairwise

import msgspec
import pytest
from benchmarks.capacity.costs import Cost, Costs, Where, read_costs
from benchmarks.capacity.plan import (
    BUSY_MAX,
    NotServed,
    Prediction,
    Sale,
    admitted_per_s_max,
    demand_of,
    predict,
    processes_for,
)
from benchmarks.capacity.rehearsal import read_rehearsal
from benchmarks.capacity.tables import DOCUMENT, parts, with_parts
from benchmarks.load.sale_books import Grant, Refusal, SaleBooks
from benchmarks.load.sale_crowd import Manners, Visitor, arrivals
from benchmarks.load.sale_stream import Pictures

_NOTHING = Cost()
_SALE = Sale(seats=1_000, visitors=2_000, admitted_per_s=10, stays_s=60, leaving=0.5, by_orders=False, files=0)
_COSTS = Costs(
    where=Where(commit="c", machine="m", cores=2, python="3", started_at="2026-01-01T00:00:00Z", load=0.0),
    **dict.fromkeys(("file", "event", "token", "refusal", "release", "booking", "order", "idle"), _NOTHING),
    stream=Cost(api_us=1_000),
    hold=Cost(api_us=500, store_us=100),
    push=Cost(api_us=10),
    follow=Cost(api_us=100),
    frame_bytes=300,
    watcher_bytes=20_000,
    process_bytes=100_000_000,
)


def test_the_document_says_what_is_computed_from_the_figures_that_are_kept() -> None:
    document = DOCUMENT.read_text()
    assert with_parts(document, parts(read_costs(), read_rehearsal())) == document, (
        "make its tables anew: python -m benchmarks.capacity document"
    )


def test_what_people_do_follows_from_how_many_come_and_what_they_want() -> None:
    demand = demand_of(_SALE)
    assert demand.purchases == pytest.approx(1_000 / 2.45)
    assert demand.grants == pytest.approx(2 * demand.purchases)
    assert demand.grants_per_s == 5
    assert demand.watchers == 600
    assert demand_of(msgspec.structs.replace(_SALE, visitors=100)).purchases == 25


def test_each_thing_is_paid_for_by_the_part_that_does_it() -> None:
    found = predict(_SALE, _COSTS, 2)
    pushes_per_s = found.demand.watchers * found.frames_per_s
    # Streams, holds, frames, and every change in both processes.
    api_us_per_s = 10 * 1_000 + 5 * 500 + pushes_per_s * 10 + 2 * found.demand.changes_per_s * 100
    assert found.api_busy == pytest.approx(api_us_per_s / 1e6 / 2)
    assert found.store_busy == pytest.approx(5 * 100 / 1e6)
    assert found.whole.store_us == pytest.approx(found.demand.grants * 100)


def test_as_many_processes_are_asked_for_as_keep_each_core_free_enough_and_no_more() -> None:
    busy = msgspec.structs.replace(_SALE, visitors=200_000, seats=100_000, admitted_per_s=400)
    found = processes_for(busy, _COSTS)
    assert isinstance(found, Prediction)
    assert found.api_busy <= BUSY_MAX < predict(busy, _COSTS, found.processes - 1).api_busy


def test_a_sale_that_no_number_of_processes_serves_says_why_and_how_much_is() -> None:
    mad = msgspec.structs.replace(_SALE, visitors=10_000_000, admitted_per_s=100_000)
    found = processes_for(mad, _COSTS)
    assert isinstance(found, NotServed)
    most = admitted_per_s_max(mad, _COSTS)
    assert isinstance(processes_for(msgspec.structs.replace(mad, admitted_per_s=most), _COSTS), Prediction)
    assert isinstance(processes_for(msgspec.structs.replace(mad, admitted_per_s=1.1 * most), _COSTS), NotServed)


def test_a_waiting_room_lets_in_no_more_than_its_rate_in_the_order_they_came() -> None:
    at_once, let_in = arrivals(100, 10, 0), arrivals(100, 10, 5)
    assert at_once == sorted(at_once) and at_once[:20] == [0.0] * 20 and at_once[-1] <= 10
    assert let_in[-1] == pytest.approx(19.8)
    assert all(later - earlier >= 0.2 - 1e-9 for earlier, later in pairwise(let_in))


def test_a_visitor_chooses_free_seats_side_by_side_and_is_the_same_each_time() -> None:
    manners, states = Manners(), b"hhbaahaaaab"
    for number in range(50):
        chosen = Visitor(number, manners).chosen(states)
        assert chosen is not None and set(states[chosen.start : chosen.stop]) == {ord("a")}
        assert Visitor(number, manners).chosen(states) == chosen
    assert Visitor(1, manners).chosen(b"hhb") is None


def test_the_books_find_a_seat_that_two_were_told_to_have_and_a_refusal_that_nobody_explains() -> None:
    first = Grant(1, ["A"], sent_ns=10, answered_ns=20, given_back_ns=50, over_ns=60)
    books = SaleBooks(grants=[first, Grant(2, ["A"], sent_ns=55, answered_ns=70)])
    assert books.doubles() == 0
    books.grants.append(Grant(3, ["A"], sent_ns=75, answered_ns=80))
    assert books.doubles() == 1
    books.refusals = [
        Refusal(4, 30, 40, {"A": "held"}),
        Refusal(4, 1, 5, {"A": "held"}),
        Refusal(4, 30, 40, {"B": "held"}),
    ]
    assert books.groundless_refusals() == 2


def test_pictures_are_drawn_once_and_one_id_with_two_pictures_is_found() -> None:
    pictures = Pictures(["A", "B"])
    head = b'1\r\nretry: 2000\n\nevent: snapshot\nid: e:1\ndata: {"states":"aa"}\n\n\r\n'
    change = b'1\r\nevent: changes\nid: e:2\ndata: {"offset":"2","seats":{"h":["B"]}}\n\n\r\n'
    assert pictures.step("", head).place == "e:1"
    assert pictures.states(pictures.step("e:1", change).place) == b"ah"
    assert pictures.known_step("e:1", change) is pictures.step("e:1", change)
    assert pictures.step("e:2", b"1\r\n:\n\n\r\n").place == "e:2"
    assert pictures.contradictions == 0
    pictures.step("", b'event: snapshot\nid: e:2\ndata: {"states":"bb"}\n\n')
    assert pictures.contradictions == 1
