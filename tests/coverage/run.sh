#!/usr/bin/env bash
# Runs the tests of the engine in a build that counts lines, and prints which of its lines they execute.
# Usage: tests/coverage/run.sh BUILD_DIRECTORY [LEAST_PERCENT]. Exit 1 below that.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
least=${2:-95}

find "$build" -name '*.gcda' -delete
ctest --test-dir "$build" -j "$(nproc)" --output-on-failure \
  -R '^(base_test|model_test|wire_codec_test|wire_golden_test|host_test|core_test|oracle_test|evaluation_vectors_test)$'
# Closing braces and lines that cannot be reached by any input are no reason to leave others out: nothing is excluded.
gcovr --root . --object-directory "$build" --filter 'src/(eval|model|core)/' --gcov-ignore-parse-errors \
  --exclude-throw-branches --sort-percentage --fail-under-line "$least" --print-summary "$build"
