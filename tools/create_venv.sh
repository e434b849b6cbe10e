#!/usr/bin/env bash
# Create the virtual environment with the pinned dependencies and the project itself.
# usage: create_venv.sh PYTHON VENV
set -euo pipefail
python=$1 venv=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "medrd-kg needs Python 3.11 or newer as '$python' (set PYTHON=...)" >&2
  exit 2
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  if [[ $(id -u) -ne 0 ]]; then
    echo "the venv module is missing: install python3-venv (as root: apt-get install python3-venv)" >&2
    exit 2
  fi
  apt-get update -qq && apt-get install -y -qq python3-venv
fi
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
