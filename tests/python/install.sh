#!/usr/bin/env bash
# Installs bindings/python into an environment of its own. Usage: install.sh PYTHON DIRECTORY BUILD_TYPE
#
#   DIRECTORY/venv    the packages of setup/pypi.txt and the wheel
#   BUILD-wheel       what CMake built for the wheel, where BUILD is the folder of DIRECTORY; kept, so that the next time
#                     is quick
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
python=$1 directory=$2 build_type=${3:-RelWithDebInfo}

# The environment is made anew when the list of packages or the interpreter changes.
mkdir -p "$directory"
wanted=$( (cat "$source/setup/pypi.txt"; "$python" -c 'import sys; print(sys.executable, sys.version)'; echo "$directory") | sha256sum)
if [ "$(cat "$directory/packages" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$directory/venv" "$directory/packages"
  "$python" -m venv "$directory/venv"
  "$directory/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$source/setup/pypi.txt"
  echo "$wanted" >"$directory/packages"
fi

# Without build isolation: the pinned build tools are those of the environment. By the name of the compiler and a folder
# as deep as BUILD, the core and the client are to ccache what BUILD has compiled already.
CXX=${CXX:-c++} CC=${CC:-cc} CCACHE_BASEDIR=$source CCACHE_NOHASHDIR=1 \
  PATH=$directory/venv/bin:$PATH "$directory/venv/bin/pip" install --quiet \
  --disable-pip-version-check --no-index --no-deps --no-build-isolation --force-reinstall \
  --config-settings=build-dir="$(dirname "$directory")-wheel" \
  --config-settings=cmake.build-type="$build_type" \
  --config-settings=cmake.define.EXPT_WERROR=ON \
  "$source/bindings/python"
"$directory/venv/bin/python" -c 'import expt; print("expt", expt.__version__)'
