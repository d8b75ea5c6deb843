"""From a history to the steps of each seat: every operation, fault and final row, as the seat's machine takes them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from tests.chaos.checker import seat as on
from tests.chaos.checker.bounds import Times
from tests.chaos.checker.linearizing import Need, Step
from tests.chaos.checker.seat import FOREVER, At, Seat, Span
from tests.chaos.checker.standing import Standing
from tests.chaos.history import Fault, Kind, Operation, Outcome, Story

_MS = 1_000_000
_MARKING = frozenset({Kind.BOOK, Kind.ORDER})
_OF_HOLD = frozenset({Kind.EXTEND, Kind.RELEASE, Kind.BOOK, Kind.ORDER})
Place = tuple[str, str]
"""An event and a seat."""
Apply = Callable[[Seat], Iterable[Seat]]


def steps_of_seats(story: Story, standing: Standing, times: Times) -> dict[Place, list[Step[Seat]]]:
    """Every seat's own steps, faults included, and its row of the ledger at the end as the last one."""
    steps: dict[Place, list[Step[Seat]]] = defaultdict(list)
    guards = _guards(story.operations, times)
    losing = [Span(it.began_ns, _healed_ns(it, times)) for it in story.faults if it.may_lose_holds]
    for operation in story.operations:
        for seat_id in operation.seats:
            place = (operation.event, seat_id)
            steps[place] += _Told(operation, seat_id, times, guards.get(operation.purchase, ()), losing).steps()
    shakes = [_shake(fault, times) for fault in story.faults if fault.may_lose_holds]
    owned = standing.owned_seats()
    at_ns = standing.at_ns
    for place in _places(story):
        at, purchase = owned.get(place, (None, ""))
        last = partial(on.found, span=Span(at_ns, at_ns), at=at, purchase=purchase)
        name = f"the ledger at the end: {at or 'nobody'} {purchase}".strip()
        steps[place] += [*shakes, Step(name, Need.MUST, at_ns, at_ns, last)]
    return steps


def _places(story: Story) -> Iterator[Place]:
    return ((event, seat_id) for event, seats in story.beginning.seats.items() for seat_id in seats)


def _guards(operations: Iterable[Operation], times: Times) -> Mapping[str, list[Span]]:
    """By purchase, while a booking or claim of it may have been being written, which keeps its seats, by time."""
    guards: dict[str, list[Span]] = defaultdict(list)
    for it in sorted(operations, key=lambda it: it.began_ns):
        if it.kind in _MARKING:
            ended_ns = times.late_until(it.began_ns) if it.ended_ns is None else it.ended_ns
            guards[it.purchase].append(Span(it.began_ns, times.after(ended_ns, times.bounds.guard)))
    return guards


def _shake(fault: Fault, times: Times) -> Step[Seat]:
    hold_until_ns = fault.ended_ns + times.bounds.hold_lifetime * _MS
    healed_ns = _healed_ns(fault, times)
    apply = partial(on.shaken, hold_until_ns=hold_until_ns, healed_ns=healed_ns)
    return Step(f"fault {fault.number}, {fault.kind}", Need.WEATHER, fault.began_ns, fault.ended_ns, apply)


def _healed_ns(fault: Fault, times: Times) -> int:
    return times.after(fault.ended_ns, times.bounds.healing)


