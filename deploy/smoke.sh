#!/usr/bin/env bash
# Runs the deployment of compose.yaml on loopback, without containers, and sells seats through it: PostgreSQL with the
# ledger's two users, a Valkey Cluster, two API processes of two workers each, and HAProxy and nginx before them, all with
# the files in this folder. Restarts, replaces and kills processes meanwhile, counts every answer, and takes the ledger
# back to a dump. Some minutes; leaves nothing behind. `make setup` comes first; haproxy, nginx, curl and jq are needed.
#   deploy/smoke.sh             installs Frontrow as the Dockerfile does, and runs that
#   deploy/smoke.sh FOLDER      runs what deploy/install.sh installed there
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
tools=$PWD/.venv/bin/python
deploy=$PWD/deploy
work=$(mktemp -d "${TMPDIR:-/tmp}/frontrow-smoke.XXXXXX")
chmod 755 "$work"
PATH=$PATH:/usr/sbin:/sbin
for needed in haproxy nginx curl jq; do
  command -v "$needed" >/dev/null || { echo "$needed is not installed" >&2; exit 1; }
done

say() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
fail() {
  say "FAILED: $*"
  for log in "$work"/*.log; do
    echo "--- the end of ${log##*/}"
    tail -n 25 "$log"
  done >&2
  exit 1
}
until_true() { # what, seconds, command...
  local what=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "not in time: $what"
    sleep 0.1
  done
}
ended() { ! kill -0 "$1" 2>/dev/null; }

started=()
finish() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Root gives its rights up, as in the image and under systemd; whoever else runs this has none to give up.
as_user=()
if [ "$(id -u)" = 0 ]; then
  as_user=(setpriv "--reuid=$(id -u nobody)" "--regid=$(id -g nobody)" --clear-groups)
fi

# --- Frontrow, installed as the Dockerfile installs it

prefix=${1:-}
usable() { # by whoever runs it
  "${as_user[@]}" "$1" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}
if [ -z "$prefix" ]; then
  found=
  for python in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 /usr/bin/python3 python3; do
    python=$(command -v "$python") && usable "$python" && { found=$python; break; }
  done
  if [ -z "$found" ]; then
    say "no Python 3.11 or newer that an ordinary user may run (PYTHON names one): all of it runs as root"
    as_user=() found=$tools
  fi
  prefix=$work/opt
  PYTHON=$found deploy/install.sh "$prefix" >/dev/null
  say "installed into an empty folder: $("$prefix/bin/frontrow" --version), $(du -sm "$prefix" | cut -f1) MB"
fi
frontrow=$prefix/bin/frontrow

# --- The stores

coproc stores { exec "$tools" -m tests.support.stores_for_a_while 2>"$work/stores.log"; }
# shellcheck disable=SC2154 # coproc sets it
started+=("$stores_PID")
orders=${stores[1]} answers=${stores[0]}
while IFS= read -r -u "$answers" line && [ -n "$line" ]; do eval "export $line"; done
[ -n "${STORE_URL:-}" ] || fail "the stores did not start"
export PATH="$POSTGRES_BIN:$PATH"
order() {
  echo "$*" >&"$orders"
  IFS= read -r -u "$answers" line && [ "$line" = "done" ] || fail "$*"
}
export LEDGER_PASSWORD=smoke-app LEDGER_OWNER_PASSWORD=smoke-owner
make_roles() { psql --no-psqlrc --quiet --dbname=postgres --file="$deploy/ledger-roles.sql"; }
make_roles
ledger() { echo "postgresql://$1@$PGHOST:$PGPORT/frontrow"; }
say "PostgreSQL and a Valkey Cluster of six run"

# --- Frontrow's processes

