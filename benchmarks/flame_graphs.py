"""`python -m benchmarks.flame_graphs hold|booking -o FILE`: where a serving process spends its time.

py-spy samples the process while wrk loads it: every thread of it that has the interpreter's lock, so what takes time in
Python. The same path at an older commit: `git worktree add /tmp/before COMMIT`, and `--code /tmp/before`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.flame_svg import drawn, stacks_of, tree_of
from benchmarks.report import commit_of
from frontrow.bench.house import SEATS_PER_HOLD, House, guests, house_on_sale
from frontrow.bench.load_generator import CONNECTIONS, LoadRun
from frontrow.bench.own_server import OwnServer, own_server
from frontrow.cli.token import sign_token
from frontrow.client import Client
from frontrow.settings import Settings

SAMPLES_PER_S = 400
_HOLD_SEATS = 10_000
_HOLDS_OF_A_BUYER = 16
_BUYERS = 300
_SALE_SEATS = _BUYERS * _HOLDS_OF_A_BUYER * SEATS_PER_HOLD
_HOLDING_S_MAX = 30
_WARM_S = 1
_LOOK_AGAIN_S = 0.2
_CODE = Path(__file__).parents[1]
_LOOP_BEGINS = "Runner.run (asyncio/"
_THREADS_OWN = ("(threading.py", "(concurrent/futures/thread.py")


class Sampled(StrEnum):
    """What is sampled: `hold`, holds of 3 seats; `booking`, bookings of seats that are held already."""

    HOLD = "hold"
    BOOKING = "booking"


def main(
    sampled: Annotated[Sampled, typer.Argument(help="The path.")],
    file: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The SVG file to write.")],
    seconds: Annotated[int, typer.Option(min=2, max=60, help="How long it is sampled.")] = 8,
    code: Annotated[Path, typer.Option(metavar="FOLDER", help="The work tree whose code serves.")] = _CODE,
) -> None:
    """Sample a serving process under load and draw where its time goes."""
    with own_server({"PYTHONPATH": str(code.absolute() / "src")}) as server:
        admin_token = sign_token(Settings(jwt_secret=server.secret), user="bench", roles=["admin"], ttl_minutes=60)
        with Client(server.url, token=admin_token) as admin:
            if sampled is Sampled.HOLD:
                what, raw = "Holds of 3 seats", _holding(server, admin, seconds)
            else:
                what, raw = "Bookings of 3 held seats", _booking(server, admin, admin_token, seconds)
    root = tree_of((_rooted(frames), samples) for frames, samples in stacks_of(raw))
    file.write_text(
        drawn(
            root,
            f"{what} over HTTP, at {commit_of(code)}",
            f"{root.samples:,} samples of the serving process under {CONNECTIONS} connections; "
            "a box is as wide as the share of the time spent in a function and in what it calls",
        ),
        encoding="utf-8",
    )


def _holding(server: OwnServer, admin: Client, seconds: int) -> str:
    with (
        house_on_sale(admin, server.url, _HOLD_SEATS, guests(admin), "holds") as house,
        ThreadPoolExecutor(1) as threads,
    ):
        load = threads.submit(house.hold, seconds=seconds + 2 * _WARM_S, connections=CONNECTIONS)
        time.sleep(_WARM_S)
        raw = _stacks(server.pid, seconds)
        load.result()
    return raw


def _booking(server: OwnServer, admin: Client, seller_token: str, seconds: int) -> str:
    buyers = guests(admin, _BUYERS)
    with (
        house_on_sale(admin, server.url, _SALE_SEATS, buyers, "sales") as house,
        ThreadPoolExecutor(1) as threads,
    ):
        holds = _BUYERS * _HOLDS_OF_A_BUYER
        sale_s = _HOLDING_S_MAX + seconds
        load = threads.submit(house.buy, seller_token, seconds=sale_s, connections=CONNECTIONS, held_first=holds)
        _wait_for_first_booking(admin, house, load)
        raw = _stacks(server.pid, seconds)
        load.result()
    return raw


def _wait_for_first_booking(admin: Client, house: House, load: "Future[LoadRun]") -> None:
    while "b" not in admin.get_seat_states(house.event_id).states:
        if load.done():
            raise SystemExit(f"nothing was booked: {load.result()}")
        time.sleep(_LOOK_AGAIN_S)


def _rooted(frames: list[str]) -> list[str]:
    """Without what every stack of a thread begins with, which says nothing."""
    for place, frame in enumerate(frames):
        if frame.startswith(_LOOP_BEGINS):
            return ["the event loop", *frames[place + 1 :]]
    return ["another thread", *(frame for frame in frames if not any(own in frame for own in _THREADS_OWN))]


def _sampler() -> str:
    """py-spy's path: beside this Python, else on PATH."""
    path = shutil.which("py-spy", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    if path is None:
        raise SystemExit("py-spy is not installed: pip install --group bench, as `make bench` does")
    return path


def _stacks(pid: int, seconds: int) -> str:
    with tempfile.NamedTemporaryFile(prefix="frontrow-stacks-", mode="r", encoding="utf-8") as stacks:
        subprocess.run(
            [
                *(_sampler(), "record", "--gil", "--function", "--format", "raw"),
                *("--rate", str(SAMPLES_PER_S), "--duration", str(seconds), "--pid", str(pid), "--output", stacks.name),
            ],
            check=True,
            capture_output=True,
        )
        return stacks.read()


if __name__ == "__main__":
    typer.run(main)
