"""`python -m tests.chaos`: buyers against a real deployment, faults by a seed, and a judgement.

Prints the seed and every fault; `--seed` replays the schedule. Exits with 1 where a promise was broken.
"""

import argparse
import asyncio
import secrets
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

import uvloop

from tests.chaos.checker.breaches import Promise
from tests.chaos.driver.clock_file import faketime_library
from tests.chaos.driver.closing import NotAtRest
from tests.chaos.driver.deployment import running_deployment
from tests.chaos.driver.faults import RECIPES
from tests.chaos.driver.rounds import put_layout, run_round
from tests.chaos.driver.schedule import PlannedRound, counts_of, planned_rounds
from tests.chaos.driver.store_cluster import StoreCluster
from tests.chaos.driver.store_pair import StorePair
from tests.chaos.driver.stores import Stores
from tests.chaos.driver.tally import Tally


def main() -> int:
    """Run what the command line says; 0 where every promise was kept."""
    options = _parser().parse_args()
    seed = options.seed if options.seed is not None else secrets.randbits(32)
    without = set(options.without)
    if faketime_library() is None:
        without |= {name for name in RECIPES if "clock" in name}
        print("libfaketime is not installed: no clock is stepped", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="frontrow-chaos-"))
    stores: Stores
    stores = StoreCluster(folder) if options.store == "cluster" else StorePair(folder, lag_s=options.lag_ms / 1000)
    without |= stores.can_not
    rounds = planned_rounds(
        seed,
        options.faults,
        per_round=options.per_round,
        only=options.only,
        without=without,
        also_lossy=stores.also_lossy,
    )
    print(f"seed {seed}: {options.faults} faults in {len(rounds)} rounds, --seed {seed} replays them", flush=True)
    for name, count in counts_of(rounds).items():
        print(f"  {count:>4} {name}")
    tally = Tally()
    try:
        uvloop.run(_run(rounds, folder, stores, options, tally))
    finally:
        print(*tally.lines(), sep="\n", flush=True)
        if tally.broken or options.keep:
            print(f"histories, standings and logs are in {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if options.control:
        is_seen = any(f"{Promise.ONE_OWNER.name.lower()}:" in it for it in tally.broken)
        print("the control was seen" if is_seen else "NOTHING WAS SEEN, though the ledger had no unique index")
        return 0 if is_seen else 1
    if tally.broken:
        print(f"BROKEN, seed {seed}:", *tally.broken, sep="\n  ", flush=True)
        return 1
    print(f"seed {seed}: every promise was kept through {options.faults} faults", flush=True)
    return 0


async def _run(
    rounds: Sequence[PlannedRound], folder: Path, stores: Stores, options: argparse.Namespace, tally: Tally
) -> None:
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)  # what was started is ended
    async with running_deployment(folder, stores) as deployment:
        await put_layout(deployment)
        if options.control:
            await deployment.ledger.drop_the_last_word()
        for plan in rounds:
            began = time.monotonic()
            print(f"round {plan.number}{' (gentle)' if plan.is_gentle else ''}", flush=True)
            path = folder / f"history-{plan.number}.jsonl"
            try:
                ended = await run_round(plan, deployment, path, buyers=options.buyers, say=_say)
            except (AssertionError, NotAtRest, ExceptionGroup) as error:
                tally.broken.append(f"round {plan.number} did not end: {error}")
                print(*traceback.format_exception(error), sep="", flush=True)
                await deployment.heal()
                continue
            seconds = time.monotonic() - began
            tally.add(ended.verdict, ended.faults, calls=ended.calls, seconds=seconds, is_gentle=plan.is_gentle)
            print(f"round {plan.number}: {ended.calls} calls in {seconds:.1f} s", flush=True)
            for line in ended.verdict.lines():
                print(f"  {line}", flush=True)
            broken = [*ended.wrong, *map(str, ended.verdict.breaches)]
            if ended.verdict.is_judged_too_little:
                broken += [f"undecided: {it}" for it in ended.verdict.undecided]
            tally.broken += [f"round {plan.number}: {it}" for it in broken]
            if not broken and options.keep is None:
                path.unlink()
                path.with_suffix(".standing").unlink()


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="the schedule; printed by every run")
    parser.add_argument("--faults", type=int, default=1000, help="how many in all")
    parser.add_argument("--per-round", type=int, default=40, help="after so many, all comes to rest and is judged")
    parser.add_argument("--buyers", type=int, default=14, help="how many buy at once")
    parser.add_argument("--store", choices=["pair", "cluster"], default="pair", help="what the hold store is")
    parser.add_argument("--lag-ms", type=int, default=300, help="how late the replica is told")
    parser.add_argument("--only", nargs="*", default=[], choices=[*RECIPES], help="these faults alone")
    parser.add_argument("--without", nargs="*", default=[], choices=[*RECIPES], help="not these faults")
    parser.add_argument("--control", action="store_true", help="drop the ledger's unique index: has to be seen")
    parser.add_argument("--keep", action="store_const", const=True, help="keep histories and logs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
