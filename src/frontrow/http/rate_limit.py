"""How often a user and an address may call: judged before anything expensive, with the `limits` library.

The address is counted before the token is verified, so that a flood of bad tokens ends here; the user after it. What
counts the calls (in memory, or shared by several processes) is handed in. docs/decisions/0009-rate-limits.md has the
reasons, docs/operations.md the settings.
"""

import hashlib
from collections.abc import Callable
from typing import Literal, cast

import msgspec
import structlog
from falcon.asgi import Request
from limits import RateLimitItemPerMinute
from limits.storage import SlidingWindowCounterSupport
from limits.strategies import SlidingWindowCounterRateLimiter

from frontrow.http.client_address import ClientAddresses
from frontrow.http.problems import Code, Problem, Refused
from frontrow.ports import Clock
from frontrow.services.callers import Caller

CountsAs = Literal["hold", "call", "find", "none"]
"""What a call is counted as: `hold` takes seats, `find` guesses at other people's bookings, `none` is never limited,
`call` is everything else."""

LOGGED_EVERY_MS = 60_000
_COUNTED = {"holds": "calls that take seats", "calls": "calls", "finds": "calls that look for a booking"}
_DIGEST_CHARS = 32
_log = structlog.get_logger("frontrow.http")


class RateLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Calls in any 60 seconds, 1 to 1,000,000 each. Holds are counted apart from all other calls, and so are calls that
    look for a booking by its code: those by address, and by the e-mail address they name."""

    user_holds_per_minute: int = 120
    user_calls_per_minute: int = 600
    address_holds_per_minute: int = 3_000
    address_calls_per_minute: int = 12_000
    address_finds_per_minute: int = 20
    email_finds_per_minute: int = 5


class PerMinute(RateLimitItemPerMinute):
    """A limit per minute that names its counters as the library does, at a quarter of the cost."""

    __slots__ = ["_prefix", "_suffix"]

    def __init__(self, amount: int, namespace: str) -> None:
        super().__init__(amount, namespace=namespace)
        self._prefix, _, self._suffix = super().key_for("\0").partition("\0")

    def key_for(self, *identifiers: bytes | str | int | float) -> str:
        """The counter's name; `identifiers` is one text, the user or the address."""
        return self._prefix + cast(str, identifiers[0]) + self._suffix


class Gate(msgspec.Struct, frozen=True):
    """The limits of one operation; both raise Refused with `rate_limited` and the seconds to wait."""

    admit_address: Callable[[Request], None]
    admit_user: Callable[[Caller], None]


class RateLimiter:
    """Judges calls by user and by address.

    Admins and integrators act for many users from few machines: they have an address's figures, counted by user.
    """

    def __init__(
        self,
        limits: RateLimits,
        *,
        strategy: SlidingWindowCounterRateLimiter,
        addresses: ClientAddresses,
        clock: Clock,
    ) -> None:
        self._limits = limits
        self._strategy = strategy
        self._windows = cast(SlidingWindowCounterSupport, strategy.storage)
        self._addresses = addresses
        self._clock = clock
        self._refused = 0
        self._next_log_ms = 0

    def gate(self, counts_as: CountsAs) -> Gate | None:
        """The limits of operations that count as this; None where there are none."""
        limits = self._limits
        match counts_as:
            case "none":
                return None
            case "hold":
                return self._gate("holds", limits.user_holds_per_minute, limits.address_holds_per_minute)
            case "call":
                return self._gate("calls", limits.user_calls_per_minute, limits.address_calls_per_minute)
            case "find":
                return self._gate("finds", limits.address_finds_per_minute, limits.address_finds_per_minute)

    def refusal_of_find(self, email: str) -> Problem | None:
        """Count one look for a booking of this e-mail address, in whatever case; the refusal where they are too many.

        The counter is named by a digest: nobody's address stands in a store for having been typed somewhere.
        """
        item = PerMinute(self._limits.email_finds_per_minute, "finds/email")
        who = hashlib.sha256(email.strip().lower().encode()).hexdigest()[:_DIGEST_CHARS]
        return None if self._strategy.hit(item, who) else self._problem("finds", "for this e-mail address", item, who)

    def _gate(self, bucket: str, user_max: int, address_max: int) -> Gate:
        of_address = PerMinute(address_max, f"{bucket}/address")
        of_user = PerMinute(user_max, f"{bucket}/user")
        of_agent = PerMinute(address_max, f"{bucket}/agent")
        hit, address_of = self._strategy.hit, self._addresses.of

        def admit_address(req: Request) -> None:
            address = address_of(req)
            if not hit(of_address, address):
                raise self._refusal(bucket, "from this address", of_address, address)

        def admit_user(caller: Caller) -> None:
            item = of_agent if caller.is_admin or caller.is_integrator else of_user
            if not hit(item, caller.user_id):
                raise self._refusal(bucket, "by this user", item, caller.user_id)

        return Gate(admit_address, admit_user)

    def _refusal(self, bucket: str, whose: str, item: PerMinute, who: str) -> Refused:
        return Refused(self._problem(bucket, whose, item, who))

    def _problem(self, bucket: str, whose: str, item: PerMinute, who: str) -> Problem:
        wait_s = self.wait_s(item, who)
        self._note_refusal()
        detail = f"at most {item.amount} {_COUNTED[bucket]} a minute {whose}; try again in {wait_s} s"
        return Problem(code=Code.RATE_LIMITED, detail=detail, retry_after_s=wait_s)

    def wait_s(self, item: PerMinute, who: str) -> int:
        """Whole seconds, at least 1, after which a call that is refused now passes if none comes in between.

        The library's own reset time is when the count next falls by one, which is too early where it has to fall by
        more, and past the limit's minute where nothing was counted before it.
        """
        window_s = item.get_expiry()
        before, left_s, now, _ = self._windows.get_sliding_window(item.key_for(who), window_s)
        return max(1, int(_seconds_until_one_passes(before, now, item.amount, window_s, left_s)) + 1)

    def _note_refusal(self) -> None:
        """One line a minute at most, with how many were refused: a flood must not flood the log as well."""
        self._refused += 1
        now_ms = self._clock.monotonic_ms()
        if now_ms >= self._next_log_ms:
            _log.warning("rate_limited", refused=self._refused)
            self._refused, self._next_log_ms = 0, now_ms + LOGGED_EVERY_MS


def _seconds_until_one_passes(before: int, now: int, limit: int, window_s: int, left_s: float) -> float:
    """When `before * weight + now` falls under `limit`, the weight being the share of the window that is left."""
    room = limit - now
    if room > 0:
        return max(0.0, left_s - window_s * room / before) if before > 0 else 0.0
    # This minute's count alone fills the limit: it has to become the minute before, and to lose weight.
    return left_s + window_s * max(0.0, 1 - limit / now)
