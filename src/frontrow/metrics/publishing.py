"""The metrics of a process, and with other workers' those of its whole server."""

import asyncio

import structlog

from frontrow.http.services import MetricsText
from frontrow.metrics import families
from frontrow.metrics.asking import AsksLedger, AsksStore, ask_stores
from frontrow.metrics.family import Readings
from frontrow.metrics.reading import Parts, read
from frontrow.metrics.workers import SharedReadings

PUBLISH_EVERY_S = 1.0

_log = structlog.get_logger(__name__)


class Metrics:
    """Reads the parts when asked. With `shared` they are told to the other workers as well, and these are added.

    `run` is its loop.
    """

    def __init__(self, parts: Parts, *, store: AsksStore, ledger: AsksLedger, shared: SharedReadings | None) -> None:
        self._parts = parts
        self._store = store
        self._ledger = ledger
        self._shared = shared
        self._failed = False

    async def text(self) -> MetricsText:
        """Everything there is to say now. What the stores do not say within two seconds is left out."""
        asked = Readings()
        await ask_stores(self._store, self._ledger, asked)
        readings = read(self._parts)
        if self._shared is not None:  # before it is told: what was told once must not be lost with this worker
            self._publish(self._shared, readings)
        return await asyncio.to_thread(self._text_of, readings, asked)

    async def run(self) -> None:
        """Watch the event loop, and tell the other workers what is read here, for ever."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._parts.loop_lag.run())
            if self._shared is not None:
                loops.create_task(self._keep_publishing(self._shared))

    def close(self) -> None:
        """Publish a last time."""
        if self._shared is not None:
            self._publish(self._shared, read(self._parts))
            self._shared.close()

    def _text_of(self, own: Readings, asked: Readings) -> MetricsText:
        from frontrow.metrics.text import MEDIA_TYPE, text_of  # noqa: PLC0415  # its library is a part of a start

        whole = own
        if self._shared is not None:
            try:
                whole = self._shared.with_others(own)
            except OSError as error:
                self._report(error)
        whole.gauges |= asked.gauges
        return MetricsText(text_of(whole, families.ALL), MEDIA_TYPE)

    async def _keep_publishing(self, shared: SharedReadings) -> None:
        while True:
            self._publish(shared, read(self._parts))
            await asyncio.sleep(PUBLISH_EVERY_S)

    def _publish(self, shared: SharedReadings, readings: Readings) -> None:
        try:
            shared.publish(readings)
        except OSError as error:
            self._report(error)
        else:
            self._failed = False

    def _report(self, error: OSError) -> None:
        if not self._failed:
            _log.warning("metrics_not_shared", reason=str(error))
        self._failed = True
