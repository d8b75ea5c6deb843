#!/bin/sh
# Starts Valkey with deploy/valkey.conf and two users: `frontrow`, who may do what the API does and nothing else
# (deploy/store-user.acl), and `admin`, who empties the store after the ledger was restored. Their passwords are
# STORE_PASSWORD and STORE_ADMIN_PASSWORD; only their digests are written, to RUNTIME_FOLDER, which may be in memory.
# DATA_FOLDER has the append-only file.
# Arguments are valkey-server's own, such as --port 6380.
set -eu
: "${STORE_PASSWORD:?}" "${STORE_ADMIN_PASSWORD:?}"

here=$(cd "$(dirname "$0")" && pwd)
users=${RUNTIME_FOLDER:-/run/valkey}/users.acl
digest() { printf %s "$1" | sha256sum | cut -d' ' -f1; }

umask 077
cat >"$users" <<USERS
user default off
user admin reset on #$(digest "$STORE_ADMIN_PASSWORD") ~* &* +@all
user frontrow reset on #$(digest "$STORE_PASSWORD") $(tr '\n' ' ' <"$here/store-user.acl")
USERS
unset STORE_PASSWORD STORE_ADMIN_PASSWORD
exec valkey-server "$here/valkey.conf" --dir "${DATA_FOLDER:-/data}" --aclfile "$users" "$@"
