"""Structured logs on standard error, with the level and no personal data: one JSON object a line with the time in UTC.

Somebody who only looks at a terminal is better served with words and the time of the clock on the wall.
"""

import logging
import sys

import structlog

from frontrow.settings import LogLevel


def configure_logs(level: LogLevel, *, for_people: bool = False) -> None:
    """Set up structlog, and the standard library's loggers of our dependencies, for this process."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(stream=sys.stderr, level=max(number, logging.WARNING), format="%(message)s")
    rendered: list[structlog.typing.Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    if for_people:
        rendered = [structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False), structlog.dev.ConsoleRenderer()]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
