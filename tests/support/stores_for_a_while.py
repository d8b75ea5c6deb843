"""PostgreSQL and a Valkey Cluster for a shell script, for as long as standard input is open: deploy/smoke.sh.

Prints `NAME=value` lines that a shell can take over, then an empty one when all of it runs. Afterwards each line of
standard input is an order, answered with `done`: `pause ledger` and `resume ledger`, `empty store`.
"""

import shlex
import signal
import sys
from pathlib import Path

from tests.support.postgres import OWNER, PASSWORD, PostgresServer, running_postgres
from tests.support.valkey_cluster import ValkeyCluster, running_cluster


def main() -> None:
    """Run both until standard input ends, or SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with running_postgres(fsync=True) as postgres, running_cluster() as cluster:
        said = {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PGUSER": OWNER,
            "PGPASSWORD": PASSWORD,
            "POSTGRES_BIN": str(Path(postgres.command("psql")).parent),
            "STORE_URL": cluster.url,
        }
        for name, value in said.items():
            print(f"{name}={shlex.quote(value)}")
        print(flush=True)
        for line in sys.stdin:
            _obey(line.strip(), postgres, cluster)
            print("done", flush=True)


def _obey(order: str, postgres: PostgresServer, cluster: ValkeyCluster) -> None:
    match order:
        case "pause ledger":
            postgres.kill(signal.SIGSTOP)
        case "resume ledger":
            postgres.kill(signal.SIGCONT)
        case "empty store":
            cluster.flush()
        case _:
            raise ValueError(order)


if __name__ == "__main__":
    main()
