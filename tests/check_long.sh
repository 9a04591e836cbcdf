#!/usr/bin/env bash
# What takes too long for every change: fuzzing, sanitizers, mutants, coverage, kills, defences. Usage: tests/check_long.sh [STEP...]
# Runs every step, whatever the others say; prints how long each took; exit 1 when one failed.
set -euo pipefail
cd "$(dirname "$0")/.."

fuzz() { setup/build.sh fuzz && tests/fuzz/run.sh build-fuzz "${SECONDS_EACH:-60}"; }
asan() { setup/build.sh asan && ctest --preset asan -j2; }
tsan() { setup/build.sh tsan && ctest --preset tsan -j2; }
mutants() { tests/mutants/run.sh; }
coverage() { setup/build.sh coverage && tests/coverage/run.sh build-coverage; }
kill-test() { setup/build.sh kill && tests/kill/run.sh --cycles "${CYCLES:-200}"; }
kill-mutants() { setup/build.sh kill && tests/kill/mutants.sh; }
security() { python3 -B tests/security/undefended.py; }

steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(coverage fuzz asan tsan mutants kill-test kill-mutants security)
failed=()
report=()
for step in "${steps[@]}"; do
  started=$SECONDS
  outcome=passed
  ("$step") || { outcome=FAILED; failed+=("$step"); }
  report+=("$(printf '%-12s %s after %d min %d s' "$step" "$outcome" $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)))")
done
printf '\n'
printf 'check-long: %s\n' "${report[@]}"
[ ${#failed[@]} -eq 0 ]
