#!/bin/sh
# A real Matrix homeserver (Synapse, with its default limits) on loopback, and a proxy that can hold its answers back.
#
#   matrix.sh up FOLDER         installs it once, starts both; FOLDER/matrix/lab.json says where they are
#   matrix.sh messages FOLDER   prints the room's messages as JSON, oldest first
#   matrix.sh down FOLDER       ends both
#
# Status 0: done. 69: something cannot be had here; the last line of standard error says what.
set -eu
command=$1
here=$(cd "$(dirname "$0")" && pwd)
lab=$(mkdir -p "$2" && cd "$2" && pwd)
venv=$lab/matrix-venv
lacking() { echo "matrix lab: $1" >&2; exit 69; }

if [ ! -e "$venv/complete" ]; then
    [ "$command" = up ] || exit 0
    rm -rf "$venv"
    python3 -m venv "$venv" >&2 || lacking "no python3-venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check matrix-synapse >&2 || lacking "no matrix-synapse"
    touch "$venv/complete"
fi
exec "$venv/bin/python" "$here/matrix.py" "$command" "$lab/matrix"
