"""When a request is sent again, after how long, and what is said when it is given up: no network, no waiting."""

from collections.abc import Callable
from typing import TypeVar

import httpx
import msgspec
import pytest

from frontrow.client import (
    NO_RETRIES,
    Contact,
    FrontrowError,
    HoldNotFound,
    RateLimited,
    RequestInProgress,
    Retries,
    SeatsUnavailable,
    ServerFailed,
    StoreUnavailable,
    TransportFailed,
    UnexpectedAnswer,
)
from frontrow.client.booking import book_seats, cancel_booking, create_guest_token
from frontrow.client.exchange import Flow, Response
from frontrow.client.holding import delete_hold, extend_hold, hold_seats
from frontrow.client.organising import change_event, create_event, unblock_seats
from frontrow.client.reading import get_event, get_readiness
from frontrow.client.retrying import Attempt, Conversation, Lost, Outcome
from frontrow.http.problems import Code
from tests.unit.client.answers import AT, EVENT_ANSWER, HOLD_ANSWER, READY, ok, problem

T = TypeVar("T")
CUT = Lost(httpx.ReadError("cut"), never_left=False)
UNREACHED = Lost(httpx.ConnectError("refused"), never_left=True)
RETRIES = Retries(tries_max=4, first_wait_s=1.0, wait_max_s=60.0)
CONTACT = Contact("Ada", "ada@example.com")
BUSY = problem(Code.STORE_UNAVAILABLE)
HTML = Response(status=502, headers={}, body=b"<h1>Bad gateway</h1>")


class Told:
    """A call and everything it tried, with each random share at its middle."""

    def __init__(self, *outcomes: Outcome, retries: Retries = RETRIES) -> None:
        self.outcomes = list(outcomes)
        self.retries = retries
        self.attempts: list[Attempt] = []

    def carries_out(self, flow: Flow[T]) -> T:
        conversation = Conversation(flow, self.retries, chance=lambda: 0.5)
        while (attempt := conversation.attempt) is not None:
            self.attempts.append(attempt)
            conversation.heard(self.outcomes.pop(0))
        assert not self.outcomes
        return conversation.result

    @property
    def waits_s(self) -> list[float]:
        return [attempt.wait_s for attempt in self.attempts]


READS_AND_KEYED: list[tuple[Callable[[], Flow[object]], Response]] = [
    (lambda: get_event("gala"), ok(EVENT_ANSWER)),
    (lambda: hold_seats("gala", ["A1"]), ok(HOLD_ANSWER)),
    (lambda: create_event("Gala", "hall", AT, "USD"), ok(EVENT_ANSWER)),
    (lambda: delete_hold("gala", "1-hold"), ok(status=204)),
    (lambda: unblock_seats("gala", ["A1"]), ok({"eventId": "gala", "seatIds": []})),
]
ONCE_ONLY: list[Callable[[], Flow[object]]] = [
    lambda: extend_hold("gala", "1-hold"),
    lambda: cancel_booking("1-booking"),
    create_guest_token,
    lambda: change_event("gala", name="Ball"),
]


@pytest.mark.parametrize(("call", "answer"), READS_AND_KEYED)
@pytest.mark.parametrize("failure", [CUT, UNREACHED, BUSY, HTML, problem(Code.RATE_LIMITED, retry_after="1")])
def test_what_may_be_repeated_is_tried_again(
    call: Callable[[], Flow[object]], answer: Response, failure: Outcome
) -> None:
    told = Told(failure, failure, failure, answer)
    told.carries_out(call())
    assert len(told.attempts) == 4


@pytest.mark.parametrize("call", ONCE_ONLY)
@pytest.mark.parametrize("failure", [CUT, UNREACHED, BUSY, HTML, problem(Code.RATE_LIMITED, retry_after="1")])
def test_what_may_not_be_repeated_is_tried_once(call: Callable[[], Flow[object]], failure: Outcome) -> None:
    told = Told(failure)
    with pytest.raises(FrontrowError):
        told.carries_out(call())
    assert len(told.attempts) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        problem(Code.NOT_FOUND),
        problem(Code.VALIDATION_FAILED),
        problem(Code.SEATS_UNAVAILABLE),
        problem(Code.TOKEN_INVALID),
        problem(Code.INTERNAL_ERROR),
        problem(Code.PAYMENT_NOT_CONFIGURED),
    ],
    ids=lambda refusal: str(refusal.status),
)
def test_a_refusal_that_waiting_does_not_change_is_not_asked_for_twice(refusal: Response) -> None:
    told = Told(refusal)
    with pytest.raises(FrontrowError):
        told.carries_out(get_event("gala"))
    assert len(told.attempts) == 1


