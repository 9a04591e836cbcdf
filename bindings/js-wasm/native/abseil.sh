#!/usr/bin/env bash
# Abseil for WASM: Debian ships headers and native archives only, so the parts that the core uses are compiled from
# the source package of the same version, once per machine. Usage: abseil.sh DIRECTORY
# Leaves DIRECTORY/include and DIRECTORY/libabsl.a. The system's package lists and sources are not touched.
set -euo pipefail

out=${1:?expected a directory}
version=$(dpkg-query -W -f='${Version}' libabsl-dev)
stamp="$out/version"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$version" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts"
log="$work/log"

# The machine's own Debian lines, asked for sources.
for list in /etc/apt/sources.list.d/*.sources; do
  if [ -f "$list" ] && grep -q debian-archive-keyring "$list"; then
    sed 's/^Types:.*/Types: deb-src/' "$list" >"$work/parts/$(basename "$list")"
  fi
done
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  if [ -f "$list" ]; then
    sed -n 's/^deb \(.*debian.*\)/deb-src \1/p' "$list" >"$work/parts/expt-$(basename "$list" .list).list"
  fi
done
apt=(apt-get -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/parts/" -o "Dir::State::Lists=$work/lists"
     -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=)

echo "abseil: fetching and compiling the source package $version for WASM into $out"
if ! { "${apt[@]}" update && cd "$work" && "${apt[@]}" source "abseil=$version"; } >"$log" 2>&1; then
  tail -n 10 "$log" >&2
  echo "abseil: the source package could not be fetched; the last lines of apt-get are above" >&2
  exit 1
fi
source=$(find "$work" -maxdepth 1 -type d -name 'abseil-*' | head -n 1)

if ! { emcmake cmake -G Ninja -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=MinSizeRel -DCMAKE_CXX_STANDARD=20 \
         -DABSL_PROPAGATE_CXX_STD=ON -DBUILD_TESTING=OFF \
         "-DCMAKE_CXX_FLAGS_MINSIZEREL=-Oz -DNDEBUG -fno-exceptions -fno-rtti -ffunction-sections -w" &&
       cmake --build "$work/build" --target status statusor; } >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "abseil: it could not be compiled; the last lines are above" >&2
  exit 1
fi

rm -rf "$out"
mkdir -p "$out/include"
(cd "$source" && find absl \( -name '*.h' -o -name '*.inc' \) -print0 | tar --null -cf - -T -) | tar -xf - -C "$out/include"
find "$work/build" -name '*.o' -print0 | xargs -0 emar qc "$out/libabsl.a"
printf '%s' "$version" >"$stamp"
