"""Log lines are written together, in their order, and never mixed; what warns is written at once."""

import asyncio
import io
import json
import os
import subprocess
import sys
import threading

from frontrow.log_lines import WAITING_BYTES_MAX, WRITE_BYTES_MAX, LineWriter
from tests.support.eventually import eventually


class Pieces(io.BytesIO):
    """Keeps each write as it came."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, piece: object) -> int:
        assert isinstance(piece, bytearray)
        self.pieces.append(bytes(piece))
        return len(piece)


def test_without_an_event_loop_every_line_is_written_at_once() -> None:
    stream = Pieces()
    writer = LineWriter(stream)
    writer.info(b"one")
    writer.debug(b"two")
    assert stream.pieces == [b"one\n", b"two\n"]


async def test_small_lines_wait_for_one_another_and_are_written_together() -> None:
    stream = Pieces()
    writer = LineWriter(stream)
    writer.info(b"one")
    writer.info(b"two")
    assert stream.pieces == []
    await eventually(lambda: stream.pieces == [b"one\ntwo\n"], "both lines are written")
    writer.info(b"three")
    await eventually(lambda: stream.pieces[1:] == [b"three\n"], "later ones too")


async def test_a_warning_is_written_at_once_after_what_waited() -> None:
    stream = Pieces()
    writer = LineWriter(stream)
    writer.info(b"before")
    writer.warning(b"now")
    assert stream.pieces == [b"before\nnow\n"]


async def test_no_write_is_larger_than_a_pipe_takes_in_one_piece() -> None:
    stream = Pieces()
    writer = LineWriter(stream)
    lines = [b"%d" % number * 50 for number in range(1_000)]
    for line in lines:
        writer.info(line)
    writer.flush()
    assert max(map(len, stream.pieces)) <= WRITE_BYTES_MAX
    assert all(piece.endswith(b"\n") for piece in stream.pieces)
    assert b"".join(stream.pieces).split() == lines


async def test_lines_do_not_wait_without_bound() -> None:
    stream = Pieces()
    writer = LineWriter(stream)
    for _ in range(WAITING_BYTES_MAX // 1_000 + 1):
        writer.info(b"x" * 1_000)
    assert stream.pieces


async def test_a_closed_pipe_loses_lines_and_stops_nobody() -> None:
    read, write = os.pipe()
    os.close(read)
    writer = LineWriter(os.fdopen(write, "wb", buffering=0))
    writer.warning(b"nobody reads this")


def test_lines_of_many_threads_are_all_written_once() -> None:
    stream = Pieces()
    writer = LineWriter(stream)

    def write(name: int) -> None:
        for number in range(200):
            writer.info(b"%d-%d" % (name, number))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.flush()
    assert sorted(b"".join(stream.pieces).split()) == sorted(b"%d-%d" % (n, m) for n in range(4) for m in range(200))


def logged(script: str) -> list[dict[str, object]]:
    """The lines a process of its own writes."""
    head = (
        "import asyncio, structlog\nfrom frontrow.logs import configure_logs\nfrom frontrow.settings import LogLevel\n"
    )
    done = subprocess.run([sys.executable, "-c", head + script], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_what_waits_when_a_process_ends_is_written() -> None:
    lines = logged("""
configure_logs(LogLevel.INFO)
async def main():
    structlog.get_logger().info("last", number=1)
asyncio.run(main())
""")
    assert [(line["event"], line["number"]) for line in lines] == [("last", 1)]


def test_a_line_carries_what_is_bound_and_nothing_in_it_can_break_it() -> None:
    lines = logged("""
configure_logs(LogLevel.INFO)
structlog.contextvars.bind_contextvars(request_id="r-1")
log = structlog.get_logger().bind(part="x")
log.info("odd", path="\\udcff", thing=object, none=None)
try:
    1 / 0
except ZeroDivisionError:
    log.info("failed", exc_info=True)
log.debug("small")
""")
    assert [line["event"] for line in lines] == ["odd", "failed"]
    assert {(line["request_id"], line["part"], line["level"]) for line in lines} == {("r-1", "x", "info")}
    assert "ZeroDivisionError" in str(lines[1]["exception"])


async def test_a_loop_that_ended_before_its_lines_were_written_does_not_keep_later_ones() -> None:
    stream = Pieces()
    writer = LineWriter(stream)

    async def write() -> None:
        writer.info(b"one")

    await asyncio.to_thread(lambda: asyncio.run(write()))
    writer.info(b"two")
    await eventually(lambda: b"".join(stream.pieces) == b"one\ntwo\n", "both are written")
