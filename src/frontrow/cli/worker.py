"""One of several processes that serve: `python -m frontrow.cli.worker NUMBER LISTENER CHANNEL`.

A supervisor starts it. Its arguments are its number, which all its log lines carry, and two open files: the listener it
shares with the other workers, and its end of the socket pair to the supervisor. Everything else it knows from the
environment, as every process of Frontrow.
"""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

import structlog
import uvloop
from structlog.contextvars import bind_contextvars

from frontrow.app import Application
from frontrow.cli.console import fail
from frontrow.cli.http_server import HttpServer
from frontrow.cli.process_setup import set_process_up
from frontrow.cli.starting import begin_start, end_start
from frontrow.cli.worker_words import BEAT_S, METRICS_FOLDER_VARIABLE, OfSupervisor, OfWorker, line
from frontrow.domain.errors import FrontrowError
from frontrow.settings import Settings, load
from frontrow.stores import Stores, external_stores

_log = structlog.get_logger(__name__)


def main() -> None:
    """Serve until told to stop or to retire, or until the supervisor is gone."""
    begin_start()
    signal.signal(signal.SIGTERM, _exit_cleanly)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # is for the supervisor, also where it is sent to a whole group
    number, *files = map(int, sys.argv[1:4])
    listener, channel = (socket.socket(fileno=file) for file in files)
    bind_contextvars(worker=number)
    try:
        settings = load()
        set_process_up(settings)
        stores = external_stores(settings)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_work(settings, stores, listener, channel))
    except FrontrowError as error:
        fail(str(error))


def _exit_cleanly(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


async def _work(settings: Settings, stores: Stores, listener: socket.socket, channel: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=channel)
    beating = asyncio.create_task(_beat(writer), name="beat")
    listening = serving = None
    try:
        async with Application.running(settings, stores, readings_folder=_metrics_folder()) as application:
            server = HttpServer(application, drain_s=settings.drain_seconds, is_supervised=True)
            end_start()
            listening = asyncio.create_task(_obey(reader, server), name="obey")
            serving = asyncio.create_task(_tell_serving(writer, server), name="tell serving")
            await server.serve(sockets=[listener])
    finally:
        for task in (beating, listening, serving):
            if task is not None:
                task.cancel()
        writer.close()


def _metrics_folder() -> Path | None:
    folder = os.environ.get(METRICS_FOLDER_VARIABLE)
    return None if folder is None else Path(folder)


async def _beat(writer: asyncio.StreamWriter) -> None:
    """Show the supervisor that the event loop turns."""
    while True:
        writer.write(line(OfWorker.ALIVE))
        await asyncio.sleep(BEAT_S)


async def _tell_serving(writer: asyncio.StreamWriter, server: HttpServer) -> None:
    await server.accepts.wait()
    writer.write(line(OfWorker.SERVING))


async def _obey(reader: asyncio.StreamReader, server: HttpServer) -> None:
    with suppress(ConnectionError):
        async for said in reader:
            if said == line(OfSupervisor.RETIRE):
                server.retire()
    _log.warning("supervisor_gone")
    server.stop()


if __name__ == "__main__":
    main()
