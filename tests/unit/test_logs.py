"""Log lines for programs and for people."""

import json
import os
import subprocess
import sys

import pytest

from frontrow.cli.demo import demo_settings
from frontrow.settings import LogLevel, Settings


def logged(call: str) -> str:
    """What a process of its own writes with logs set up like that."""
    script = f"""
import structlog
from frontrow.logs import configure_logs
from frontrow.settings import LogLevel
configure_logs({call})
structlog.get_logger().info("serving", url="http://localhost:8000")
structlog.get_logger().debug("too small")
try:
    1 / 0
except ZeroDivisionError as error:
    structlog.get_logger().error("unexpected", exc_info=error)
"""
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    return done.stderr


def test_programs_get_one_json_object_a_line() -> None:
    lines = [json.loads(line) for line in logged("LogLevel.INFO").splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [("serving", "info"), ("unexpected", "error")]
    assert lines[0]["url"] == "http://localhost:8000"
    assert lines[0]["timestamp"].endswith("Z")
    assert "ZeroDivisionError" in lines[1]["exception"]


def test_people_get_words() -> None:
    written = logged("LogLevel.INFO, for_people=True")
    assert "serving" in written
    assert "ZeroDivisionError" in written
    assert "{" not in written.splitlines()[0]


def test_the_demo_is_quiet_on_a_terminal_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRONTROW_LOG_LEVEL", raising=False)
    assert demo_settings(Settings(), on_terminal=True).log_level is LogLevel.WARNING
    assert demo_settings(Settings()).log_level is LogLevel.INFO
    monkeypatch.setenv("FRONTROW_LOG_LEVEL", "info")
    assert demo_settings(Settings(), on_terminal=True).log_level is LogLevel.INFO
