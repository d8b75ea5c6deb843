#!/bin/sh
# One more dump of the ledger in a folder, and the oldest beyond KEEP removed. The API goes on meanwhile: a dump is one
# snapshot. It connects as libpq's variables say (PGHOST, PGPORT, PGUSER, PGPASSWORD), as frontrow_owner for instance.
#   KEEP=14 deploy/backup.sh /var/backups/frontrow
set -eu

folder=${1:?a folder for dumps}
keep=${KEEP:-14}
umask 077

name=ledger-$(date -u +%Y%m%dT%H%M%SZ).dump
draft=$folder/.$name.draft
trap 'rm -f "$draft"' EXIT
pg_dump --format=custom --lock-wait-timeout=60s --file="$draft" "${PGDATABASE:-frontrow}"
# Read to its end: half a dump has a table of contents, too.
pg_restore --file=/dev/null "$draft" || { echo "the dump cannot be read to its end, and is not kept" >&2; exit 1; }
sync "$draft"
mv "$draft" "$folder/$name"

# Their names sort by time.
find "$folder" -maxdepth 1 -name 'ledger-*.dump' | sort -r | tail -n "+$((keep + 1))" | while IFS= read -r old; do
  rm -f "$old"
done
echo "$folder/$name"