def test_all_tries_of_a_call_are_the_same_request_under_one_key_and_one_request_id() -> None:
    told = Told(CUT, BUSY, ok(HOLD_ANSWER))
    told.carries_out(hold_seats("gala", ["A1"]))
    first = told.attempts[0]
    assert first.request.idempotency_key
    assert all((it.request, it.request_id) == (first.request, first.request_id) for it in told.attempts)


def test_two_calls_have_two_keys_unless_told_otherwise() -> None:
    keys: list[str | None] = []
    for given in (None, None, "mine", "mine"):
        told = Told(ok(HOLD_ANSWER))
        told.carries_out(hold_seats("gala", ["A1"], idempotency_key=given))
        keys.append(told.attempts[0].request.idempotency_key)
    assert keys[2:] == ["mine", "mine"]
    assert len(set(keys)) == 3


def test_waits_double_and_are_shared_out_by_chance() -> None:
    told = Told(CUT, CUT, CUT, ok(EVENT_ANSWER))
    told.carries_out(get_event("gala"))
    assert told.waits_s == [0.0, 0.5, 1.0, 2.0]


def test_no_wait_is_longer_than_the_longest() -> None:
    retries = Retries(tries_max=4, first_wait_s=1.0, wait_max_s=1.0)
    told = Told(CUT, CUT, CUT, ok(EVENT_ANSWER), retries=retries)
    told.carries_out(get_event("gala"))
    assert told.waits_s == [0.0, 0.5, 0.5, 0.5]


def test_thousands_of_tries_are_no_trouble() -> None:
    assert Retries(tries_max=10_000, wait_max_s=60.0).wait_s(9_999, None, 1.0) == 60.0


def test_retry_after_is_waited_for_and_a_share_on_top_of_it() -> None:
    told = Told(problem(Code.RATE_LIMITED, retry_after="7"), ok(EVENT_ANSWER))
    told.carries_out(get_event("gala"))
    assert told.waits_s == [0.0, 7.5]


def test_a_retry_after_beyond_the_longest_wait_is_left_to_the_caller() -> None:
    told = Told(problem(Code.RATE_LIMITED, retry_after="61"))
    with pytest.raises(RateLimited) as raised:
        told.carries_out(hold_seats("gala", ["A1"]))
    assert raised.value.retry_after_s == 61
    assert not raised.value.may_have_happened


def test_a_retry_after_that_is_a_date_counts_from_the_answers_own_date() -> None:
    busy = msgspec.structs.replace(
        BUSY, headers={"date": "Wed, 21 Oct 2026 07:28:00 GMT", "retry-after": "Wed, 21 Oct 2026 07:28:09 GMT"}
    )
    told = Told(busy, ok(EVENT_ANSWER))
    told.carries_out(get_event("gala"))
    assert told.waits_s == [0.0, 9.5]


@pytest.mark.parametrize("header", ["", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "²"])
def test_a_retry_after_that_says_no_time_is_none(header: str) -> None:
    told = Told(problem(Code.RATE_LIMITED, retry_after=header), ok(EVENT_ANSWER))
    told.carries_out(get_event("gala"))
    assert told.waits_s == [0.0, 0.5]


def test_a_request_still_running_is_asked_for_its_answer() -> None:
    running = problem(Code.REQUEST_IN_PROGRESS, retry_after="1")
    told = Told(CUT, running, ok(HOLD_ANSWER))
    assert told.carries_out(hold_seats("gala", ["A1"])).hold_id == "1-hold"
    with pytest.raises(RequestInProgress) as raised:
        Told(running, retries=NO_RETRIES).carries_out(hold_seats("gala", ["A1"]))
    assert raised.value.retry_after_s == 1


