"""The small house on sale, prepared once for the end-to-end tests of a process and copied for each of them."""

from pathlib import Path

import pytest

from tests.support.http_stack import copied, prepared_folder
from tests.support.valkey import ValkeyServer


@pytest.fixture(scope="session")
def _on_sale(_valkey_session: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared_folder(_valkey_session.url, tmp_path_factory.mktemp("on-sale"))


@pytest.fixture
def folder(_on_sale: Path, tmp_path: Path) -> Path:
    """A data folder whose ledger has the small house on sale."""
    return copied(_on_sale, tmp_path / "data")
