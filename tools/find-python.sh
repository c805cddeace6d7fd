#!/usr/bin/env bash
# Print the interpreter to build the virtual environment with: the first of the usual names that starts,
# is Python 3.11 or later and can make virtual environments. A name on the PATH proves nothing (pyenv
# shims exist for versions that are switched off), so each one is run.
set -euo pipefail

probe='import sys, venv, ensurepip; assert sys.version_info >= (3, 11); print(sys.executable)'
for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14 python; do
  if path=$("$name" -c "$probe" 2>/dev/null); then
    printf '%s\n' "$path"
    exit 0
  fi
done
echo "Python 3.11 or later, with its venv module, was not found: install it (on Debian also python3-venv)," \
  "or name one with 'make PYTHON=/path/to/python3 …'." >&2
exit 1