read -r api_1 api_2 haproxy nginx < <("$tools" -c 'from tests.support.free_ports import free_ports; print(*free_ports(4))')
cat >"$work/frontrow.env" <<SETTINGS
FRONTROW_DATABASE_URL=$(ledger "frontrow_app:$LEDGER_PASSWORD")
FRONTROW_REDIS_URL=$STORE_URL
FRONTROW_JWT_SECRET=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
FRONTROW_TRUSTED_PROXIES=127.0.0.1
FRONTROW_DIRECT_BOOKING=anyone
FRONTROW_DRAIN_SECONDS=4
FRONTROW_RATE_LIMIT_USER_HOLDS_PER_MINUTE=100000
FRONTROW_RATE_LIMIT_USER_CALLS_PER_MINUTE=100000
FRONTROW_RATE_LIMIT_ADDRESS_HOLDS_PER_MINUTE=100000
FRONTROW_RATE_LIMIT_ADDRESS_CALLS_PER_MINUTE=100000
FRONTROW_LOG_LEVEL=warning
SETTINGS
mapfile -t settings <"$work/frontrow.env"
run() { # name, the rest as for frontrow
  local data=$work/data-$1
  [ -d "$data" ] || "${as_user[@]}" mkdir "$data" 2>/dev/null || { install -d -m 0700 "$data" && chown nobody "$data"; }
  shift
  exec env -i PATH=/usr/bin:/bin LANG=C.UTF-8 "${settings[@]}" "FRONTROW_DATA_DIR=$data" "${extra[@]}" \
    "${as_user[@]}" "$frontrow" "$@"
}
extra=()
at() { curl --silent --fail --max-time 10 "$@"; }
serve() { # name, port
  run "$1" serve --host 127.0.0.1 --port "$2" --workers 2 >>"$work/$1.log" 2>&1 &
  started+=($!)
  eval "$1_pid=$!"
}
ready() { until_true "$1 is ready" 60 at "http://127.0.0.1:$2/health/ready"; }
# shellcheck disable=SC2034 # the settings of one subshell
(extra=("FRONTROW_DATABASE_URL=$(ledger "frontrow_owner:$LEDGER_OWNER_PASSWORD")"); run tools migrate) >"$work/tools.log" 2>&1 ||
  fail "frontrow migrate"
make_roles
(run tools seed) >>"$work/tools.log" 2>&1 || fail "frontrow seed, as the user who may only write rows"
serve first "$api_1"
serve second "$api_2"
ready first "$api_1"
ready second "$api_2"
(run tools doctor) >"$work/doctor.log" 2>&1 || fail "frontrow doctor"
say "two processes of two workers serve; migrated by the schema's owner, served by a user who may only write rows"

health=$(sed -n 's/^ *CMD \(\["python".*\)$/\1/p' Dockerfile | sed "s/:8000/:$api_1/" | jq -r '.[2]')
"$prefix/bin/python" -c "$health" || fail "the image's health check"

# --- The balancers

export BALANCER_LISTEN="127.0.0.1:$haproxy" BALANCER_API_1="127.0.0.1:$api_1" BALANCER_API_2="127.0.0.1:$api_2"
haproxy -f "$deploy/haproxy.cfg" >"$work/haproxy.log" 2>&1 &
started+=($!)
sed -e "s/127.0.0.1:8001/127.0.0.1:$api_1/; s/127.0.0.1:8002/127.0.0.1:$api_2/; s/listen 80;/listen 127.0.0.1:$nginx;/" \
  -e '/listen \[::\]/d' -e "s#/dev/stdout#$work/nginx-access.log#" "$deploy/nginx.conf" >"$work/frontrow.conf"
cat >"$work/nginx.conf" <<NGINX
daemon off;
pid $work/nginx.pid;
error_log stderr warn;
events {}
http {
  client_body_temp_path $work/nginx-body;
  proxy_temp_path $work/nginx-proxy;
  fastcgi_temp_path $work/nginx-fastcgi;
  uwsgi_temp_path $work/nginx-uwsgi;
  scgi_temp_path $work/nginx-scgi;
  include $work/frontrow.conf;
}
NGINX
nginx -e stderr -c "$work/nginx.conf" >"$work/nginx.log" 2>&1 &
started+=($!)
by_haproxy=http://127.0.0.1:$haproxy by_nginx=http://127.0.0.1:$nginx
for url in "$by_haproxy" "$by_nginx"; do until_true "$url is ready" 20 at "$url/health/ready"; done

# --- What they let through

for url in "$by_haproxy" "$by_nginx"; do
  for path in /metrics /metrics/ /%6detrics /METRICS; do
    status=$(curl --silent --path-as-is --output /dev/null --write-out '%{http_code}' "$url$path")
    [ "$status" = 404 ] || fail "$url$path answers $status"
  done
done
at "http://127.0.0.1:$api_1/metrics" >"$work/metrics" || fail "/metrics of a process itself"
grep -q '^frontrow_' "$work/metrics" || fail "figures in /metrics"
say "figures are there for this machine, and for nobody behind a balancer"

