"""A rehearsed sale as figures: what the plan predicted of it beside what was measured, and what must not have been."""

from benchmarks.capacity.costs import Where
from benchmarks.capacity.plan import Prediction, Sale
from benchmarks.capacity.rehearsal import Line, Rehearsal
from benchmarks.load.figures import Figure, must_be_none, percentile
from benchmarks.load.on_sale import Measured
from benchmarks.load.sale_crowd import SEATS_WANTED, Manners


def sale_as_planned(*, seats: int, visitors: int, let_in_s: list[float], manners: Manners, by_orders: bool) -> Sale:
    """The same sale in the plan's words; it has no word for a rate that changes, so the mean is told."""
    return Sale(
        seats=seats,
        visitors=visitors,
        admitted_per_s=visitors / max(let_in_s[-1], 1.0),
        stays_s=manners.stays_s,
        looking=manners.looking,
        leaving=manners.leaving,
        chooses_s=manners.chooses_s,
        decides_s=manners.decides_s,
        gives_back_s=manners.gives_back_after_s,
        seats_per_buyer=sum(count * share for count, share in SEATS_WANTED.items()),
        by_orders=by_orders,
        files=0,
    )


def rehearsed(command: str, where: Where, plan: Prediction, measured: Measured) -> Rehearsal:
    """Prediction and measurement, line by line."""
    return Rehearsal(command=command, where=where, lines=[*_sale(plan, measured), *_speed(plan, measured)])


def figures(rehearsal: Rehearsal, measured: Measured) -> list[Figure]:
    """What is printed; whatever went wrong is a target that was missed."""
    told = [Figure(line.name, f"{line.measured}{_beside(line.predicted)}") for line in rehearsal.lines]
    return [*told, *(must_be_none(name, found) for name, found in measured.wrong.items())]


def _beside(predicted: str) -> str:
    return f" (predicted {predicted})" if predicted else ""


def _sale(plan: Prediction, measured: Measured) -> list[Line]:
    asked, demand = measured.asked, plan.demand
    requests = sum(count for name, count in asked.items() if name != "granted")
    sold_out = "never" if measured.sold_out_after_s is None else f"{measured.sold_out_after_s:.1f} s"
    bought = measured.left.get("bought", 0)
    return [
        Line("sold out after", f"{demand.sold_out_s:.1f} s", sold_out),
        Line("purchases", f"{demand.purchases:,.0f}", f"{bought:,}"),
        Line("holds granted", f"{demand.grants:,.0f}", f"{asked.get('granted', 0):,}"),
        Line("holds refused", f"{demand.refusals:,.0f}", f"{asked.get('hold', 0) - asked.get('granted', 0):,}"),
        Line("watching at once", f"{demand.watchers:,.0f}", f"{measured.watchers_at_once:,}"),
        Line("requests", f"{plan.requests:,.0f}", f"{requests:,}"),
        Line("from the opening to the last visitor's leaving", "", f"{measured.took_s:.1f} s"),
    ]


def _speed(plan: Prediction, measured: Measured) -> list[Line]:
    spent, whole = measured.spent, plan.whole
    return [
        Line("a hold's answer, p99", f"{1000 * plan.hold_p99_s:,.0f} ms", _ms(measured.hold_s)),
        Line("a purchase's answer", "", _ms(measured.purchase_s)),
        Line("a watcher is told of a sale, p99", f"{1000 * plan.told_p99_s:,.0f} ms", _ms(measured.told_after_s)),
        Line("processor time of the workers", f"{whole.api_us / 1e6:.1f} s", f"{spent.api_s:.1f} s"),
        Line("of Valkey", f"{whole.store_us / 1e6:.2f} s", f"{spent.store_s:.2f} s"),
        Line("of PostgreSQL", f"{whole.ledger_us / 1e6:.2f} s", f"{spent.ledger_s:.2f} s"),
        Line("of the crowd", "", f"{spent.crowd_s:.1f} s"),
        Line("frames that the crowd was sent", "", f"{measured.frames:,}"),
        Line("by which the crowd itself was late", "", _ms(measured.loop_late_s)),
    ]


def _ms(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "none"
    return f"p50 {1000 * percentile(seconds, 50):,.0f} ms, p99 {1000 * percentile(seconds, 99):,.0f} ms"
