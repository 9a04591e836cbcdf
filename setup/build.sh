#!/usr/bin/env bash
# Configures and builds. Usage: setup/build.sh demo|all|kill|asan|tsan|fuzz|coverage
# demo, all and kill go into build/, the others into build-<name>/.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1:-all}
options=()
case "$preset" in
  demo) preset=dev options=(-DEXPT_BUILD_TESTS=OFF) targets=(exptd expt_cli simulation) ;;
  all) preset=dev options=(-DEXPT_BUILD_TESTS=ON) targets=(all) ;;
  kill) preset=dev options=(-DEXPT_BUILD_TESTS=ON) targets=(kill_programs) ;;
  asan | tsan) targets=(all) ;;
  fuzz) targets=(fuzz_targets) ;;
  coverage) targets=(coverage_tests) ;;
  *) echo "build: expected demo, all, kill, asan, tsan, fuzz or coverage, found \"$1\"" >&2; exit 2 ;;
esac

# So that ccache serves every checkout of this tree, wherever it lies, and the build of the Python package.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmake --preset "$preset" "${options[@]}" >"$log" 2>&1; then
  cat "$log" >&2
  echo "build: cmake could not configure; its output is above" >&2
  exit 1
fi
cmake --build --preset "$preset" --target "${targets[@]}"
