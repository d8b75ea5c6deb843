"""The plan as tables for docs/capacity.md, and that document with its tables made anew."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from benchmarks.capacity.costs import Cost, Costs
from benchmarks.capacity.plan import (
    BUSY_MAX,
    FOLLOWING_MAX,
    NotServed,
    Prediction,
    Sale,
    admitted_per_s_max,
    holds_per_s_of_one_event,
    processes_for,
)
from benchmarks.capacity.rehearsal import Rehearsal

DOCUMENT = Path(__file__).parents[2] / "docs" / "capacity.md"
SEATS = (1_000, 10_000, 100_000)
VISITORS_PER_SEAT = 10
FILLED_S = 300
"""A waiting room lets people in so fast that all seats are first held after so long."""
AT_ONCE_S = 60
"""Without one they all come in this time."""
_MARK = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_NAMES = {
    "file": "a file of the page that the browser has already (304)",
    "event": "a read of the event",
    "stream": "a stream opened, with every seat's state, and left",
    "token": "a guest's token",
    "hold": "a hold of two seats",
    "refusal": "a hold refused (409, each seat with its reason)",
    "release": "a hold given back",
    "booking": "a hold booked directly",
    "order": "a hold ordered, and the order paid at the demo's bank",
    "push": "a frame to one watcher",
    "follow": "a change, in every process that shows the event",
    "idle": "a second of a process that nobody asks anything",
}


def sale_through_waiting_room(seats: int) -> Sale:
    """Ten visitors a seat, let in so that all seats are first held after FILLED_S; each stays for 90 s."""
    sale = Sale(seats=seats, visitors=VISITORS_PER_SEAT * seats, admitted_per_s=1, stays_s=90, files=0)
    wanting_per_s = seats / sale.seats_per_buyer / FILLED_S
    return msgspec.structs.replace(sale, admitted_per_s=wanting_per_s / (1 - sale.looking))


def sale_at_once(seats: int) -> Sale:
    """The same visitors, all within AT_ONCE_S, who stay for five minutes."""
    visitors = VISITORS_PER_SEAT * seats
    return Sale(seats=seats, visitors=visitors, admitted_per_s=visitors / AT_ONCE_S, stays_s=300, files=0)


def parts(costs: Costs, rehearsal: Rehearsal | None) -> dict[str, str]:
    """Every table of the document, by its name there."""
    made = {"costs": _costs(costs), "carries": _carries(costs), "ceiling": _ceiling(costs), "sales": _sales(costs)}
    return made if rehearsal is None else made | {"rehearsal": _rehearsal(rehearsal)}


def with_parts(document: str, made: dict[str, str]) -> str:
    """The document with these tables between their marks; others stay as they are."""
    return _MARK.sub(lambda found: f"{found[1]}{made[found[2]]}{found[3]}" if found[2] in made else found[0], document)


def _costs(costs: Costs) -> str:
    rows = []
    for name, said in _NAMES.items():
        cost: Cost = getattr(costs, name)
        rows.append((said, *(f"{us:,.0f}" if us >= 0.5 else "" for us in (cost.api_us, cost.store_us, cost.ledger_us))))
    where = costs.where
    told = (
        f"`python -m benchmarks.capacity measure` on {where.started_at[:10]} at {where.commit}: {where.machine}, "
        f"{where.cores} cores with a load of {where.load:g} when it began, Python {where.python}.\n\n"
    )
    memory = (
        f"\nA frame of a stream is {costs.frame_bytes:,.0f} bytes. A watcher takes {costs.watcher_bytes / 1e3:,.0f} kB "
        f"of the process, which itself has {costs.process_bytes / 1e6:,.0f} MB.\n"
    )
    head = ("microseconds of processor time", "API process", "Valkey", "PostgreSQL")
    return told + _table(head, rows) + memory


def _carries(costs: Costs) -> str:
    def per_s(us: float) -> str:
        return f"{BUSY_MAX * 1e6 / us:,.0f}"

    rows = [
        ("one API process", "holds a second", per_s(costs.hold.api_us)),
        ("", "refusals a second", per_s(costs.refusal.api_us)),
        ("", "visits a second (event, stream)", per_s(costs.event.api_us + costs.stream.api_us)),
        ("", "direct bookings a second", per_s(costs.booking.api_us)),
        ("", "orders paid a second", per_s(costs.order.api_us)),
        ("", "watchers, at 10 frames a second", per_s(10 * costs.push.api_us)),
        ("one Valkey shard", "holds a second", per_s(costs.hold.store_us)),
        ("", "whole sales a second (hold, direct booking)", per_s(costs.hold.store_us + costs.booking.store_us)),
        ("", "whole sales a second (hold, order)", per_s(costs.hold.store_us + costs.order.store_us)),
        ("one PostgreSQL core", "direct bookings a second", per_s(costs.booking.ledger_us)),
        ("", "orders paid a second", per_s(costs.order.ledger_us)),
    ]
    return _table(("part", "what", f"with its core {BUSY_MAX:.0%} busy"), rows)


def _ceiling(costs: Costs) -> str:
    large = sale_through_waiting_room(SEATS[-1])
    follows = FOLLOWING_MAX * 1e6 / costs.follow.api_us
    return (
        f"- The slot runs {holds_per_s_of_one_event(costs):,.0f} holds of two seats a second ({BUSY_MAX:.0%} of its "
        "thread), if nothing else is asked of it.\n"
        f"- Every process follows every change of the event: at {FOLLOWING_MAX:.0%} of each one's core that is "
        f"{follows:,.0f} changes a second, however many processes there are.\n"
        f"- So a house of {SEATS[-1]:,} seats sold by orders takes at most "
        f"{admitted_per_s_max(large, costs):,.0f} visitors a second, half of whom want seats.\n"
    )


def _sales(costs: Costs) -> str:
    made = (
        [(f"{seats:,}", "a waiting room", sale_through_waiting_room(seats)) for seats in SEATS],
        [(f"{seats:,}", f"all in {AT_ONCE_S} s", sale_at_once(seats)) for seats in SEATS],
    )
    rows = [(seats, doors, *_planned(sale, costs)) for sales in made for seats, doors, sale in sales]
    head = ("seats", "doors", "visitors", "let in a second", "holds a second", "sold out after", "watching at once")
    more = ("requests a second", "Mbit/s", "API processes", "Valkey's core", "PostgreSQL's cores")
    return _table((*head, *more), rows)


def _planned(sale: Sale, costs: Costs) -> tuple[str, ...]:
    plan = processes_for(sale, costs)
    demand = plan.demand
    crowd = (f"{sale.visitors:,}", f"{sale.admitted_per_s:,.0f}", f"{demand.grants_per_s:,.0f}")
    match plan:
        case NotServed(why=why):
            return (*crowd, "", f"{demand.watchers:,.0f}", "", "", f"none: {why}", "", "")
        case Prediction():
            return (
                *crowd,
                f"{demand.sold_out_s / 60:.0f} min",
                f"{demand.watchers:,.0f}",
                f"{plan.requests_per_s:,.0f}",
                f"{plan.sent_mbit_per_s:,.0f}",
                f"{plan.processes:,} ({plan.api_busy:.0%} busy)",
                f"{plan.store_busy:.0%}",
                f"{plan.ledger_busy:.2f}",
            )


def _rehearsal(rehearsal: Rehearsal) -> str:
    where = rehearsal.where
    told = (
        f"`{rehearsal.command}` on {where.started_at[:10]} at {where.commit}: {where.machine}, "
        f"{where.cores} cores with a load of {where.load:g} when it began, which the crowd and all servers share.\n\n"
    )
    rows = [(line.name, line.predicted, line.measured) for line in rehearsal.lines]
    return told + _table(("", "predicted", "measured"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
