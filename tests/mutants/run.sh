#!/usr/bin/env bash
# Changes the engine in many small ways, one at a time, and expects the vectors of tests/vectors to notice each.
# Usage: tests/mutants/run.sh [--build FOLDER] [NAME...]. Prints a line per mutant; exit 1 when one is not caught.
# The mutants stand in the *.toml files beside this. Works on a copy in build-mutants/; the tree stays as it is.
set -euo pipefail
exec python3 -B "$(dirname "$0")/run.py" "$@"
