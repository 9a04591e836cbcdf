#!/bin/bash
# Compiles the sources of the pure engine without exceptions and run-time type information; nothing is written.
set -euo pipefail
compiler=$1
root=$2
native_only="parse.cc root.cc head.cc" # chains that need src/host
files=()
for file in "$root"/src/{base,model,eval,core}/*.cc; do
  case " $native_only " in *" $(basename "$file") "*) ;; *) files+=("$file") ;; esac
done
[ "${#files[@]}" -ge 25 ] || { echo "found ${#files[@]} sources, expected at least 25" >&2; exit 1; }
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" \
  "$compiler" -std=c++20 -fsyntax-only -fno-exceptions -fno-rtti -Wall -Wextra -Werror -I "$root/include" -I "$root"
echo "${#files[@]} sources compile without exceptions and run-time type information"
