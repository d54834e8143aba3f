#!/bin/bash
# A real systemd in a container, as root, in the Docker engine that docker.sh has brought up.
#
#   systemd.sh up FOLDER     starts it unless it runs; its name is `watcher-systemd`; it shares this machine's network;
#                            the engine's socket is its /srv/docker.sock
#   systemd.sh down FOLDER   removes it
#
# Status 0: `systemctl` works in it. 69: something cannot be had here; the last line of standard error says what.
set -eu
command=$1
lab=$(mkdir -p "$2" && cd "$2" && pwd)
name=watcher-systemd
# shellcheck source=Tests/Labs/common.sh
. "$(dirname "$0")/common.sh"
name_lab systemd

if [ ! -s "$lab/env" ]; then
    [ "$command" = up ] || exit 0
    lacking "docker.sh up $lab comes first"
fi
# shellcheck disable=SC1091  # written by docker.sh
. "$lab/env"

if [ "$command" = down ]; then
    within 30 docker rm --force "$name" > /dev/null 2>&1 || true
    exit 0
fi
[ "$command" = up ] || { echo "usage: systemd.sh up|down FOLDER" >&2; exit 64; }
alone

import_debian
within 30 docker rm --force "$name" > /dev/null 2>&1 || true
# In a container systemd leaves the root mount private, and then credentials do not reach the services.
within 60 docker run --detach --name "$name" --privileged --cgroupns=private --network host --tmpfs /run --tmpfs /tmp \
    --volume "$lab/docker.sock:/srv/docker.sock" systemd:12 sh -c 'mount --make-rshared / && exec /lib/systemd/systemd' > /dev/null || lacking "the container does not start"
limit=$((SECONDS + 60))
until within 10 docker exec "$name" systemctl is-system-running 2> /dev/null | grep -qE 'running|degraded'; do
    [ "$SECONDS" -lt "$limit" ] ||
        lacking "systemd does not come up: $(within 10 docker exec "$name" systemctl list-jobs 2>&1 | tail -n 1)"
    sleep 0.2
done
