#!/bin/bash
# Derives buckets with xxhsum, as docs/bucketing.md shows, and compares them with the engine's.
set -euo pipefail
print_bucket=$1
document=$(dirname "$0")/../../docs/bucketing.md

command -v xxhsum >/dev/null || { echo "xxhsum is not installed (package xxhash)" >&2; exit 1; }

bucket_by_xxhsum() { # salt, unit id
  local hex
  hex=$(printf '%s:%s' "$1" "$2" | xxhsum -H3 | sed 's/.*= //')
  python3 -c 'import sys; print(int(sys.argv[1], 16) % 1000000)' "$hex"
}

count=0
for unit in u1 u2 user-42 0 -7 9007199254740992 "Zoë" "日本" a:b " " "$(printf 'x%.0s' {1..300})" "$(printf 'y%.0s' {1..5000})"; do
  for salt in salt s 4f9aVb0pQ2m7xK1rT8uZcw A.b_c-9; do
    expected=$(bucket_by_xxhsum "$salt" "$unit")
    got=$("$print_bucket" "$salt" "$unit")
    if [ "$expected" != "$got" ]; then
      echo "salt \"$salt\" unit \"${unit:0:40}\": xxhsum says $expected, the engine $got" >&2
      exit 1
    fi
    count=$((count + 1))
  done
done

# The examples that the document states.
stated=0
while IFS='|' read -r _ salt unit bucket _; do
  salt=$(echo "$salt" | tr -d ' `'); unit=$(echo "$unit" | tr -d ' `'); bucket=$(echo "$bucket" | tr -d ' ')
  [ "$(bucket_by_xxhsum "$salt" "$unit")" = "$bucket" ] || { echo "document: $salt:$unit is not $bucket" >&2; exit 1; }
  [ "$("$print_bucket" "$salt" "$unit")" = "$bucket" ] || { echo "engine: $salt:$unit is not $bucket" >&2; exit 1; }
  stated=$((stated + 1))
done < <(grep -E '^\| `' "$document")
[ "$stated" -ge 3 ] || { echo "docs/bucketing.md states $stated examples, expected at least 3" >&2; exit 1; }
echo "$count buckets and $stated stated examples agree with xxhsum"
