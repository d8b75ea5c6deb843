"""The functions that scripts share: how they are written, who calls them, and what a script is sent as."""

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from frontrow.adapters.redis import scripts
from frontrow.adapters.redis.scripts import Script
from tests.support.event_on_valkey import EventOnValkey

LUA = Path(str(files("frontrow.adapters.redis").joinpath("lua")))
FUNCTIONS = {path.stem: path.read_text() for path in (LUA / "shared").glob("*.lua")}

every_function = pytest.mark.parametrize("name", sorted(FUNCTIONS))
every_script = pytest.mark.parametrize("script", scripts.ALL, ids=lambda script: script.name)


def written(script: Script) -> list[str]:
    """The lines of a script's file."""
    return (LUA / f"{script.name}.lua").read_text().splitlines()


def code(text: str) -> str:
    """A text without its comments, which are lines of their own."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))


def named(script: Script) -> list[str]:
    """The functions that a script says it shares."""
    lines = [line for line in written(script) if line.startswith("-- Shared: ")]
    return lines[0].removeprefix("-- Shared: ").split(", ") if lines else []


def called(text: str) -> set[str]:
    """The shared functions that some code calls."""
    return {name for name in FUNCTIONS if re.search(rf"(?<!function )\b{name}\(", code(text))}


@every_function
def test_a_file_is_one_local_function_of_its_name_after_a_comment_that_says_what_it_gives(name: str) -> None:
    lines = FUNCTIONS[name].splitlines()
    body = code(FUNCTIONS[name]).splitlines()
    assert lines[0].startswith("-- ")
    assert body[0].startswith(f"local function {name}(")
    assert (body[-1], [line for line in body if not line.startswith(" ")]) == ("end", [body[0], body[-1]])
    assert "--" not in "\n".join(body), "a comment behind code would take the rest of the one line with it"


@every_function
def test_a_function_sets_no_global_and_builds_no_key(name: str) -> None:
    assigned = re.findall(r"^ *([a-z_]+) = ", FUNCTIONS[name], flags=re.MULTILINE)
    assert all(re.search(rf"\blocal [a-z_, ]*\b{variable}\b", FUNCTIONS[name]) for variable in assigned)
    assert not re.search(r"KEYS|ARGV|_seats:|:\{", code(FUNCTIONS[name]))


def test_a_function_is_shared_by_two_scripts_at_least() -> None:
    sharers = {name: sum(name in named(script) for script in scripts.ALL) for name in FUNCTIONS}
    assert not [name for name, count in sharers.items() if count < 2]


@every_script
def test_a_script_names_the_functions_it_calls_and_those_that_they_call_before_them(script: Script) -> None:
    names = named(script)
    wanted = called("\n".join(written(script)))
    for place, name in enumerate(names):
        assert called(FUNCTIONS[name]) <= set(names[:place])
        wanted |= called(FUNCTIONS[name])
    assert sorted(names) == sorted(wanted)


@every_script
def test_a_script_is_sent_line_by_line_as_its_file_with_the_functions_in_place_of_their_names(script: Script) -> None:
    sent = script.source.decode().splitlines()
    changed = [place for place, (line, mine) in enumerate(zip(sent, written(script), strict=True)) if line != mine]
    assert [written(script)[place] for place in changed] == [f"-- Shared: {', '.join(named(script))}"]
    assert script.sha == hashlib.sha1(script.source, usedforsecurity=False).hexdigest()


@every_script
async def test_an_errors_line_is_the_line_of_the_scripts_file(event: EventOnValkey, script: Script) -> None:
    with pytest.raises(ResponseError) as raised:
        await event.run(script, ["one"], "x")
    message = str(raised.value)
    found = re.search(r"user_script:(\d+):", message)
    assert found is not None, message
    assert "assert(" in written(script)[int(found.group(1)) - 1]
