"""Structured logs on standard error, with the level and no personal data: one JSON object a line with the time in UTC.

Somebody who only looks at a terminal is better served with words and the time of the clock on the wall. Lines of level
info are written for every hold, so what makes one is chosen by what it costs: 6 microseconds alone, some 15 amid
holds, where structlog's own JSON renderer and time stamp and a write for each line took 20 to 40.
"""

import json
import logging
import sys
import time
from typing import Any

import msgspec
import structlog

from frontrow.log_lines import LineWriter
from frontrow.settings import LogLevel

SAME_WARNING_EVERY_S = 60.0
"""A dependency's warning is written again after this long. Whoever sends what is no HTTP causes one each time, before
anything is counted: a flood of that must not fill a disk."""
_WARNINGS_MAX = 64
_NS_PER_MS = 1_000_000
_encoder = msgspec.json.Encoder(enc_hook=repr)
_second: tuple[int, str] = (-1, "")


def configure_logs(level: LogLevel, *, for_people: bool = False) -> None:
    """Set up structlog, and the standard library's loggers of our dependencies, for this process."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(handlers=[_OfDependencies()], level=max(number, logging.WARNING))
    known: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
    ]
    if for_people:
        wall_clock = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
        # Its usual tracebacks show local variables: tokens, names and addresses among them.
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        processors: list[structlog.typing.Processor] = [*known, wall_clock, _printable, renderer]
        factory: Any = structlog.WriteLoggerFactory(sys.stderr)
    else:
        processors = [*known, _stamp, structlog.processors.format_exc_info, _encoded]
        writer = LineWriter(sys.stderr.buffer)
        factory = lambda *_names: writer  # noqa: E731
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(number) if for_people else _quick_logger(number),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )


class _OfDependencies(logging.Handler):
    """Writes what our dependencies log, by the standard library, as lines like our own; the same warning seldom."""

    def __init__(self) -> None:
        super().__init__()
        self._written: dict[tuple[str, str], tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record with its logger's name, at the level of ours next below its own."""
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        fields: dict[str, object] = {"exc_info": record.exc_info} if record.exc_info else {}
        try:
            if level < logging.ERROR:
                left_out = self._left_out(record.name, str(record.msg))
                if left_out is None:
                    return
                if left_out:
                    fields["left_out"] = left_out
            structlog.get_logger().log(level, record.getMessage().strip(), logger=record.name, **fields)
        except Exception:  # as every handler: the caller has other things to do than to log
            self.handleError(record)

    def _left_out(self, logger: str, message: str) -> int | None:
        """How many of these were not written since the last that was; None when this is one more of them."""
        now_s, seen = time.monotonic(), self._written
        at_s, left_out = seen.get((logger, message), (now_s - SAME_WARNING_EVERY_S, 0))
        if now_s - at_s < SAME_WARNING_EVERY_S:
            seen[logger, message] = at_s, left_out + 1
            return None
        if len(seen) >= _WARNINGS_MAX:
            seen.clear()
        seen[logger, message] = now_s, 0
        return left_out


def _quick_logger(level: int) -> Any:
    """A bound logger whose plain info lines skip the chain of processors, which costs more than what they do."""
    filtering: Any = structlog.make_filtering_bound_logger(level)
    if level > logging.INFO:
        return filtering

    class QuickLogger(filtering):  # type: ignore[misc]
        def info(self, event: str, *args: object, **fields: object) -> None:
            if args or "exc_info" in fields:
                super().info(event, *args, **fields)
                return
            known = {"timestamp": _now_text(), "level": "info", "event": event}
            line = {**known, **structlog.contextvars.get_contextvars(), **self._context, **fields}
            self._logger.info(_encoded(None, "info", line))

    return QuickLogger


def _printable(
    _logger: structlog.typing.WrappedLogger, _method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """What a terminal would take for a new line or a command is shown escaped; the renderer does so for the fields."""
    event = str(line.get("event", ""))
    if not event.isprintable():
        line["event"] = repr(event)[1:-1]
    return line


def _stamp(
    _logger: structlog.typing.WrappedLogger, _method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    line["timestamp"] = _now_text()
    return line


def _now_text() -> str:
    """The time in UTC with milliseconds. Lines of one second share the text of that second."""
    global _second  # noqa: PLW0603 (a cache of one, replaced as a whole)
    at_s, ms = divmod(time.time_ns() // _NS_PER_MS, 1000)
    second_s, text = _second
    if second_s != at_s:
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at_s))
        _second = (at_s, text)
    return f"{text}.{ms:03d}Z"


def _encoded(_logger: structlog.typing.WrappedLogger, _method: str, line: structlog.typing.EventDict) -> bytes:
    try:
        return _encoder.encode(line)
    except (TypeError, ValueError, RecursionError):  # such as lone surrogates: no line may fail for what it says
        return json.dumps(line, default=repr, skipkeys=True).encode()
