#!/usr/bin/env bash
# Makes mistakes in what keeps data durable, one at a time, and expects the kills and power cuts to notice each.
# Usage: tests/kill/mutants.sh [--build FOLDER] [NAME...]. Prints a line per mutant; exit 1 when one goes unnoticed.
# The mutants stand in mutants.toml. Works on a copy in build-kill-mutants/; the tree stays as it is.
set -euo pipefail
exec python3 -B "$(dirname "$0")/mutants.py" "$@"
