#!/usr/bin/env bash
# Kills exptd and clients at random instants and at chosen operations of the disk, cuts their power, and checks what they
# had promised.
# Usage: tests/kill/run.sh [--cycles N] [--cuts N] [--seed N] [--only LOOP]. EXPT_BIN names the directory of the programs
# (build/bin). Prints a line per figure; exit 1 when a promise was broken. docs/testing.md says how to read them.
set -euo pipefail
exec python3 -B "$(dirname "$0")/run.py" "$@"
