"""`python -m tests.mutants [--jobs N] [NAME ...]`: break the product on purpose, and see whether its tests notice.

Each mutant's test is run in a copy of its own, with the patch and, first, without any: a test that fails anyway
catches nothing. Ends with 1 if a mutant survives, does not apply, or its test fails without it.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import msgspec

from tests.mutants.mutant import Mutant, apply, copy_repository, mutants

TEST_SECONDS_MAX = 300.0
PLUGINS_LEFT_OUT = ("randomly", "cacheprovider", "schemathesis", "xdist", "pytest_cov")
"""Of pytest: they cost each process a second, and no test here needs them."""
_FAILED = 1


class Fate(Enum):
    """What became of a mutant."""

    CAUGHT = "caught"
    SURVIVED = "SURVIVED"
    NOT_APPLIED = "NO LONGER APPLIES"
    NO_TEST = "ITS TEST FAILS WITHOUT IT, OR IS NOT THERE"


class Tried(msgspec.Struct, frozen=True):
    """A mutant's fate, and what is to be said of it."""

    mutant: Mutant
    fate: Fate
    said: str
    seconds: float


async def main(names: Sequence[str], jobs: int) -> int:
    """Try these mutants, or all; 0 when every one was caught."""
    chosen = [it for it in mutants() if not names or it.name in names]
    if unknown := set(names).difference(it.name for it in chosen):
        print(f"no such mutants: {', '.join(sorted(unknown))}")
        return 2
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="frontrow-mutants-") as folder:
        sound = Path(folder) / "sound"
        copy_repository(sound)
        _, said = await _run([it.test for it in chosen], sound)
        passes = {it.test: _passes(it.test, said) for it in chosen}
        took_s = time.monotonic() - began_s
        print(f"{sum(passes.values())} of {len(passes)} tests pass without a mutant, {took_s:.0f} s", flush=True)
        at_once = asyncio.Semaphore(jobs)
        tried = await asyncio.gather(*(_try(it, Path(folder), at_once, passes[it.test]) for it in chosen))
    print()
    for it in tried:
        if it.fate is not Fate.CAUGHT:
            print(f"{it.fate.value}: {it.mutant.name} ({it.mutant.test})\n{it.said}")
    caught = sum(it.fate is Fate.CAUGHT for it in tried)
    print(f"{caught} of {len(tried)} mutants caught in {time.monotonic() - began_s:.0f} s")
    return 0 if caught == len(tried) else 1


def _passes(test: str, said: str) -> bool:
    """Whether pytest's summary has this test as passed, with every one of its parameters where none is named."""
    results = [line.partition(" ") for line in said.splitlines()]
    ends = [result for result, _, named in results if named.partition(" - ")[0] == test or named.startswith(f"{test}[")]
    return bool(ends) and set(ends) == {"PASSED"}


async def _try(mutant: Mutant, folder: Path, at_once: asyncio.Semaphore, passes_without: bool) -> Tried:
    began_s = time.monotonic()
    if passes_without:
        async with at_once:
            fate, said = await _tried_in(mutant, folder / mutant.name)
    else:
        fate, said = Fate.NO_TEST, ""
    print(f"{fate.value:>10}  {mutant.name}: {mutant.defect.splitlines()[0]}", flush=True)
    return Tried(mutant, fate, said, time.monotonic() - began_s)


async def _tried_in(mutant: Mutant, copy: Path) -> tuple[Fate, str]:
    await asyncio.to_thread(copy_repository, copy)
    if (fault := apply(mutant, copy)) is not None:
        return Fate.NOT_APPLIED, fault
    code, said = await _run([mutant.test], copy)
    await asyncio.to_thread(shutil.rmtree, copy)
    return (Fate.CAUGHT if code == _FAILED else Fate.SURVIVED), said[-2000:]


async def _run(tests: Sequence[str], copy: Path) -> tuple[int, str]:
    """These tests in this copy of the product; pytest's exit code and what it said. No answer in time is a failure."""
    left_out = [word for name in PLUGINS_LEFT_OUT for word in ("-p", f"no:{name}")]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-rA", "--tb=line", "--show-capture=no", *left_out, *tests),
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONHASHSEED": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), TEST_SECONDS_MAX * len(tests))
    except TimeoutError:
        process.kill()
        await process.wait()
        return _FAILED, f"no answer within {TEST_SECONDS_MAX:g} s"
    return process.returncode or 0, said.decode(errors="replace")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutants to try; all when none is named")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="tests at once")
    return parser.parse_args()


if __name__ == "__main__":
    chosen_by = _arguments()
    raise SystemExit(asyncio.run(main(chosen_by.names, max(1, chosen_by.jobs))))
