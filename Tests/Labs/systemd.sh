#!/bin/sh
# A real systemd in a container, as root, in the Docker engine that docker.sh has brought up.
#
#   systemd.sh up FOLDER     starts it unless it runs; its name is `watcher-systemd`; it shares this machine's network
#   systemd.sh down FOLDER   removes it
#
# Status 0: `systemctl` works in it. 69: something cannot be had here; the last line of standard error says what.
set -eu
command=$1
lab=$(mkdir -p "$2" && cd "$2" && pwd)
name=watcher-systemd
lacking() { echo "systemd lab: $1" >&2; exit 69; }

[ -s "$lab/env" ] || lacking "docker.sh up $lab comes first"
# shellcheck disable=SC1091  # written by docker.sh
. "$lab/env"

if [ "$command" = down ]; then
    docker rm --force "$name" > /dev/null 2>&1 || true
    exit 0
fi
[ "$command" = up ] || { echo "usage: systemd.sh up|down FOLDER" >&2; exit 64; }

if ! docker image inspect systemd:12 > /dev/null 2>&1; then
    command -v debootstrap > /dev/null || apt-get install -y --no-install-recommends debootstrap >&2 ||
        lacking "no debootstrap"
    [ -e "$lab/rootfs/lib/systemd/systemd" ] || { rm -rf "$lab/rootfs"
        debootstrap --variant=minbase --include=systemd,dbus,libcurl4,ca-certificates,cron,procps bookworm \
            "$lab/rootfs" >&2 || lacking "debootstrap has failed"; }
    tar -C "$lab/rootfs" -c . | docker import - systemd:12 > /dev/null || lacking "docker import has failed"
fi
docker rm --force "$name" > /dev/null 2>&1 || true
# In a container systemd leaves the root mount private, and then credentials do not reach the services.
docker run --detach --name "$name" --privileged --cgroupns=private --network host --tmpfs /run --tmpfs /tmp \
    systemd:12 sh -c 'mount --make-rshared / && exec /lib/systemd/systemd' > /dev/null || lacking "the container does not start"
tries=0
until docker exec "$name" systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || lacking "systemd does not come up: $(docker exec "$name" systemctl list-jobs 2>&1 | tail -n 1)"
    sleep 0.2
done
