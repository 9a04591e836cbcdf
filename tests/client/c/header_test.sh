#!/bin/bash
# expt/c.h compiles alone, as C99 and later and as C++, with every warning an error. Usage: header_test.sh CC CXX SOURCE_DIR
set -euo pipefail
cc=$1
cxx=$2
root=$3

check() { printf '#include "expt/c.h"\n#include "expt/c.h"\n' | "$@" -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I "$root/include" -; }

for standard in c99 c11 c17; do check "$cc" "-std=$standard" -Wstrict-prototypes -xc; done
for standard in c++11 c++17 c++20; do check "$cxx" "-std=$standard" -xc++; done
echo "expt/c.h compiles as three versions of C and three of C++"
