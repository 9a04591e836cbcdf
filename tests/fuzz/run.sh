#!/usr/bin/env bash
# Runs every fuzz target for a while. Usage: tests/fuzz/run.sh BUILD_DIRECTORY SECONDS [TARGET...]
# A line for each target: executions, findings. Exit 1 with a finding; its input is kept below BUILD_DIRECTORY/findings.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "$1")
seconds=$2
shift 2

if [ $# -gt 0 ]; then
  targets=("$@")
else
  mapfile -t targets < <(find "$build/bin" -name 'fuzz_*' -type f -executable -printf '%f\n' | sed 's/^fuzz_//' | sort)
fi
[ ${#targets[@]} -gt 0 ] || { echo "fuzz: expected targets in $build/bin, found none" >&2; exit 2; }

# One target: new inputs go to the build, never to the tree.
run_one() {
  local build=$1 seconds=$2 target=$3
  local log=$build/findings/$target.log folders=("$build/fuzz/corpus/$target")
  mkdir -p "$build/fuzz/corpus/$target" "$build/findings"
  rm -f "$build/findings/$target"-*
  for folder in "tests/fuzz/corpus/$target" "$build/fuzz/seeds/$target"; do
    [ ! -d "$folder" ] || folders+=("$folder")
  done
  local status=0
  "$build/bin/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=512 \
    -max_len=8192 -dict=tests/fuzz/words.dict -print_final_stats=1 -artifact_prefix="$build/findings/$target-" \
    "${folders[@]}" >"$log" 2>&1 || status=$?
  local executions
  executions=$(awk '/stat::number_of_executed_units/ {print $2}' "$log")
  local findings
  findings=$(find "$build/findings" -name "$target-*" | wc -l)
  [ "$status" -eq 0 ] || [ "$findings" -gt 0 ] || findings=1
  printf 'fuzz %-14s %10s executions, %s findings\n' "$target" "${executions:-unknown}" "$findings"
  if [ "$findings" -gt 0 ]; then
    grep -m 5 -E 'FOUND:|SUMMARY:|ERROR:|runtime error:' "$log" | sed "s/^/  /" || tail -n 5 "$log"
    echo "  all of it: $log"
    return 1
  fi
}
export -f run_one

printf '%s\n' "${targets[@]}" |
  xargs -P "${JOBS:-$(nproc)}" -I TARGET bash -c 'run_one "$@" || exit 1' run_one "$build" "$seconds" TARGET ||
  { echo "fuzz: findings above" >&2; exit 1; }
