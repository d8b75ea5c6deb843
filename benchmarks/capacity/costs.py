"""What each part spends on each thing people do: measured figures, kept as JSON."""

from pathlib import Path

import msgspec

from benchmarks.report import load_average, new_report

COSTS_FILE = Path(__file__).parents[2] / "docs" / "benchmarks" / "capacity.json"


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Microseconds of processor time for one of something: of the API processes, of the store's main thread, of all of
    the ledger's processes."""

    api_us: float = 0.0
    store_us: float = 0.0
    ledger_us: float = 0.0

    def times(self, count: float) -> "Cost":
        """So many of them; a rate per second gives microseconds a second."""
        return Cost(api_us=count * self.api_us, store_us=count * self.store_us, ledger_us=count * self.ledger_us)

    def plus(self, other: "Cost") -> "Cost":
        """Both."""
        return Cost(
            api_us=self.api_us + other.api_us,
            store_us=self.store_us + other.store_us,
            ledger_us=self.ledger_us + other.ledger_us,
        )

    def at_least_nothing(self) -> "Cost":
        """Without what a small difference of large figures made less than nothing."""
        return Cost(api_us=max(0.0, self.api_us), store_us=max(0.0, self.store_us), ledger_us=max(0.0, self.ledger_us))


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """On what, when and of which commit; `load` is the machine's load average when the measuring began."""

    commit: str
    machine: str
    cores: int
    python: str
    started_at: str
    load: float


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a plan is computed from.

    `file` is a file of the page that the browser has and asks about, `event` a read of the event, `stream` a stream
    that is opened and left again, `token` a guest's, `hold` two seats granted and `refusal` two that somebody else
    has, `release` a hold given back, `booking` a hold booked directly, `order` one that is ordered and then paid at
    the demo's bank. `push` is one frame to one watcher; `follow` one change, in every process that shows the event;
    `idle` what one process, and the stores for it, do in a second in which nobody asks anything.
    """

    where: Where
    file: Cost
    event: Cost
    stream: Cost
    token: Cost
    hold: Cost
    refusal: Cost
    release: Cost
    booking: Cost
    order: Cost
    push: Cost
    follow: Cost
    idle: Cost
    frame_bytes: float
    watcher_bytes: float
    process_bytes: float


def here_and_now() -> Where:
    """This machine, this moment, this commit."""
    report = new_report()
    return Where(
        commit=report.commit,
        machine=report.machine,
        cores=report.cores,
        python=report.python,
        started_at=report.started_at,
        load=load_average(),
    )


def read_costs(file: Path = COSTS_FILE) -> Costs:
    """The figures that were measured last."""
    return msgspec.json.decode(file.read_bytes(), type=Costs)


def write_costs(costs: Costs, file: Path = COSTS_FILE) -> None:
    """Keep them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(costs), indent=2) + b"\n")
