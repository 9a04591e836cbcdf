#!/usr/bin/env bash
# Compiles RE2 for the module expt_regex.wasm: of the very version that the machine's own libre2-dev is, so that both
# give the same answers. The source comes from the machine's own Debian archive by apt-get, whose state and caches
# for it are in a folder that is removed again; nothing of the system is changed.
#
# Usage: build_re2.sh FOLDER     writes FOLDER/libre2.a and FOLDER/include/re2/*.h
#
#   EXPT_RE2_SOURCE   unpacked source package to use instead of fetching one
#   XDG_CACHE_HOME    what was compiled stays in expt/ there (else in ~/.cache), by version, flags and compiler
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:?expected a folder}

fail() {
  echo "build_re2: $*" >&2
  exit 1
}

# The version of the source is part of the key: another one may give other answers.
version=$(dpkg-query -W -f='${source:Version}' libre2-dev 2>/dev/null) ||
  fail "expected the package libre2-dev, found none"
data=$(dpkg-query -W -f='${Version}' unicode-data 2>/dev/null) || fail "expected the package unicode-data, found none"
flags=(-std=c++17 -Oz -flto -DNDEBUG -fno-exceptions -fno-rtti -ffunction-sections -fdata-sections -fvisibility=hidden
  -Wno-unused-value)
sources=(re2/{bitstate,compile,dfa,nfa,onepass,parse,perl_groups,prefilter,prog,re2,regexp,simplify}.cc
  re2/{stringpiece,tostring}.cc
  re2/unicode_{casefold,groups}.cc util/{rune,strutil}.cc)

key=$({
  echo "$version $data ${EXPT_RE2_SOURCE:-} ${flags[*]} ${sources[*]}"
  em++ --version | head -n 1
  cat "$0" "$here"/re2/make_name_groups.py "$here"/re2/util/logging.h
} | sha256sum | cut -c1-16)
kept=${XDG_CACHE_HOME:-$HOME/.cache}/expt/re2-$version-$key

# Deb822 and one-line files alike, each with deb-src instead of deb.
write_source_lists() {
  local from to=$1 count=0
  for from in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ -s "$from" ] || continue
    count=$((count + 1))
    sed -E -e 's/^Types:.*/Types: deb-src/' -e 's/^deb([[:space:]])/deb-src\1/' "$from" \
      >"$to/$count.${from##*.}"
  done
  [ "$count" -gt 0 ] || fail "expected a list of apt sources in /etc/apt, found none"
}

fetch() {
  local folder=$1 log=$1/log
  mkdir -p "$folder"/{parts,lists/partial,cache/archives/partial}
  write_source_lists "$folder/parts"
  # After the machine's own configuration (proxies, transports), but without its hooks for updates of the system.
  cat >"$folder/apt.conf" <<END
#clear APT::Update;
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$folder/parts";
Dir::State::lists "$folder/lists";
Dir::Cache "$folder/cache";
APT::Sandbox::User "";
END
  local apt=(apt-get -q -c "$folder/apt.conf")
  # Archives of others may have no sources: what counts is that the second command finds this one.
  if ! (cd "$folder" && { "${apt[@]}" update || true; } && "${apt[@]}" source "re2=$version") \
      >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "the source of re2 $version could not be fetched; the last lines of apt-get are above"
  fi
  local unpacked=("$folder"/re2-*/)
  [ -f "${unpacked[0]}/re2/re2.h" ] || fail "the source package of re2 $version: expected re2/re2.h, found none"
  mv "${unpacked[0]}" "$folder/source"
}

compile() {
  local source=$1 out=$2
  # Debian leaves out what is made from the Unicode data; the folding of letters is made as its own package does.
  perl "$source/re2/make_perl_groups.pl" >"$source/re2/perl_groups.cc"
  # Debian's Python has what the scripts import.
  /usr/bin/python3 -B "$source/re2/make_unicode_casefold.py" >"$source/re2/unicode_casefold.cc"
  /usr/bin/python3 -B "$here/re2/make_name_groups.py" "$source/re2" >"$source/re2/unicode_groups.cc"
  mkdir -p "$out/objects" "$out/include/re2"
  local file
  for file in "${sources[@]}"; do printf '%s\0' "$source/$file"; done >"$out/objects/list"
  # Our util/logging.h comes first.
  xargs -0 -n 1 -P "$(nproc)" -a "$out/objects/list" bash -c '
    em++ "${@:3:$#-3}" -I"$1" -I"$2" -c "${@: -1}" -o "$0/$(basename "${@: -1}" .cc).o"
  ' "$out/objects" "$here/re2" "$source" "${flags[@]}" || fail "RE2 does not compile; the compiler's words are above"
  emar rcs "$out/libre2.a" "$out"/objects/*.o
  cp "$source"/re2/{re2,stringpiece}.h "$out/include/re2/"
  rm -r "$out/objects"
}

if [ ! -f "$kept/libre2.a" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if [ -n "${EXPT_RE2_SOURCE:-}" ]; then
    cp -r "$EXPT_RE2_SOURCE" "$work/source"
  else
    fetch "$work"
  fi
  compile "$work/source" "$work/made"
  # Whole or not at all, also when two builds come here at once.
  mkdir -p "$(dirname "$kept")"
  new=$(mktemp -d "$kept.XXXXXX")
  cp -r "$work/made/." "$new/"
  chmod 755 "$new"
  mv -T "$new" "$kept" 2>/dev/null || rm -rf "$new"
  [ -f "$kept/libre2.a" ] || fail "$kept: expected libre2.a, found none"
fi
mkdir -p "$target"
cp -r "$kept/." "$target/"
touch "$target/libre2.a"
