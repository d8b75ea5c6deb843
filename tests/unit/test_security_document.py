"""docs/security.md names tests that exist, and tests of its own that it all names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`(tests/[^`]+)`", DOCUMENT))


def test_every_test_it_names_exists() -> None:
    assert NAMED
    assert [path for path in sorted(NAMED) if not (ROOT / path).exists()] == []


def test_every_test_of_security_is_named() -> None:
    own = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/e2e/security").glob("test_*.py")}
    assert own <= NAMED


def test_every_try_says_what_stops_it_and_which_tests_show_that() -> None:
    tables = DOCUMENT.partition("## What somebody might try")[2].partition("\n## ")[0]
    rows = [line for line in tables.splitlines() if line.startswith("| ") and not line.startswith("| try |")]
    assert len(rows) > 35
    for row in rows:
        _, what, stops, shown, _ = (cell.strip() for cell in row.split("|"))
        assert what and stops and re.search(r"`tests/|\]\(", shown), row


def test_every_link_leads_to_a_file_of_the_repository() -> None:
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", DOCUMENT)}
    assert [link for link in sorted(linked) if not (ROOT / "docs" / link).exists()] == []
