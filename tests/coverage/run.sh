#!/usr/bin/env bash
# Runs the tests of the engine in a build that counts lines, and prints which of its lines they execute.
# Usage: tests/coverage/run.sh BUILD_DIRECTORY [LEAST_PERCENT]. Exit 1 when one of its rooms is below that.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
least=${2:-95}

find "$build" -name '*.gcda' -delete
ctest --test-dir "$build" -j "$(nproc)" --output-on-failure \
  -R '^(base_test|model_test|wire_codec_test|wire_golden_test|host_test|core_test|oracle_test|evaluation_vectors_test)$'
# Closing braces and lines that cannot be reached by any input are no reason to leave others out: nothing is excluded.
counts=$build/coverage.json
gcovr --root . --object-directory "$build" --filter 'src/(eval|model|core)/' --gcov-ignore-parse-errors \
  --exclude-throw-branches --json "$counts" "$build"
gcovr --root . --add-tracefile "$counts" --exclude-throw-branches --sort-percentage
# Each room by itself, so that a large one does not hide what a small one lacks.
failed=0
for room in src/eval src/model src/core; do
  # gcovr removes what --output names before it writes: never a device.
  summary=$(gcovr --root . --add-tracefile "$counts" --filter "$room/" --print-summary --output "$build/room.txt" \
    --fail-under-line "$least") || failed=1
  printf 'coverage %-9s %s\n' "$room" "$(grep '^lines:' <<<"$summary")"
done
if [ "$failed" -ne 0 ]; then
  echo "coverage: expected at least $least % of the lines of each room" >&2
  exit 1
fi
