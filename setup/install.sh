#!/usr/bin/env bash
# Installs what is missing on a Debian 12 machine. Usage: setup/install.sh build|test|long
# Says what it installs; does nothing, quickly, when everything is there.
set -euo pipefail
cd "$(dirname "$0")"

want=${1:-test}
case "$want" in
  build) columns='^build$' ;;
  test) columns='^(build|test)$' ;;
  long) columns='^(build|test|long)$' ;;
  *) echo "setup: expected build, test or long, found \"$want\"" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: this machine has no apt; install the packages of setup/debian.txt by hand and use cmake directly" >&2
  exit 1
fi

mapfile -t packages < <(awk -v columns="$columns" '$1 ~ columns {print $2}' debian.txt)
installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' 2>/dev/null | awk '/^ii/ {print $2}')
missing=()
for package in "${packages[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then  # at a terminal it may ask
  as_root=(sudo)
else
  echo "setup: packages are missing and this user may not install them; run" >&2
  echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Without waiting for the disk after every file, which takes longer than the rest.
if ! "${as_root[@]}" apt-get update >"$log" 2>&1 ||
   ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
       apt-get install -y --no-install-recommends -o DPkg::Options::=--force-unsafe-io "${missing[@]}" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "setup: apt-get failed; the last lines of its output are above" >&2
  exit 1
fi
