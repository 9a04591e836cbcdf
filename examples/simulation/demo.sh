#!/usr/bin/env bash
# A demo of everything together: exptd with a demo project, live traffic from the real client, results every few seconds.
#
#   demo.sh BIN [SECONDS] [DATA]
#
# BIN      directory of the programs exptd, expt and simulation
# SECONDS  how long to run; 0 or nothing: until interrupted
# DATA     where exptd keeps its state; kept for the next run. Nothing: a fresh directory, removed at the end
#
# EXPT_DEMO_LISTEN sets the address; default 127.0.0.1:8080, or the next free port where that one is taken.
set -euo pipefail

bin=${1:?"usage: demo.sh BIN [SECONDS] [DATA]"}
duration=${2:-0}
data=${3:-}
for program in exptd expt simulation; do
  [ -x "$bin/$program" ] || { echo "demo: \"$bin/$program\" is missing; build it first" >&2; exit 1; }
done
case "$duration" in *[!0-9]*) echo "demo: SECONDS: expected a whole number, got \"$duration\"" >&2; exit 2 ;; esac

is_temporary=
if [ -z "$data" ]; then
  data=$(mktemp -d "${TMPDIR:-/tmp}/expt-demo.XXXXXX")
  is_temporary=yes
fi
mkdir -p "$data"

server_pid= traffic_pid= pause_pid=
clean_up() {
  trap - EXIT INT TERM
  local pid
  for pid in $pause_pid $traffic_pid $server_pid; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  if [ -n "$is_temporary" ]; then rm -rf "$data"; fi
}
trap clean_up EXIT
trap 'echo; echo "demo: stopping"; exit 0' INT TERM

# Children get their own interrupt from us, not from the terminal, so that each can finish what it is at.
start_server() {
  : > "$data/exptd.log"
  (trap '' INT; exec "$bin/exptd" serve --dev --data "$data/state" --listen "$1" >> "$data/exptd.log" 2>&1) &
  server_pid=$!
  local _
  for _ in $(seq 200); do
    url=$(sed -n 's/^listening on \(http[^ ]*\).*/\1/p' "$data/exptd.log" | head -n 1)
    [ -z "$url" ] || return 0
    kill -0 "$server_pid" 2>/dev/null || { wait "$server_pid" || true; server_pid=; return 1; }
    sleep 0.1
  done
  return 1
}

url=
if [ -n "${EXPT_DEMO_LISTEN:-}" ]; then
  start_server "$EXPT_DEMO_LISTEN" || true
else
  for port in {8080..8179}; do
    if start_server "127.0.0.1:$port"; then break; fi
    grep -q 'Address already in use' "$data/exptd.log" || break
    echo "demo: port $port is taken"
  done
fi
if [ -z "$url" ]; then
  echo "demo: exptd did not start:" >&2
  cat "$data/exptd.log" >&2
  exit 1
fi

# The first run prints a setup token; a kept DATA directory remembers what it was exchanged for.
if [ -s "$data/api-token" ]; then
  EXPT_TOKEN=$(cat "$data/api-token")
else
  setup_token=$(sed -n 's/^setup token: //p' "$data/exptd.log" | head -n 1)
  EXPT_TOKEN=$("$bin/expt" setup --url "$url" --token "$setup_token")
  (umask 077; printf '%s\n' "$EXPT_TOKEN" > "$data/api-token")
fi
export EXPT_TOKEN EXPT_URL="$url" EXPT_PROJECT=shop EXPT_ENVIRONMENT=production

echo "demo: making the demo project and 14 days of history"
"$bin/simulation" seed --state "$data/key.json"
(trap '' INT; exec "$bin/simulation" live --state "$data/key.json" > "$data/simulation.log" 2>&1) &
traffic_pid=$!

show() {
  local experiment
  for experiment in checkout-test product-page delivery-notice photo-zoom basket-nudge basket-summary one-tap; do
    echo
    "$bin/expt" results "$experiment"
  done
  echo
  sed -n '/^live: /h; ${x; p}' "$data/simulation.log"
  echo "open $url/login#token=$EXPT_TOKEN"
  echo "the API token is in $data/api-token; stop with ctrl-c"
}

echo "demo: exptd answers on $url; sign in at $url/login#token=$EXPT_TOKEN"
echo "demo: for the command line: export EXPT_URL=$url EXPT_TOKEN=$EXPT_TOKEN EXPT_PROJECT=shop EXPT_ENVIRONMENT=production"
begin=$SECONDS
while :; do
  kill -0 "$server_pid" 2>/dev/null || { echo "demo: exptd ended:" >&2; cat "$data/exptd.log" >&2; exit 1; }
  kill -0 "$traffic_pid" 2>/dev/null || { echo "demo: live traffic ended:" >&2; cat "$data/simulation.log" >&2; exit 1; }
  show
  pause=5
  if [ "$duration" -gt 0 ]; then
    left=$((begin + duration - SECONDS))
    if [ "$left" -le 0 ]; then break; fi
    if [ "$left" -lt "$pause" ]; then pause=$left; fi
  fi
  sleep "$pause" &
  pause_pid=$!
  wait "$pause_pid" || true
  pause_pid=
done
exit 0
