"""docs/python-client.md: its examples run, its tree is the tree, its table is complete."""

import re
from pathlib import Path
from typing import Any

import pytest

from frontrow.client import AsyncClient, Client, errors
from frontrow.http import health, v1
from frontrow.http.v1 import demo_payments
from tests.support.http_stack import api_of, event_body, put_on_sale, running_application, token
from tests.support.valkey import ValkeyServer

TEXT = (Path(__file__).parents[3] / "docs" / "python-client.md").read_text(encoding="utf-8")
SHOW = "movie123"


@pytest.fixture
async def folder(valkey: ValkeyServer, tmp_path: Path) -> Path:
    """The document's show is on sale."""
    async with running_application(valkey.url, tmp_path) as application, api_of(application) as api:
        await put_on_sale(api)
        created = await api.post("/api/v1/events", event_body(SHOW), by=("boss", "admin"))
        assert created.status == 201, created
    return tmp_path


def test_every_example_runs(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"admin_token": token("boss", "admin")}
    examples = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(examples) >= 8
    for example in examples:
        exec(compile(example.replace("http://localhost:8000", address), "python-client.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "booked: " in printed
    assert "B5 is booked" in printed
    assert "how about (('B7', 'B8')" in printed
    assert "pay until" in printed
    assert "token number 2" in printed


def test_the_tree_is_the_tree() -> None:
    drawn = re.search(r"```text\n(.*?)```", TEXT, re.DOTALL)
    assert drawn is not None
    assert drawn[1].strip() in (errors.__doc__ or "")


def test_the_table_names_every_operation_and_every_method() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| (`.*`) \|$", TEXT, re.MULTILINE))
    of_pages = {operation.name for operation in demo_payments.OPERATIONS}
    assert set(table) == {operation.name for operation in (*v1.OPERATIONS, *health.OPERATIONS)} - of_pages
    methods = {method for cell in table.values() for method in re.findall(r"`(\w+)`", cell)}
    for client in (Client, AsyncClient):
        public = {name for name in vars(client) if not name.startswith("_")}
        assert methods == public - {"with_token", "close"}
