"""docs/dialects.md says what happens: its lines are run, one after another, against the demo, and answer as shown."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support.missing import skip_for_want_of
from tests.support.server import FORKED, environment, running_server

PAGE = Path(__file__).parents[3] / "docs" / "dialects.md"
ANYTHING = "…"
_BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END = "end of the block"


def steps() -> list[tuple[str, str | None]]:
    """The page's shell blocks in order, each with the answers shown right after it."""
    blocks = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    following = [*blocks[1:], ("", "")]
    return [
        (text, next_text if next_kind == "json" else None)
        for (kind, text), (next_kind, next_text) in zip(blocks, following, strict=True)
        if kind == "sh"
    ]


def values(text: str) -> Iterator[object]:
    """The JSON values of a text, one after another."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        value, at = decoder.raw_decode(text, at)
        yield value
        at += len(text[at:]) - len(text[at:].lstrip())


def same(shown: object, answered: object) -> bool:
    """Whether an answer is as shown, where an ellipsis stands for any text."""
    match shown, answered:
        case str(), str() if shown == ANYTHING:
            return answered != ""
        case dict(), dict():
            return shown.keys() == answered.keys() and all(same(shown[name], answered[name]) for name in shown)
        case list(), list():
            return len(shown) == len(answered) and all(map(same, shown, answered))
        case _:
            return shown == answered


def test_every_line_of_the_page_answers_as_it_is_shown(tmp_path: Path) -> None:
    if not (shutil.which("jq") and shutil.which("curl")):
        skip_for_want_of("curl and jq are needed")
    data_dir, program = tmp_path / "data", tmp_path / "bin"
    program.mkdir()
    frontrow = program / "frontrow"
    frontrow.write_text(f'#!/bin/sh\nexec {sys.executable} -m frontrow "$@" --data-dir {data_dir}\n', encoding="utf-8")
    frontrow.chmod(0o755)
    with running_server(data_dir, ("demo", "--buyers", "0"), forked=FORKED) as server:
        script = "".join(f"{text}echo; echo '{_END}'\n" for text, _ in steps())
        script = script.replace("http://localhost:8000", server.url)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            env={**environment(data_dir), "PATH": f"{program}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    outputs = done.stdout.split(_END)
    for (text, shown), output in zip(steps(), outputs, strict=False):
        expected, answered = list(values(shown or "")), list(values(output.strip()))
        assert same(expected, answered), f"{text}\nis shown to answer\n{shown}\nand answered\n{output}"


def test_an_answer_that_differs_is_seen() -> None:
    assert same({"a": [ANYTHING, 1]}, {"a": ["x", 1]})
    assert not same({"a": 1}, {"a": 1, "b": 2})
    assert not same({"a": ANYTHING}, {"a": ""})
    assert not same([1, 2], [1])
    assert len(steps()) >= 10 and sum(shown is not None for _, shown in steps()) >= 8
