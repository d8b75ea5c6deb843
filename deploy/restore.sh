#!/bin/sh
# The ledger as a dump of deploy/backup.sh has it. What is there now is kept, under another name.
#   1. stop every API process
#   2. empty the store: FLUSHALL on each primary. It remembers seats as sold that the dump may not know, and nobody would
#      dare to free those. What is lost are the holds.
#   3. STORE_IS_EMPTY=yes deploy/restore.sh ledger-20270501T020000Z.dump
#   4. frontrow migrate, start the API processes, frontrow reconcile
# It connects as libpq's variables say (PGHOST, PGPORT, PGUSER, PGPASSWORD), as PostgreSQL's administrator, and needs
# LEDGER_PASSWORD and LEDGER_OWNER_PASSWORD as deploy/ledger-roles.sql does.
set -eu

dump=${1:?a dump of deploy/backup.sh}
here=$(cd "$(dirname "$0")" && pwd)
ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=postgres --command="$1"; }

if [ "${STORE_IS_EMPTY:-}" != yes ]; then
  echo "empty the store first (FLUSHALL on each primary), then say STORE_IS_EMPTY=yes" >&2
  exit 1
fi
pg_restore --list "$dump" >/dev/null

if [ "$(ask "SELECT count(*) FROM pg_database WHERE datname = 'frontrow'")" = 1 ]; then
  connected=$(ask "SELECT count(*) FROM pg_stat_activity WHERE datname = 'frontrow'")
  if [ "$connected" != 0 ]; then
    echo "$connected connections to the ledger: stop every API process first" >&2
    exit 1
  fi
  before=frontrow_until_$(date -u +%Y%m%d_%H%M%S)
  ask "ALTER DATABASE frontrow RENAME TO $before"
  echo "what was there is the database $before now: drop it when it is not needed any more"
fi

psql --no-psqlrc --quiet --dbname=postgres --file="$here/ledger-roles.sql"
pg_restore --exit-on-error --single-transaction --no-owner --role=frontrow_owner --dbname=frontrow "$dump"
psql --no-psqlrc --quiet --dbname=frontrow --command=ANALYZE
echo "restored; now: frontrow migrate, start the API processes, frontrow reconcile"
