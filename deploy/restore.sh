#!/bin/sh
# The ledger as a dump of deploy/backup.sh has it. It is restored beside the one that is there, and only when all of it is
# back do they change names: until then nothing has happened to the ledger. What was there is kept, under another name.
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
exists() { [ "$(ask "SELECT count(*) FROM pg_database WHERE datname = '$1'")" = 1 ]; }
nobody_is_connected() {
  connected=$(ask "SELECT count(*) FROM pg_stat_activity WHERE datname = 'frontrow'")
  [ "$connected" = 0 ] || { echo "$connected connections to the ledger: stop every API process first" >&2; exit 1; }
}

if [ "${STORE_IS_EMPTY:-}" != yes ]; then
  echo "empty the store first (FLUSHALL on each primary), then say STORE_IS_EMPTY=yes" >&2
  exit 1
fi
# Read to its end: half a dump has a table of contents, too.
pg_restore --file=/dev/null "$dump" || { echo "$dump is not a whole dump; nothing was changed: take another" >&2; exit 1; }
nobody_is_connected

now=$(date -u +%Y%m%d_%H%M%S)
restored=frontrow_restored_$now
before=frontrow_until_$now
give_up() {
  if exists "$restored"; then
    ask "DROP DATABASE $restored WITH (FORCE)"
    echo "not restored: the ledger is what it was" >&2
  fi
}
trap give_up EXIT
trap 'exit 1' HUP INT TERM

roles() { psql --no-psqlrc --quiet --dbname=postgres --set=database="$restored" --file="$here/ledger-roles.sql"; }
roles
pg_restore --exit-on-error --single-transaction --no-owner --role=frontrow_owner --dbname="$restored" "$dump"
roles # once more: now there is the schema's version, which the API's user may only read
psql --no-psqlrc --quiet --dbname="$restored" --command=ANALYZE

# Both names in one transaction. PostgreSQL refuses it while anybody is connected.
nobody_is_connected
if exists frontrow; then
  ask "ALTER DATABASE frontrow RENAME TO $before; ALTER DATABASE $restored RENAME TO frontrow"
  echo "what was there is the database $before now: drop it when it is not needed any more"
else
  ask "ALTER DATABASE $restored RENAME TO frontrow"
fi
trap - EXIT
echo "restored; now: frontrow migrate, start the API processes, frontrow reconcile"
