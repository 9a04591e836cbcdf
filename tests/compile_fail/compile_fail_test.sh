#!/bin/bash
# Each mistake of mistakes.cc must be refused by the compiler, and the file without any must be accepted.
set -euo pipefail
compiler=$1
root=$2
file=$(dirname "$0")/mistakes.cc

compile() { "$compiler" -std=c++20 -fsyntax-only -I "$root/include" -I "$root" "$@" "$file"; }

compile || { echo "the file must compile without a mistake" >&2; exit 1; }
mistakes=$(sed -n 's/^#ifdef \(MISTAKE_[A-Z_]*\).*$/\1/p' "$file")
count=0
for mistake in $mistakes; do
  if compile "-D$mistake" 2>/dev/null; then
    echo "$mistake compiles" >&2
    exit 1
  fi
  count=$((count + 1))
done
[ "$count" -ge 5 ] || { echo "found $count mistakes, expected at least 5" >&2; exit 1; }
echo "$count mistakes are refused"
