"""What every process that serves begins with."""

import sys

import structlog

from frontrow.logs import configure_logs
from frontrow.os_limits import raise_open_files_limit
from frontrow.settings import Settings, unknown_variables
from frontrow.settings_advice import advice_on

_SWITCH_INTERVAL_S = 0.001
"""The ledger's thread waits this long for a busy event loop, not Python's 5 ms: measured 3 times the single commits."""

_log = structlog.get_logger(__name__)


def set_process_up(settings: Settings, *, logs_for_people: bool = False) -> None:
    """Its logs, its threads' turns, its open files.

    Args:
        logs_for_people: write log lines for who sits before them, not for programs.
    """
    configure_logs(settings.log_level, for_people=logs_for_people)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    raise_open_files_limit()


def warn_of_settings(settings: Settings) -> None:
    """Say which FRONTROW_* variables nothing reads, and what others may lead to; once for all processes of a server.

    Raises:
        ConfigurationError: a trusted proxy is no address.
    """
    for name in unknown_variables():
        _log.warning("unknown_setting", name=name, advice="no setting reads it: see the settings in docs/operations.md")
    for variable, said in advice_on(settings):
        _log.warning("setting_worth_a_look", name=variable, advice=said)
