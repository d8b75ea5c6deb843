"""What holds for every script: how it is written, sent, counted and recorded."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.scripts import Script
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.every_store_call import everything_done_once
from tests.support.script_recorder import ScriptRecorder

GO_ON_WITHOUT_MEMORY = {
    "abort_booking",
    "finish_booking",
    "free_seats",
    "release_hold",
    "retire_event",
    "sweep_expired",
}
WRITE_NOTHING = {"read_seat_map", "read_seats"}

every_script = pytest.mark.parametrize("script", scripts.ALL, ids=lambda script: script.name)


def test_the_list_of_scripts_is_the_folder() -> None:
    folder = Path(str(files("frontrow.adapters.redis").joinpath("lua")))
    assert {script.name for script in scripts.ALL} == {path.stem for path in folder.glob("*.lua")}


@every_script
def test_a_scripts_head_says_what_it_takes_answers_and_counts(script: Script) -> None:
    text = script.source.decode()
    flags = "allow-oom" if script.name in GO_ON_WITHOUT_MEMORY else "no-writes" if script.name in WRITE_NOTHING else ""
    assert text.splitlines()[0] == (f"#!lua flags={flags}" if flags else "#!lua")
    head = [line for line in text.splitlines()[1:] if line.startswith("--")]
    for part in ("-- KEYS  1 event_epoch", "-- ARGV  ", "-- Reply {", "Clock the server's TIME", "docs/data-model.md"):
        assert any(part in line for line in head), f"{script.name}: its head lacks {part!r}"
    assert "#KEYS" in text
    assert "#ARGV" in text
    assert f"'{script.name}: " in text, "its assertions name it"


@every_script
def test_a_script_builds_no_key_and_sets_no_global(script: Script) -> None:
    code = "\n".join(line for line in script.source.decode().splitlines() if not line.lstrip().startswith("--"))
    kinds = "event_epoch|sold_seats|held_seats|booking_marks|freed_seats|seat_changes|seat_lock|table_lock|user_seats"
    assert not re.search(rf"['\"]({kinds})[:{{]", code)
    assigned = re.findall(r"^([a-z_]+(?:, [a-z_]+)*) = ", code, flags=re.MULTILINE)
    local = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"^\s*local (?!function)([a-z_, ]+)", code, re.MULTILINE))))
    assert {name for names in assigned for name in names.split(", ")} <= local


@every_script
async def test_wrong_counts_are_assertions_and_change_nothing(event: EventOnValkey, script: Script) -> None:
    before = event.everything()
    for names in ([], [keys.event_epoch(EVENT)], [keys.event_epoch(EVENT)] * 99):
        for arguments in ([], ["1"], ["1"] * 12):
            with pytest.raises(ResponseError, match=f"{script.name}: "):
                await event.run(script, names, *arguments)
    assert event.everything() == before


async def test_every_call_works_after_the_server_has_forgotten_the_scripts(event: EventOnValkey) -> None:
    flush = event.raw.script_flush
    execute = event.client.script

    async def after_a_flush(script: Script, names: list[str], arguments: list[str]) -> object:
        flush()
        return await execute(script, names, arguments)

    event.client.script = after_a_flush  # type: ignore[method-assign,assignment]  # SCRIPT FLUSH before each
    await everything_done_once(event)


async def test_each_script_runs_and_touches_only_keys_it_was_given(
    event: EventOnValkey, recorder: ScriptRecorder
) -> None:
    await everything_done_once(event)  # from here on the server knows every script by its digest
    assert not [run for run in recorder.runs() if run.undeclared]
    event.raw.flushall()
    await everything_done_once(event)
    runs = recorder.runs()
    assert {run.name for run in runs} == {script.sha for script in scripts.ALL}
    assert not [run for run in runs if run.undeclared]
    assert all(run.touched for run in runs)


async def test_the_recorder_sees_a_key_that_was_not_passed(cold: EventOnValkey, recorder: ScriptRecorder) -> None:
    given, hidden = f"given:{{{EVENT}}}", f"hidden:{{{EVENT}}}"
    script = "redis.call('SET', ARGV[1], '1', 'PX', 60000) return redis.call('GET', KEYS[1])"
    cold.raw.eval(script, 1, given, hidden)
    (run,) = recorder.runs()
    assert (run.declared, run.touched, run.undeclared) == ([given], {given, hidden}, {hidden})
