#!/usr/bin/env bash
# Create the virtual environment with the pinned dependencies and the project itself.
# usage: create_venv.sh VENV [PYTHON]
#
# Without PYTHON it is `python3`; or the system's own, where `python3` was compiled without
# profile-guided optimisation, as version managers do: it needs up to half as much time again for
# everything that this service does.
set -euo pipefail
venv=$1 given=${2:-}

is_usable() {
  "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

is_optimised() {
  "$1" -c 'import sys, sysconfig
sys.exit("--enable-optimizations" not in (sysconfig.get_config_var("CONFIG_ARGS") or ""))'
}

python=${given:-python3}
if [[ -z $given ]] && is_usable /usr/bin/python3; then
  if ! is_usable python3 || ! is_optimised python3; then
    python=/usr/bin/python3
  fi
fi
if ! is_usable "$python"; then
  echo "medrd-kg needs Python 3.11 or newer as '$python' (set PYTHON=...)" >&2
  exit 2
fi

# An environment of another interpreter cannot be carried over.
which='import os, sys; print(os.path.realpath(sys._base_executable), sys.version)'
if [[ -e $venv && $("$venv/bin/python" -c "$which" 2>/dev/null) != "$("$python" -c "$which")" ]]; then
  rm -rf "$venv"
fi

# Debian leaves out what puts pip into an environment; another Python's pip can do it.
create() {
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$venv"
  else
    "$python" -m venv --without-pip "$venv" &&
      python3 -m pip --python "$venv/bin/python" install --quiet --constraint constraints.txt pip
  fi
}
if ! create 2>/dev/null; then
  if [[ $(id -u) -ne 0 ]]; then
    echo "the venv module is missing: install python3-venv (as root: apt-get install python3-venv)" >&2
    exit 2
  fi
  apt-get update -qq && apt-get install -y -qq python3-venv
  "$python" -m venv "$venv"
fi
"$venv/bin/python" -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
