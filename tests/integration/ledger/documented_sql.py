"""The SQL of docs/postgresql.md, as an operator runs it."""

import re
from pathlib import Path

_PAGE = Path(__file__).parents[3] / "docs" / "postgresql.md"


def sql_of(chapter: str) -> list[list[str]]:
    """The blocks of SQL of a chapter, each as its statements."""
    _, text = _PAGE.read_text(encoding="utf-8").split(f"\n## {chapter}\n", 1)
    blocks = re.findall(r"```sql\n(.*?)```", text.split("\n## ", 1)[0], re.DOTALL)
    assert blocks, chapter
    return [_statements(block) for block in blocks]


def _statements(block: str) -> list[str]:
    if block.startswith("DO "):
        return [block]
    return [it.strip() for it in block.split(";") if it.strip()]
