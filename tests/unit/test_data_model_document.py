"""docs/data-model.md says of the hold store what the code does: its keys, its scripts and its feed."""

import inspect
import re
from pathlib import Path

from limits import RateLimitItemPerMinute

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.shared_rate_windows import LIFETIME_MS
from frontrow.domain.changes import ChangeKind

DOCUMENT = Path(__file__).parents[2] / "docs" / "data-model.md"
LUA = Path(inspect.getfile(scripts)).parent / "lua"


def section(title: str) -> str:
    """The text under a heading of the document, up to the next heading."""
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#)", DOCUMENT.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert found is not None, f"no section {title!r}"
    return found.group(1)


def rows(title: str) -> list[list[str]]:
    """The cells of each row of a section's table, its head left out; names without their backquotes."""
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def first_column(title: str) -> list[str]:
    """What the rows of a section's table are about."""
    return [cells[0].strip("`") for cells in rows(title)]


def key_names() -> list[str]:
    """Every name that keys.py makes, with its parts as the document writes them."""
    parts = {"event_id": "<event>", "seat_id": "<seat>", "table_id": "<table>", "hold_id": "<hold>"}
    parts |= {"user": "<user>", "answer_key": "<digest>"}
    names = []
    for _, make in inspect.getmembers(keys, inspect.isfunction):
        arguments = list(inspect.signature(make).parameters)
        if make.__module__ == keys.__name__ and arguments[0] == "event_id":
            names.append(make(*(parts[argument] for argument in arguments)))
    return names


def test_every_key_is_described_and_no_other() -> None:
    assert sorted(first_column("Keys")) == sorted(key_names())


def test_every_keys_example_is_a_key_of_that_kind() -> None:
    for name, *_, example in rows("Keys"):
        kind = name.strip("`").partition(":")[0]
        assert example == "see below" or example.startswith(f"`{kind}:{{gala}}")


def test_every_script_is_described_and_no_other() -> None:
    described = first_column("Scripts")
    assert sorted(described) == sorted(path.stem for path in LUA.glob("*.lua"))
    assert sorted(described) == sorted(script.name for script in scripts.ALL)


def test_what_is_said_of_memory_writing_and_cold_events_is_what_each_script_does() -> None:
    for name, contract, notes in rows("Scripts"):
        source = (LUA / f"{name.strip('`')}.lua").read_text()
        flags = source.splitlines()[0]
        assert ("OOM" in notes) == ("allow-oom" in flags), name
        assert ("writes nothing" in contract) == ("no-writes" in flags), name
        assert ("cold too" in notes) != ("return {'cold', now_ms}" in source), name


def test_the_fields_and_kinds_of_feed_entries_are_those_that_the_scripts_append() -> None:
    described = section("Feed entries")
    for kind in ChangeKind:
        assert f"`{kind.value}`" in described
    appended: set[str] = set()
    for path in LUA.rglob("*.lua"):
        source = path.read_text()
        appended |= {field for field in first_column("Feed entries") if f"'{field}'" in source}
    assert appended == set(first_column("Feed entries"))
    assert {"epoch", "prev", "tag", "at", "kind", "seats", "expires", "user", "hold", "owner"} == appended


def test_the_key_of_counted_calls_is_described_as_it_is_made() -> None:
    (described,) = rows("Counts of calls")
    made = keys.call_count(29453760, RateLimitItemPerMinute(120, namespace="holds/user").key_for("john"))
    assert described[-1].startswith(f"`{made}`")
    parts = {"<minute>": "29453760", "<bucket>": "holds", "<kind>": "user", "<who>": "john", "<limit>": "120"}
    name = described[0].strip("`")
    for part, value in parts.items():
        name = name.replace(part, value)
    assert name == made
    assert f"{LIFETIME_MS // 1000} s" in described[3]