event=cinema-demo
states() { at "$1/api/v1/events/$event/seat-states" | jq -r .states; }
seats=$(at "$by_haproxy/api/v1/events/$event/seats" | jq -r '.seats[].seatId')
seat() { sed -n "$1p" <<<"$seats"; } # by its place in the layout's order
token=$(at -X POST "$by_haproxy/api/v1/guest-tokens" | jq -r .token)
ask() { at -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@"; }
sell() { # balancer, seat
  local hold
  hold=$(ask "$1/api/v1/events/$event/holds" -d "{\"seatIds\": [\"$2\"]}" | jq -r .holdId) &&
    ask "$1/api/v1/bookings" -d "{\"eventId\": \"$event\", \"holdId\": \"$hold\", \"contactInfo\": {\"name\": \"Ada\", \"email\": \"ada@example.com\"}}" >/dev/null
}
watch() { curl --silent --no-buffer --max-time 60 "$1/api/v1/events/$event/changes" >"$work/$2" & started+=($!); }
watch "$by_haproxy" stream-by-haproxy
watch "$by_nginx" stream-by-nginx
for stream in stream-by-haproxy stream-by-nginx; do
  until_true "$stream begins with a snapshot" 20 grep -q '^event: snapshot' "$work/$stream"
done
sell "$by_haproxy" "$(seat 1)" || fail "selling a seat through HAProxy"
sell "$by_nginx" "$(seat 2)" || fail "selling a seat through nginx"
for stream in stream-by-haproxy stream-by-nginx; do
  for sold in "$(seat 1)" "$(seat 2)"; do
    until_true "$stream tells that $sold is booked" 20 grep -q "\"b\":\\[[^]]*\"$sold\"" "$work/$stream"
  done
done
# A path with such an id, and what each balancer writes of it.
hold=$(ask "$by_haproxy/api/v1/events/$event/holds" -d "{\"seatIds\": [\"$(seat 3)\"]}" | jq -r .holdId)
for url in "$by_haproxy" "$by_nginx"; do ask -X POST "$url/api/v1/events/$event/holds/$hold/extend" -d '{}' >/dev/null || fail "extending a hold"; done
ask -X POST "$by_nginx/api/v1/events/$event/holds/$hold/release" -d '{}' >/dev/null || fail "releasing a hold"
for log in haproxy nginx-access; do
  until_true "$log.log has the path" 20 grep -qF "/holds/*/extend" "$work/$log.log"
  if grep -F -e "${hold#*-}" "$work/$log.log"; then fail "an id of somebody's hold in $log.log"; fi
done
say "two seats sold, one by each balancer; streams through both told of both; their logs have no id of a hold"

# --- Restarted, replaced and killed while they sell

crowd() { # balancer, name, the rest as for the buyers
  "$tools" -m tests.support.buyers_of_smoke "$1" 6 120 "${@:3}" >"$work/$2.json" 2>"$work/$2.log" &
  crowd_pid=$!
  started+=($!)
}
count() { jq -r "$2" "$work/$1.json"; }
disperse() { # name: end the buyers, and say what they were told
  kill "$crowd_pid"
  wait "$crowd_pid" || fail "the buyers $1"
  [ "$(count "$1" '.failures | length')" = 0 ] || fail "$(count "$1" '.failures[:5][]')"
  [ "$(count "$1" .bookings)" -gt 0 ] || fail "nothing was sold"
  say "$1: $(count "$1" '"\(.requests) requests, \(.bookings) bookings, \(.races_lost) races lost, \(.repeated) repeated, no failure"')"
}
restart() { # name, port: as a service manager does
  local name=$1_pid
  kill -TERM "${!name}"
  until_true "$1 ends" 40 ended "${!name}"
  wait "${!name}" || fail "$1 ended with $?"
  serve "$1" "$2"
  ready "$1" "$2"
}
workers() { pgrep -P "$1" | sort; }
replaced() { [ "$(workers "$1" | wc -l)" -ge 2 ] && [ -z "$(comm -12 <(echo "$2") <(workers "$1"))" ]; }

crowd "$by_haproxy" restarted
sleep 2
restart first "$api_1"
# shellcheck disable=SC2154 # serve sets it
before=$(workers "$second_pid")
kill -HUP "$second_pid"
until_true "every worker of the second process is another" 60 replaced "$second_pid" "$before"
sleep 2
disperse restarted

crowd "$by_nginx" restarted_behind_nginx
sleep 1
restart second "$api_2"
sleep 1
disperse restarted_behind_nginx

crowd "$by_haproxy" killed --patient
sleep 1
# shellcheck disable=SC2154 # serve sets it
victims=$(workers "$first_pid")
kill -KILL "$first_pid"
{ wait "$first_pid" || true; } 2>/dev/null
until_true "the workers of a killed process end by themselves" 30 sh -c "! kill -0 $(tr '\n' ' ' <<<"$victims") 2>/dev/null"
serve first "$api_1"
ready first "$api_1"
kill -KILL "$(workers "$first_pid" | head -n 1)"
sleep 2
ready first "$api_1"
disperse killed

for sold_event in arena-demo movie123 spider123; do
  jq -s ".[].sold[\"$sold_event\"][]" "$work"/{restarted,restarted_behind_nginx,killed}.json | sort >"$work/sold"
  [ -z "$(uniq -d "$work/sold")" ] || fail "sold twice: $(uniq -d "$work/sold")"
  told=$(wc -l <"$work/sold")
  for url in "http://127.0.0.1:$api_1" "http://127.0.0.1:$api_2"; do
    booked=$(at "$url/api/v1/events/$sold_event/seat-states" | jq -r .states | tr -cd b | wc -c)
    [ "$booked" = "$told" ] || fail "$sold_event: buyers have $told seats, $url has $booked as booked"
  done
done
say "no seat was sold twice, and what buyers have is what both processes show"

# --- A store is away

is_not_ready() { [[ $(curl --silent --max-time 10 "$by_haproxy/health/ready") == *not_ready* ]]; }
# What a process has read once it knows. Many at once, so that every worker is asked.
for port in "$api_1" "$api_2"; do
  seq 30 | xargs -P 10 -I{} curl --silent --output /dev/null "http://127.0.0.1:$port/api/v1/events/$event/seat-states"
done
order pause ledger
until_true "HAProxy goes on while no process is ready" 40 is_not_ready
[ -n "$(states "$by_haproxy")" ] || fail "maps while the ledger is away"
order resume ledger
until_true "ready again" 40 at "$by_haproxy/health/ready"
say "while the ledger is away maps are served, and Frontrow itself says what is not"

# --- Backup and restore

dump=$(PGUSER=frontrow_owner PGPASSWORD=$LEDGER_OWNER_PASSWORD deploy/backup.sh "$work")
sell "$by_haproxy" "$(seat 3)" || fail "selling a seat after the dump"
for name in first second; do
  pid=${name}_pid
  kill -TERM "${!pid}"
  until_true "$name ends" 40 ended "${!pid}"
done
order empty store
databases() { psql --no-psqlrc --tuples-only --dbname=postgres --command="SELECT oid, datname FROM pg_database ORDER BY 1"; }
before=$(databases)
head -c "$(($(stat -c %s "$dump") / 2))" "$dump" >"$work/half.dump"
if STORE_IS_EMPTY=yes deploy/restore.sh "$work/half.dump" >>"$work/tools.log" 2>&1; then fail "half a dump was restored"; fi
[ "$(databases)" = "$before" ] || fail "half a dump changed the databases: $(databases)"
STORE_IS_EMPTY=yes deploy/restore.sh "$dump" >>"$work/tools.log" 2>&1 || fail "deploy/restore.sh"
serve first "$api_1"
ready first "$api_1"
until_true "HAProxy has seen it" 20 at "$by_haproxy/health/ready"
[ "$(states "$by_haproxy" | cut -c1-3)" = bba ] || fail "after the restore seats 1 to 3 are $(states "$by_haproxy" | cut -c1-3)"
sell "$by_haproxy" "$(seat 3)" || fail "selling a seat after the restore"
if sell "$by_haproxy" "$(seat 1)"; then fail "a seat sold before the dump was sold again"; fi
may=$(psql --no-psqlrc --tuples-only --no-align --dbname=frontrow \
  --command="SELECT has_table_privilege('frontrow_app', 'alembic_version', 'INSERT, UPDATE, DELETE')")
[ "$may" = f ] || fail "after the restore the API's user may change the schema's version"
say "half a dump is refused; the ledger is back at its dump: what was sold before is sold, what was sold after is free, and sells"

kill -TERM "$first_pid"
until_true "the first process ends" 40 ended "$first_pid"
wait "$first_pid" || fail "it ended with $?"
if grep -h Traceback "$work"/{first,second}.log; then fail "a trace in the logs"; fi
say "all of it works together"
