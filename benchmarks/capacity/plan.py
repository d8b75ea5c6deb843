"""The calculation: a sale and what things cost in, machines and times out.

Every line is arithmetic on rates, so that it can be checked by hand. What it leaves out: people who come back, bots,
failures, and the operating system's own work for the network.
"""

import math

import msgspec

from benchmarks.capacity.costs import Cost, Costs

BUSY_MAX = 0.6
"""Of a core, in the mean: the rest is for the moments that are worse than it."""
FOLLOWING_MAX = 0.3
"""Of a core, for following what all processes change: it is the same in each, however many there are."""
TOLD_WITHIN_S = 0.5
FRAMES_GATHERED_S = 0.05
"""How long a process gathers changes before it tells them (docs/live-protocol.md)."""
PAUSE_S_MAX = 0.1
"""The longest pause between two rounds over all watchers; else it is as long as the round."""
_US = 1e-6
_P99 = math.log(100)
"""How many mean times the slowest in a hundred takes where calls come by chance and wait for one server (M/M/1)."""


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """A sale of one house. Visitors are let in at `admitted_per_s` and are on the map for `stays_s`, in the mean.

    `looking` of them only look. The others take `chooses_s` for a try, hold `seats_per_buyer`, and buy after
    `decides_s`; `leaving` of those who hold give the seats back instead, which takes `gives_back_s`. For each hold that
    is granted so many are refused, of people who lost a race for a seat that their map still showed as free: as many as
    the rehearsal saw. `by_orders`: they pay here, else they are booked directly. So many `files` are asked of
    the servers for each visit as nothing in front of them keeps.
    """

    seats: int
    visitors: int
    admitted_per_s: float
    stays_s: float
    looking: float = 0.5
    leaving: float = 0.2
    chooses_s: float = 10.0
    decides_s: float = 60.0
    gives_back_s: float = 15.0
    refused_per_grant: float = 5.0
    seats_per_buyer: float = 2.45
    by_orders: bool = True
    files: float = 1.0


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What a sale asks for until everything is booked; rates are of its busiest time, which is its beginning."""

    sold_out_s: float
    purchases: float
    grants: float
    refusals: float
    tries_by: float
    """How many visitors try at all."""
    changes: float
    grants_per_s: float
    refusals_per_s: float
    changes_per_s: float
    watchers: float


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """A sale on so many API processes. `busy` is a share of one core: of each process, of the store, of the ledger;
    `whole` the processor time that all of it takes, from the opening to the last visitor."""

    processes: int
    demand: Demand
    api_busy: float
    store_busy: float
    ledger_busy: float
    watchers_each: float
    frames_per_s: float
    told_p50_s: float
    told_p99_s: float
    hold_p99_s: float
    requests_per_s: float
    requests: float
    sent_mbit_per_s: float
    process_mb: float
    whole: Cost


def demand_of(sale: Sale) -> Demand:
    """What people do in the sale.

    All seats are first held when enough of those who want some were let in; what is given back goes round again, a
    smaller part each time, until the last seat has found a buyer.
    """
    wanting_per_s = sale.admitted_per_s * (1 - sale.looking)
    wanting = sale.visitors * (1 - sale.looking)
    purchases = min(sale.seats / sale.seats_per_buyer, wanting * (1 - sale.leaving))
    grants = purchases / (1 - sale.leaving)
    filled_s = purchases / wanting_per_s
    rounds = math.ceil(math.log(max(purchases, 2)) / math.log(1 / sale.leaving)) if sale.leaving else 0
    cycle_s = sale.chooses_s + sale.decides_s + sale.gives_back_s
    sold_out_s = filled_s + sale.chooses_s + sale.decides_s + rounds * cycle_s
    tries_by = min(wanting, wanting_per_s * sold_out_s)
    refusals = sale.refused_per_grant * grants
    steps = 2 if sale.by_orders else 1
    changes = grants + steps * purchases + 2 * (grants - purchases)
    return Demand(
        sold_out_s=sold_out_s,
        purchases=purchases,
        grants=grants,
        refusals=refusals,
        tries_by=tries_by,
        changes=changes,
        grants_per_s=wanting_per_s,
        refusals_per_s=refusals / sold_out_s,
        changes_per_s=wanting_per_s * changes / grants,
        watchers=min(sale.visitors, sale.admitted_per_s * sale.stays_s),
    )


def predict(sale: Sale, costs: Costs, processes: int) -> Prediction:
    """How the sale goes on so many API processes of a core each, one store and one ledger."""
    demand = demand_of(sale)
    each = demand.watchers / processes
    frames_per_s, period_s, round_s = _rounds(each, demand.changes_per_s, costs.push.api_us)
    purchase = costs.order if sale.by_orders else costs.booking
    visit = costs.file.times(sale.files).plus(costs.event).plus(costs.stream)
    bought_share = demand.purchases / demand.grants
    follow = costs.follow.times(processes)
    busy = _sum(
        visit.times(sale.admitted_per_s),
        costs.token.plus(costs.hold).times(demand.grants_per_s),
        costs.refusal.times(demand.refusals_per_s),
        purchase.times(demand.grants_per_s * bought_share),
        costs.release.times(demand.grants_per_s * (1 - bought_share)),
        follow.times(demand.changes_per_s),
        costs.push.times(demand.watchers * frames_per_s),
        costs.idle.times(processes),
    )
    told = _rounds(each, demand.changes / demand.sold_out_s, costs.push.api_us)[0]
    watching_s = min(demand.sold_out_s, sale.visitors / sale.admitted_per_s)
    whole = _sum(
        visit.times(sale.visitors),
        costs.token.times(demand.tries_by),
        costs.hold.times(demand.grants),
        costs.refusal.times(demand.refusals),
        purchase.times(demand.purchases),
        costs.release.times(demand.grants - demand.purchases),
        follow.times(demand.changes),
        costs.push.times(demand.watchers * told * watching_s),
        costs.idle.times(processes * max(demand.sold_out_s, sale.visitors / sale.admitted_per_s)),
    )
    api_busy = busy.api_us * _US / processes
    served_s = (costs.hold.api_us + costs.hold.store_us) * _US
    # A visit asks for the event and its stream; who tries, for a token once.
    visits, calls = 2 + sale.files, 3 + (1 - sale.leaving) * (1 if sale.by_orders else 0)
    sent_bytes = demand.watchers * frames_per_s * costs.frame_bytes + sale.admitted_per_s * sale.seats
    return Prediction(
        processes=processes,
        demand=demand,
        api_busy=api_busy,
        store_busy=busy.store_us * _US,
        ledger_busy=busy.ledger_us * _US,
        watchers_each=each,
        frames_per_s=frames_per_s,
        told_p50_s=period_s / 2,
        told_p99_s=period_s + round_s,
        hold_p99_s=_P99 * served_s / max(0.01, 1 - api_busy),
        requests_per_s=visits * sale.admitted_per_s + demand.refusals_per_s + calls * demand.grants_per_s,
        requests=visits * sale.visitors + demand.tries_by + demand.refusals + (calls - 1) * demand.grants,
        sent_mbit_per_s=8 * sent_bytes / 1e6,
        process_mb=(costs.process_bytes + each * costs.watcher_bytes) / 1e6,
        whole=whole,
    )


class NotServed(msgspec.Struct, frozen=True):
    """A sale that no number of processes serves, and why."""

    demand: Demand
    why: str


def processes_for(sale: Sale, costs: Costs) -> Prediction | NotServed:
    """The sale on as few processes as keep every core under BUSY_MAX, and watchers told within TOLD_WITHIN_S."""
    demand = demand_of(sale)
    changes = f"{demand.changes_per_s:,.0f} changes a second"
    if demand.changes_per_s * costs.follow.api_us * _US >= FOLLOWING_MAX:
        return NotServed(demand, f"{changes}, which every process would have to follow")
    processes = 1
    while True:
        found = predict(sale, costs, processes)
        if found.store_busy > BUSY_MAX:
            return NotServed(demand, f"one slot would be {found.store_busy:.0%} busy")
        if found.api_busy <= BUSY_MAX and found.told_p99_s <= TOLD_WITHIN_S:
            return found
        processes = max(processes + 1, int(processes * 1.05))


def admitted_per_s_max(sale: Sale, costs: Costs) -> float:
    """The most visitors a second that one event is served with, all else as in the sale; within one in a hundred."""
    least, most = 0.01, 1_000_000.0
    while most > 1.01 * least:
        between = math.sqrt(least * most)
        let_in = msgspec.structs.replace(sale, admitted_per_s=between)
        if isinstance(processes_for(let_in, costs), Prediction):
            least = between
        else:
            most = between
    return least


def holds_per_s_of_one_event(costs: Costs) -> float:
    """The ceiling of one hot event: its keys are one slot, so one thread of one store runs all of its scripts."""
    return BUSY_MAX / (costs.hold.store_us * _US)


def _rounds(watchers: float, changes_per_s: float, push_us: float) -> tuple[float, float, float]:
    """Frames a second to each of a process's watchers, the time from one to the next, and of a round over all."""
    round_s = watchers * push_us * _US
    period_s = FRAMES_GATHERED_S + round_s + min(PAUSE_S_MAX, round_s)
    return min(changes_per_s, 1 / period_s), period_s, round_s


def _sum(*costs: Cost) -> Cost:
    total = Cost()
    for cost in costs:
        total = total.plus(cost)
    return total
