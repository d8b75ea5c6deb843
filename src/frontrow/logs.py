"""Structured logs: one JSON object a line on standard error, with the level, the time in UTC and no personal data."""

import logging
import sys

import structlog

from frontrow.settings import LogLevel


def configure_logs(level: LogLevel) -> None:
    """Set up structlog, and the standard library's loggers of our dependencies, for this process."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(stream=sys.stderr, level=max(number, logging.WARNING), format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
