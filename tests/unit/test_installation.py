"""What lies on this machine: a data folder for what is embedded, nothing where both stores are elsewhere."""

from pathlib import Path

import pytest

from frontrow.data_folder import RunningServer
from frontrow.domain.errors import ConfigurationError
from frontrow.installation import Installation
from frontrow.settings import Settings

POSTGRES = "postgresql://frontrow@db.example/frontrow"
REDIS = "redis://store.example"
SECRET = "a secret that only tests know, 32+ bytes"


def installed(folder: Path, *, redis: bool = False, postgres: bool = False, secret: str | None = None) -> Installation:
    """One whose data folder, if it wants one, is `data` in this folder."""
    return Installation(
        Settings(
            data_dir=folder / "data",
            redis_url=REDIS if redis else None,
            database_url=POSTGRES if postgres else None,
            jwt_secret=secret,
        )
    )


def test_with_both_stores_elsewhere_no_folder_is_made_and_any_number_of_servers_may_run(tmp_path: Path) -> None:
    one, other = (installed(tmp_path, redis=True, postgres=True, secret=SECRET) for _ in range(2))
    with one.owned(), other.owned():
        one.announce(RunningServer(url="http://localhost:8000", pid=1))
        assert other.running_server() is None
    assert not (tmp_path / "data").exists()
    assert (one.ledger_url, one.secret) == (POSTGRES, SECRET)


@pytest.mark.parametrize(("redis", "postgres"), [(False, False), (True, False), (False, True)])
def test_what_is_embedded_has_one_owner(redis: bool, postgres: bool, tmp_path: Path) -> None:
    one, other = (installed(tmp_path, redis=redis, postgres=postgres) for _ in range(2))
    with one.owned(), pytest.raises(ConfigurationError, match="in use"), other.owned():
        pass


def test_a_secret_is_made_for_one_machine_and_never_with_a_database_that_several_may_use(tmp_path: Path) -> None:
    made = installed(tmp_path).secret
    assert installed(tmp_path, redis=True).secret == made
    for redis in (True, False):
        with pytest.raises(ConfigurationError, match="FRONTROW_JWT_SECRET"):
            _ = installed(tmp_path, redis=redis, postgres=True).secret
