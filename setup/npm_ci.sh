#!/usr/bin/env bash
# Installs what package-lock.json of the current folder names, by the npm that belongs to NODE (from setup/node.sh).
# Usage: setup/npm_ci.sh NODE
set -euo pipefail
node=${1:?expected the path of Node}
PATH="$(cd "$(dirname "$node")" && pwd):$PATH"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! npm ci --no-audit --no-fund --ignore-scripts >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "npm: the packages could not be installed; the last lines of its output are above" >&2
  exit 1
fi