class TestGivingUp:
    def test_a_request_that_never_left_changed_nothing(self) -> None:
        with pytest.raises(TransportFailed, match=r"4 tries .* nothing was changed") as raised:
            Told(UNREACHED, UNREACHED, UNREACHED, UNREACHED).carries_out(hold_seats("gala", ["A1"]))
        assert not raised.value.may_have_happened
        assert isinstance(raised.value.__cause__, httpx.ConnectError)

    def test_a_lost_answer_may_have_been_a_success_and_its_key_settles_it(self) -> None:
        told = Told(CUT, UNREACHED, UNREACHED, UNREACHED)
        with pytest.raises(TransportFailed, match="may have been carried out") as raised:
            told.carries_out(hold_seats("gala", ["A1"]))
        error = raised.value
        assert error.may_have_happened
        assert error.idempotency_key == told.attempts[0].request.idempotency_key
        assert error.request_id == told.attempts[0].request_id

    def test_a_call_without_a_key_that_got_no_answer_says_so_at_once(self) -> None:
        with pytest.raises(TransportFailed, match="1 try ") as raised:
            Told(CUT).carries_out(cancel_booking("1-booking"))
        assert raised.value.may_have_happened
        assert raised.value.idempotency_key is None

    def test_a_read_never_changes_anything(self) -> None:
        for failure in (CUT, BUSY, HTML):
            with pytest.raises(FrontrowError) as raised:
                Told(failure, retries=NO_RETRIES).carries_out(get_event("gala"))
            assert not raised.value.may_have_happened

    def test_a_store_that_does_not_answer_may_have_carried_it_out(self) -> None:
        with pytest.raises(StoreUnavailable) as raised:
            Told(BUSY, BUSY, BUSY, BUSY).carries_out(hold_seats("gala", ["A1"]))
        assert raised.value.may_have_happened

    def test_a_refusal_after_a_lost_answer_leaves_it_open(self) -> None:
        with pytest.raises(RateLimited) as raised:
            Told(CUT, problem(Code.RATE_LIMITED, retry_after="61")).carries_out(hold_seats("gala", ["A1"]))
        assert raised.value.may_have_happened

    def test_a_refusal_at_the_first_try_changed_nothing(self) -> None:
        with pytest.raises(SeatsUnavailable) as raised:
            Told(problem(Code.SEATS_UNAVAILABLE)).carries_out(hold_seats("gala", ["A1"]))
        assert not raised.value.may_have_happened

    def test_a_fault_of_the_server_may_have_come_after_the_deed(self) -> None:
        with pytest.raises(ServerFailed) as raised:
            Told(problem(Code.INTERNAL_ERROR)).carries_out(book_seats("gala", CONTACT, hold_id="1-hold"))
        assert raised.value.may_have_happened

    def test_a_proxys_page_is_no_problem_document(self) -> None:
        with pytest.raises(UnexpectedAnswer, match="Bad gateway") as raised:
            Told(HTML, HTML, HTML, HTML).carries_out(hold_seats("gala", ["A1"]))
        assert (raised.value.status, raised.value.may_have_happened) == (502, True)

    def test_a_success_that_cannot_be_read_was_one(self) -> None:
        for body in (b'{"holdId": "1-', b"[]", b"\xff"):
            with pytest.raises(UnexpectedAnswer, match="cannot be read") as raised:
                Told(Response(status=201, headers={}, body=body)).carries_out(hold_seats("gala", ["A1"]))
            assert raised.value.may_have_happened

    def test_a_redirection_is_not_followed(self) -> None:
        moved = Response(status=307, headers={"location": "http://elsewhere.test"}, body=b"")
        with pytest.raises(UnexpectedAnswer):
            Told(moved).carries_out(hold_seats("gala", ["A1"]))


class TestGivingBack:
    def test_a_hold_that_is_gone_after_a_lost_answer_was_given_back(self) -> None:
        Told(CUT, problem(Code.HOLD_NOT_FOUND)).carries_out(delete_hold("gala", "1-hold"))

    def test_a_hold_that_never_was_is_told(self) -> None:
        for outcomes in ([problem(Code.HOLD_NOT_FOUND)], [UNREACHED, problem(Code.HOLD_NOT_FOUND)]):
            with pytest.raises(HoldNotFound):
                Told(*outcomes).carries_out(delete_hold("gala", "1-hold"))


def test_a_server_that_is_not_ready_is_an_answer_not_a_failure() -> None:
    told = Told(ok(READY, status=503))
    readiness = told.carries_out(get_readiness())
    assert not readiness.is_ready
    assert readiness.stores["ledger"].state == "down"


@pytest.mark.parametrize("wrong", [{"tries_max": 0}, {"first_wait_s": -1.0}, {"first_wait_s": 5.0, "wait_max_s": 1.0}])
def test_retries_out_of_bounds_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected at least one try"):
        Retries(**wrong)  # type: ignore[arg-type]
