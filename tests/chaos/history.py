"""What buyers did and what was done to the deployment, as it looked from outside: the checker's only witness.

A history is a file of JSON lines: one `Beginning`, then operations, faults and sightings in the order in which they
came to an end. All `_ns` are one machine's monotonic clock (`time.monotonic_ns`), which no fault steps. Whoever drives
writes with `History`; `read_history` gives everything back, typed.

How an operation is told:

* `purchase` is the client's own name for one try at some seats, chosen before its first call and unlike every other:
  the hold, its extensions, its release, the order, its payments, the booking and what is cancelled of it all carry it.
  So whose seats they are is known even where no answer ever came. Bookings and orders have it in their `notes`.
* A request that is repeated is a further operation with the same `key` and `purchase`.
* `seats` are those the request is about, all named by the client: whatever is answered, it is about no others.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec


class Kind(StrEnum):
    """What a client asked for."""

    HOLD = "hold"
    EXTEND = "extend"
    RELEASE = "release"
    """With `delay_ms` 0 at once; else the hold is to run out so much later."""
    BOOK = "book"
    """A direct booking of a hold."""
    ORDER = "order"
    """Claims the seats of a hold."""
    PAY = "pay"
    CANCEL_ORDER = "cancel_order"
    CANCEL_BOOKING = "cancel_booking"
    """`seats` are those given back."""


class Outcome(StrEnum):
    """How it was answered."""

    DONE = "done"
    """2xx, and what was asked for is so: seats held, booked (a payment's too), claimed, given back."""
    ACCEPTED = "accepted"
    """2xx, and the end is still to come: a payment under way, an order that is being given up."""
    REFUSED = "refused"
    """A 4xx that says what stands against it: nothing was changed."""
    UNKNOWN = "unknown"
    """No answer, one cut off, or any 5xx: it took place, did not, or is still to come."""


class Operation(msgspec.Struct, frozen=True, kw_only=True, tag="operation", omit_defaults=True):
    """One call of one client."""

    client: str
    """Who calls: one at a time, so that this client's operations never overlap."""
    user: str
    """The `sub` of the client's token; several clients may be one user."""
    kind: Kind
    event: str
    seats: tuple[str, ...]
    purchase: str
    began_ns: int
    ended_ns: int | None
    """None exactly where the outcome is unknown."""
    outcome: Outcome
    key: str | None = None
    """The Idempotency-Key sent."""
    is_replay: bool = False
    """The answer says `Idempotency-Replayed`: what was done the first time, not how things stand."""
    hold_id: str | None = None
    booking_id: str | None = None
    order_id: str | None = None
    """Ids as the answer has them, or as they were sent; None where not known."""
    expires_at_ms: int | None = None
    """When these seats run out (HOLD, EXTEND, RELEASE with a delay) or the claim may be dropped (ORDER), as answered:
    milliseconds since 1970 by the server's clock."""
    duration_ms: int = 0
    """For how long a hold or an extension was asked; where no answer says when it runs out."""
    delay_ms: int = 0
    """RELEASE: after how long."""
    amount_minor: int | None = None
    """ORDER, PAY and BOOK: the total as answered."""
    status: int | None = None
    code: str = ""
    """Of a refusal: the HTTP status and the problem's `code`."""
    refused: Mapping[str, str] = {}
    """Of `seats_unavailable`: the reason for each seat named, `held`, `booked`, `blocked` or `not_yours`."""


class FaultKind(StrEnum):
    """What was done to the deployment."""

    API_KILLED = "api_killed"
    API_STOPPED = "api_stopped"
    STORE_KILLED = "store_killed"
    STORE_STOPPED = "store_stopped"
    STORE_EMPTIED = "store_emptied"
    STORE_FAILED_OVER = "store_failed_over"
    STORE_SPLIT = "store_split"
    STORE_DISK_FULL = "store_disk_full"
    STORE_SCRIPTS_FLUSHED = "store_scripts_flushed"
    STORE_SLOT_MOVED = "store_slot_moved"
    STORE_CLOCK_STEPPED = "store_clock_stepped"
    API_CLOCK_STEPPED = "api_clock_stepped"
    LEDGER_KILLED = "ledger_killed"
    LEDGER_STOPPED = "ledger_stopped"
    CONNECTIONS_CUT = "connections_cut"
    CONNECTIONS_HALF_OPEN = "connections_half_open"
    CALLBACKS_REPEATED = "callbacks_repeated"
    CALLBACKS_DELAYED = "callbacks_delayed"


class Fault(msgspec.Struct, frozen=True, kw_only=True, tag="fault", omit_defaults=True):
    """One fault, from the moment before it was done until what it was done to was seen well again."""

    number: int
    """From 1 up, in the schedule's order."""
    kind: FaultKind
    target: str
    began_ns: int
    ended_ns: int
    may_lose_holds: bool
    """Whether the store may have lost acknowledged writes by it (or its clock's trust): then holds may be lost or come
    back, and what is sold may be forgotten until it is healed. Bookings may never."""
    detail: str = ""


class Sighting(msgspec.Struct, frozen=True, kw_only=True, tag="sighting", omit_defaults=True):
    """The whole of an event's seat states as one client has them now, from a snapshot or by following the changes."""

    client: str
    event: str
    at_ns: int
    epoch: str
    offset: str
    states: str
    """One letter a seat, in layout order."""


class Beginning(msgspec.Struct, frozen=True, kw_only=True, tag="beginning", omit_defaults=True):
    """The first line: what the run was."""

    seed: int
    began_ns: int
    wall_ms: int
    """Milliseconds since 1970 at `began_ns`, by this machine's clock: ties answers' times to monotonic ones."""
    seats: Mapping[str, tuple[str, ...]]
    """Every seat on sale by event, in layout order."""
    prices: Mapping[str, Mapping[str, int]] = {}
    """Minor units by event and seat, charges left out."""

    def at_ns(self, wall_ms: int) -> int:
        """When the machine's clock said `wall_ms`, monotonic."""
        return self.began_ns + (wall_ms - self.wall_ms) * 1_000_000


Line = Beginning | Operation | Fault | Sighting


class History:
    """Writes a history, line by line; what stands in the file survives the driver's own end.

    Not for several threads.
    """

    def __init__(self, path: Path, beginning: Beginning) -> None:
        self._file: IO[bytes] = path.open("wb")
        self._encoder = msgspec.json.Encoder()
        self.beginning = beginning
        self.operations: list[Operation] = []
        self.faults: list[Fault] = []
        self.sightings: list[Sighting] = []
        self._write(beginning)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, line: Operation | Fault | Sighting) -> None:
        """Append what has just come to its end."""
        match line:
            case Operation():
                self.operations.append(line)
            case Fault():
                self.faults.append(line)
            case Sighting():
                self.sightings.append(line)
        self._write(line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def story(self) -> "Story":
        """Everything so far."""
        return Story(self.beginning, tuple(self.operations), tuple(self.faults), tuple(self.sightings))

    def _write(self, line: Line) -> None:
        self._file.write(self._encoder.encode(line) + b"\n")
        self._file.flush()


class Story(msgspec.Struct, frozen=True):
    """A history, read."""

    beginning: Beginning
    operations: tuple[Operation, ...]
    faults: tuple[Fault, ...] = ()
    sightings: tuple[Sighting, ...] = ()


def read_history(path: Path) -> Story:
    """The history in a file.

    Raises:
        ValueError: it does not begin with a `Beginning`.
        msgspec.DecodeError: a line is none of a history's.
    """
    with path.open("rb") as lines:
        return story_of(msgspec.json.decode(line, type=Line) for line in lines)


def story_of(lines: Iterable[Line]) -> Story:
    """The story of lines in any order, but for the beginning.

    Raises:
        ValueError: they do not begin with a `Beginning`.
    """
    beginning, *rest = lines
    if not isinstance(beginning, Beginning):
        found = type(beginning).__name__
        raise ValueError(f"a history begins with its beginning, not with {found}")  # noqa: TRY004 (the file is wrong)
    return Story(
        beginning,
        tuple(it for it in rest if isinstance(it, Operation)),
        tuple(it for it in rest if isinstance(it, Fault)),
        tuple(it for it in rest if isinstance(it, Sighting)),
    )
