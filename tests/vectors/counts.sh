#!/usr/bin/env bash
# Prints how many evaluation vectors each runner has run, and fails unless all four say the same number.
# Usage: counts.sh LOG   (what ctest wrote: Testing/Temporary/LastTest.log)
set -euo pipefail
log=${1:?expected the log of ctest}

# Each runner prints "vectors: N" once; the log says which test it was.
counts=$(awk '/ Test: / {test = $NF} /^[^a-z]*vectors: [0-9]+$/ {print test " " $NF}' "$log")
echo "evaluation vectors run:"
awk '{printf "  %-28s %s\n", $1, $2}' <<<"$counts"
runners=$(grep -c . <<<"$counts" || true)
numbers=$(awk '{print $2}' <<<"$counts" | sort -u | wc -l)
if [ "$runners" -ne 4 ] || [ "$numbers" -ne 1 ]; then
  echo "vectors: expected one number from 4 runners (C++, Python, Node, Chromium), found $runners lines with $numbers numbers" >&2
  exit 1
fi
