#!/bin/sh
# Receivers of signed webhooks that others wrote: Debian's `webhook`, and Python's `standardwebhooks`.
#
#   receivers.sh up FOLDER SECRET   installs them once, starts both with this secret; FOLDER/receivers/lab.json says where
#   receivers.sh down FOLDER        ends both
#
# Status 0: done. 69: something cannot be had here; the last line of standard error says what.
set -eu
command=$1
here=$(cd "$(dirname "$0")" && pwd)
lab=$(mkdir -p "$2" && cd "$2" && pwd)
venv=$lab/receivers-venv
lacking() { echo "receivers lab: $1" >&2; exit 69; }

if [ "$command" = up ] && [ ! -e "$venv/complete" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv" >&2 || lacking "no python3-venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check standardwebhooks >&2 || lacking "no standardwebhooks"
    touch "$venv/complete"
fi
# Unpacked, not installed: it must not become a service of this machine, and needs no root.
if [ "$command" = up ] && [ ! -x "$lab/webhook/usr/bin/webhook" ]; then
    mkdir -p "$lab/webhook"
    (cd "$lab/webhook" && { apt-get download webhook || { apt-get update && apt-get download webhook; }; }) >&2 ||
        lacking "no Debian package webhook"
    dpkg-deb -x "$lab"/webhook/webhook_*.deb "$lab/webhook" || lacking "dpkg-deb has failed"
fi
[ -e "$venv/complete" ] || exit 0
exec "$venv/bin/python" "$here/receivers.py" "$command" "$lab" "${3:-}"
