"""What everybody was told during a sale, and whether all of it can have been true."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import msgspec

from benchmarks.load.sale_stream import Step

EVER = 2**63
SLACK_NS = 1_000_000_000
"""By how much the end of a hold that was left to run out may be off, as its visitor knows it."""


@dataclass
class Grant:
    """Seats that one visitor was granted. Times are time.monotonic_ns; the hold is certain from its answer until it is
    asked to end, and possible from its request until it has ended."""

    visitor: int
    seat_ids: list[str]
    sent_ns: int
    answered_ns: int
    given_back_ns: int = EVER
    over_ns: int = EVER
    paid_ns: int = EVER
    """When the payment was sent off that booked them."""
    booked_ns: int = EVER
    """When it was answered."""


class Refusal(msgspec.Struct, frozen=True):
    """Seats that one visitor was told to be somebody else's, each with the reason given."""

    visitor: int
    sent_ns: int
    answered_ns: int
    reasons: dict[str, str]


@dataclass
class SaleBooks:
    """Everything that was answered."""

    grants: list[Grant] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    took_s: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    unexpected: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    """How visits ended."""

    def booked(self) -> Counter[str]:
        """How often each seat was answered to be booked."""
        return Counter(seat for grant in self.grants if grant.booked_ns < EVER for seat in grant.seat_ids)

    def doubles(self) -> int:
        """Pairs of visitors who were certainly both told to have a seat at one time."""
        found = 0
        for grants in self._by_seat().values():
            grants.sort(key=lambda grant: grant.answered_ns)
            for number, grant in enumerate(grants):
                later = grants[number + 1 :]
                found += sum(it.visitor != grant.visitor and it.answered_ns < grant.given_back_ns for it in later)
        return found

    def groundless_refusals(self) -> int:
        """Seats refused as held or booked that nobody else can have had at that time."""
        by_seat = self._by_seat()
        return sum(
            not any(_explains(grant, refusal, reason) for grant in by_seat[seat])
            for refusal in self.refusals
            for seat, reason in refusal.reasons.items()
        )

    def delays_s(self, receipts: list[tuple[int, Step]]) -> list[float]:
        """Seconds from each purchase's answer to the frame that showed its seats as booked, of one visitor."""
        booked_ns = {
            seat: grant.booked_ns for grant in self.grants if grant.booked_ns < EVER for seat in grant.seat_ids
        }
        return [
            (at_ns - booked_ns[seat]) / 1e9
            for at_ns, step in receipts
            for seat in step.seats.get("b", ())
            if seat in booked_ns
        ]

    def _by_seat(self) -> defaultdict[str, list[Grant]]:
        by_seat: defaultdict[str, list[Grant]] = defaultdict(list)
        for grant in self.grants:
            for seat_id in grant.seat_ids:
                by_seat[seat_id].append(grant)
        return by_seat


def _explains(grant: Grant, refusal: Refusal, reason: str) -> bool:
    if grant.visitor == refusal.visitor or grant.sent_ns > refusal.answered_ns:
        return False
    if reason == "booked":
        return grant.booked_ns < EVER and grant.paid_ns <= refusal.answered_ns
    over_ns = EVER if grant.over_ns == EVER else grant.over_ns + SLACK_NS
    return reason == "held" and over_ns >= refusal.sent_ns
