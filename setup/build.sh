#!/usr/bin/env bash
# Configures and builds into build/. Usage: setup/build.sh demo|all
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-all}" in
  demo) tests=OFF; targets=(exptd expt_cli simulation) ;;
  all) tests=ON; targets=(all) ;;
  *) echo "build: expected demo or all, found \"$1\"" >&2; exit 2 ;;
esac

# So that ccache serves every checkout of this tree, wherever it lies, and the build of the Python package.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmake --preset dev -DEXPT_BUILD_TESTS=$tests >"$log" 2>&1; then
  cat "$log" >&2
  echo "build: cmake could not configure; its output is above" >&2
  exit 1
fi
cmake --build --preset dev --target "${targets[@]}"
