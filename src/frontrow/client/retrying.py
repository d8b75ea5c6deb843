"""When a request is sent again, and how long is waited before: everything about failing but the I/O.

A client shows every `attempt` of a `Conversation` to the network and tells it the outcome, until there is none.
"""

import random
import secrets
from collections.abc import Callable, Generator
from typing import Generic, TypeVar

import msgspec

from frontrow.client.errors import TransportFailed
from frontrow.client.exchange import Flow, Request, Response, problem_of

_RETRIED_STATUSES = frozenset({429, 502, 503, 504})
_RETRIED_CODES = frozenset({"request_in_progress"})
_HOPELESS_CODES = frozenset({"payment_not_configured"})
_REQUEST_ID_BYTES = 12
_DOUBLINGS_MAX = 60
"""Two to the power of a thousand tries is more than a float holds."""

T = TypeVar("T")


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often a request is tried, and how long is waited in between.

    Before try n + 1 a random share of `first_wait_s` * 2^(n-1), at most of `wait_max_s`, is waited ("full jitter"), so
    that clients who failed together do not come back together. A longer Retry-After of the server's goes before; where
    it is longer than `wait_max_s` the call is given up at once, and the error says how long to wait.
    Only what may be repeated is: reads, DELETE, and POST under an idempotency key.

    Source: M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015.
    """

    tries_max: int = 4
    first_wait_s: float = 0.2
    wait_max_s: float = 10.0

    def __post_init__(self) -> None:
        if self.tries_max < 1 or not 0 <= self.first_wait_s <= self.wait_max_s:
            raise ValueError("expected at least one try and 0 <= first_wait_s <= wait_max_s")

    def wait_s(self, tries: int, retry_after_s: float | None, share: float) -> float | None:
        """How long to wait after that many tries, 1 or more; None when it is time to give up.

        Args:
            retry_after_s: what the server asked for.
            share: 0 to 1, by chance.
        """
        if tries >= self.tries_max:
            return None
        jitter_s = share * min(self.wait_max_s, self.first_wait_s * 2.0 ** min(tries - 1, _DOUBLINGS_MAX))
        if retry_after_s is None:
            return jitter_s
        # What all were told to wait is no jitter: on top of it comes the first wait's share.
        return None if retry_after_s > self.wait_max_s else retry_after_s + share * self.first_wait_s


NO_RETRIES = Retries(tries_max=1)


class Attempt(msgspec.Struct, frozen=True):
    """A request to be sent after a wait, under this request id; tries of one request share it."""

    request: Request
    request_id: str
    wait_s: float = 0.0


class Lost(msgspec.Struct, frozen=True):
    """No answer came. `never_left`: the request surely was not sent."""

    reason: Exception
    never_left: bool


Outcome = Response | Lost


class Conversation(Generic[T]):
    """A flow with the tries of its requests.

    `attempt` is what to send now; `heard` takes what came of it and raises what the call fails with. When `attempt`
    is None the call is done: `result` is its answer.
    """

    def __init__(self, flow: Flow[T], retries: Retries, *, chance: Callable[[], float] = random.random) -> None:
        self._result: list[T] = []
        self._steps = self._carried_out(flow, retries, chance)
        self.attempt: Attempt | None = next(self._steps, None)

    @property
    def result(self) -> T:
        """What the call returns."""
        return self._result[0]

    def heard(self, outcome: Outcome) -> None:
        """What came of the attempt."""
        try:
            self.attempt = self._steps.send(outcome)
        except StopIteration:
            self.attempt = None

    def _carried_out(
        self, flow: Flow[T], retries: Retries, chance: Callable[[], float]
    ) -> Generator[Attempt, Outcome, None]:
        try:
            request = next(flow)
            while True:
                response = yield from _answer_of(request, retries, chance)
                request = flow.send(response)
        except StopIteration as done:
            self._result.append(done.value)


def _answer_of(
    request: Request, retries: Retries, chance: Callable[[], float]
) -> Generator[Attempt, Outcome, Response]:
    request_id = secrets.token_hex(_REQUEST_ID_BYTES)
    tries, wait_s, may_have_happened = 0, 0.0, False
    while True:
        wait: float | None = None
        outcome = yield Attempt(request, request_id, wait_s)
        tries += 1
        match outcome:
            case Lost(reason=reason, never_left=never_left):
                may_have_happened |= request.changes and not never_left
                if request.is_repeatable:
                    wait = retries.wait_s(tries, None, chance())
                if wait is None:
                    raise TransportFailed(
                        _sentence(request, reason, tries, may_have_happened=may_have_happened),
                        request_id=request_id,
                        may_have_happened=may_have_happened,
                        idempotency_key=request.idempotency_key,
                    ) from reason
            case Response():
                if request.is_repeatable and _is_passing(request, outcome):
                    wait = retries.wait_s(tries, outcome.retry_after_s, chance())
                if wait is None:
                    return msgspec.structs.replace(outcome, earlier_unknown=may_have_happened)
                may_have_happened |= request.changes and outcome.status >= 500
        wait_s = wait


def _is_passing(request: Request, response: Response) -> bool:
    """Whether the same request may be answered otherwise in a moment."""
    if response.status < 400 or response.status in request.also:
        return False
    problem = problem_of(response)
    if response.status in _RETRIED_STATUSES:
        return problem is None or problem.code not in _HOPELESS_CODES
    return problem is not None and problem.code in _RETRIED_CODES


def _sentence(request: Request, reason: Exception, tries: int, *, may_have_happened: bool) -> str:
    what = f"{request.method} {request.path}: no answer after {tries} {'try' if tries == 1 else 'tries'}"
    if not request.changes:
        return f"{what} ({type(reason).__name__}: {reason})"
    fate = "it may have been carried out" if may_have_happened else "nothing was changed"
    return f"{what} ({type(reason).__name__}: {reason}); {fate}"