class _Told:
    """One operation, as one of its seats has it; `losing` is while the store may have lost its last writes."""

    def __init__(
        self, operation: Operation, seat_id: str, times: Times, guards: Sequence[Span], losing: Sequence[Span]
    ) -> None:
        self._it = operation
        self._seat_id = seat_id
        self._times = times
        self._guards = guards
        self._losing = losing
        self._is_known = operation.ended_ns is not None
        self._ended_ns = times.late_until(operation.began_ns) if operation.ended_ns is None else operation.ended_ns
        self._span = Span(operation.began_ns, self._ended_ns)

    def steps(self) -> Iterator[Step[Seat]]:
        """None where the answer says nothing of the seat."""
        if self._it.outcome is Outcome.REFUSED:
            yield from self._refused()
        elif not self._it.is_replay or self._it.kind is Kind.HOLD:
            yield from self._granted()  # a hold is replayed while it lives, so that says how things stand

    def _granted(self) -> Iterator[Step[Seat]]:
        it, span = self._it, self._span
        match it.kind:
            case Kind.HOLD | Kind.EXTEND:
                lo_ns, hi_ns = self._hold_ends()
                apply = on.held if it.kind is Kind.HOLD else on.extended
                ends = partial(apply, span=span, purchase=it.purchase, user=it.user, lo_ns=lo_ns, hi_ns=hi_ns)
                yield self._step(ends)
            case Kind.RELEASE:
                until_ns = (
                    None if it.delay_ms == 0 else it.began_ns + (it.delay_ms - self._times.bounds.clock_error) * _MS
                )
                yield self._step(partial(on.released, purchase=it.purchase, until_ns=until_ns))
            case Kind.BOOK:
                yield self._step(partial(on.sold, span=span, at=At.BOOKED, purchase=it.purchase, user=it.user))
            case Kind.ORDER:
                claims = partial(on.sold, span=span, at=At.CLAIMED, purchase=it.purchase, user=it.user)
                yield self._step(partial(claims, lo_ns=self._claim_ends()))
            case Kind.PAY:
                # What the gateway says later is carried out by whoever hears of it, at any time.
                is_open = it.outcome is not Outcome.DONE
                when = Span(it.began_ns, FOREVER) if is_open else span
                yield self._step(partial(on.paid, span=when, purchase=it.purchase, user=it.user), is_open=is_open)
            case Kind.CANCEL_ORDER | Kind.CANCEL_BOOKING:
                yield self._given_back()

    def _given_back(self) -> Step[Seat]:
        it = self._it
        hi_ns = self._times.after(self._ended_ns, self._times.bounds.leaving) if it.outcome is Outcome.DONE else FOREVER
        apply = partial(on.given_back, purchase=it.purchase, hi_ns=hi_ns)
        return self._step(apply, is_open=it.outcome is not Outcome.DONE)

    def _refused(self) -> Iterator[Step[Seat]]:
        it = self._it
        if it.kind is Kind.HOLD and (reason := it.refused.get(self._seat_id)) is not None:
            span = self._span
            if any(span.began_ns <= it.ended_ns and it.began_ns <= span.ended_ns for it in self._losing):
                reason = None
            yield self._read(partial(on.refused, span=span, user=it.user, reason=reason))
        elif it.kind in _OF_HOLD and it.code == "hold_not_found":
            yield self._read(partial(on.not_there, span=self._span, purchase=it.purchase))

    def _hold_ends(self) -> tuple[int, int]:
        """Between when and when the hold ends. One that nobody was told of may be given back at once."""
        it = self._it
        if it.expires_at_ms is None:
            return it.began_ns, FOREVER
        lo_ns, hi_ns = self._times.hold_ends(it.began_ns, self._ended_ns, it.expires_at_ms)
        for guard in self._guards:
            if guard.began_ns < hi_ns:
                hi_ns = max(hi_ns, guard.ended_ns)
        return lo_ns, hi_ns

    def _claim_ends(self) -> int:
        it = self._it
        if it.expires_at_ms is None:
            return it.began_ns
        return self._times.claim_ends(it.began_ns, self._ended_ns, it.expires_at_ms)

    def _step(self, apply: Apply, *, is_open: bool = False) -> Step[Seat]:
        it = self._it
        is_open = is_open or it.outcome is Outcome.ACCEPTED
        need = Need.MUST if self._is_known and not is_open else Need.MAY
        return Step(_name(it), need, it.began_ns, None if is_open else self._ended_ns, apply)

    def _read(self, apply: Apply) -> Step[Seat]:
        return Step(_name(self._it), Need.READ, self._it.began_ns, self._ended_ns, apply)


def _name(it: Operation) -> str:
    said = it.code or it.outcome
    return f"{it.kind} by {it.client} ({it.purchase}): {said}"
