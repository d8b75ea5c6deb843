"""Log lines for programs and for people."""

import json
import os
import re
import subprocess
import sys

import pytest

from frontrow.cli.demo import demo_settings
from frontrow.settings import LogLevel, Settings


def logged(call: str) -> str:
    """What a process of its own writes with logs set up like that."""
    return logged_by(
        """
import structlog
structlog.get_logger().info("serving", url="http://localhost:8000")
structlog.get_logger().debug("too small")
try:
    1 / 0
except ZeroDivisionError as error:
    structlog.get_logger().error("unexpected", exc_info=error)
""",
        call,
    )


def logged_by(script: str, call: str = "LogLevel.INFO") -> str:
    """What a process of its own that runs this writes with logs set up like that."""
    script = f"""
from frontrow.logs import configure_logs
from frontrow.settings import LogLevel
configure_logs({call})
{script}
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


def test_what_dependencies_log_is_one_json_object_a_line_too() -> None:
    written = logged_by("""
import logging
logging.getLogger("uvicorn.error").warning("Invalid %s request received.\\n", "HTTP")
logging.getLogger("uvicorn.error").info("too small")
try:
    1 / 0
except ZeroDivisionError as error:
    logging.getLogger("uvicorn.error").error("Exception in ASGI application: 100%", exc_info=error)
""")
    lines = [json.loads(line) for line in written.splitlines()]
    assert [(line["event"], line["level"], line["logger"]) for line in lines] == [
        ("Invalid HTTP request received.", "warning", "uvicorn.error"),
        ("Exception in ASGI application: 100%", "error", "uvicorn.error"),
    ]
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


@pytest.mark.parametrize("call", ["LogLevel.INFO", "LogLevel.INFO, for_people=True"])
def test_a_fault_shows_no_values_of_what_it_came_about_in(call: str) -> None:
    written = logged_by(
        """
import structlog
def book(name, token):
    card = name[::-1]
    return 1 / len(card[:0])
try:
    book(name="".join(["Ada", "Love", "lace"]), token="".join(["ey", "Jsecret"]))
except ZeroDivisionError as error:
    structlog.get_logger().error("unexpected", exc_info=error)
""",
        call,
    )
    assert "in book" in written and "ZeroDivisionError" in written
    for value in ("AdaLovelace", "ecalevoLadA", "eyJsecret"):
        assert value not in written


@pytest.mark.parametrize("call", ["LogLevel.INFO", "LogLevel.INFO, for_people=True"])
@pytest.mark.parametrize("level", ["info", "warning"])
def test_nobody_can_write_lines_of_their_own_into_the_log(call: str, level: str) -> None:
    hostile = r"'x\r\n2026-01-01 [error] forged\x1b[2J\x1b]0;title\x07\u202e\u2028y'"
    written = logged_by(
        f"""
import structlog, logging
structlog.get_logger().{level}("refused", reason={hostile}, seats=[{hostile}], **{{"event_id": {hostile}}})
logging.getLogger("uvicorn.error").warning("Invalid %s", {hostile})
""",
        call,
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", written)  # the colours of lines for people
    assert plain.count("\n") == 2, written
    assert not {"\x1b", "\x07", "\r"} & set(plain)


def test_a_flood_of_one_warning_of_a_dependency_is_one_line_a_minute_that_says_how_many_were_left_out() -> None:
    written = logged_by("""
import logging, time
at_s = time.monotonic()
time.monotonic = lambda: at_s
for _ in range(1000):
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("uvicorn.error").error("a fault")
logging.getLogger("uvicorn.error").warning("another")
at_s += 60
logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
""")
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["event"] for line in lines if line["event"] != "a fault"] == [
        "Invalid HTTP request received.",
        "another",
        "Invalid HTTP request received.",
    ]
    assert (len(lines), lines[-1]["left_out"]) == (1003, 999)
