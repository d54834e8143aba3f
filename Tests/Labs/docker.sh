#!/bin/bash
# A real Docker engine with buildx, QEMU and a registry on a bare Debian 12 machine, as root. Beside another engine, on a
# bridge and in a folder of its own.
#
#   docker.sh up FOLDER      brings them up, unless they are; FOLDER/env is what to source:
#                            DOCKER_HOST, DOCKER_CONFIG, LAB_REGISTRY (host:port), LAB_HOST (this machine, as builds see it)
#   docker.sh down FOLDER    ends what `up` started, by the ids that it noted
#
# Status 0: up. 69: something cannot be had here; the last line of standard error says what. Every wait has a limit.
set -eu
command=$1
lab=$(mkdir -p "$2" && cd "$2" && pwd)
# shellcheck source=Tests/Labs/common.sh
. "$(dirname "$0")/common.sh"
name_lab docker

if [ "$command" = down ]; then
    end registry
    end dockerd
    # What it leaves mounted would keep the folder from being removed.
    awk -v lab="$lab/" 'index($2, lab) == 1 { print $2 }' /proc/mounts | sort -r | while read -r place; do
        umount --lazy "$place" || true
    done
    if [ -s "$lab/bridge" ]; then
        ip link delete "$(cat "$lab/bridge")" 2> /dev/null || true
        rm -f "$lab/bridge"
    fi
    exit 0
fi
[ "$command" = up ] || { echo "usage: docker.sh up|down FOLDER" >&2; exit 64; }
[ "$(id -u)" = 0 ] || lacking "needs root"
alone

# --- Packages -------------------------------------------------------------------------------------------------------

plugin=/usr/libexec/docker/cli-plugins/docker-buildx

# Debian 12 has no buildx; the packages of 13 run on it (all but runc, whose own serves).
install_later_packages() {
    (cd "$lab" && apt_later 300 download docker.io docker-cli docker-buildx containerd) || lacking "no buildx can be had"
    within 300 dpkg -i --force-overwrite --force-confold "$lab"/{containerd,docker.io,docker-cli,docker-buildx}_*.deb >&2 ||
        lacking "docker of Debian 13 cannot be installed"
}

missing=()
need docker.io command -v dockerd
need docker-registry command -v docker-registry
need qemu-user-static command -v qemu-arm-static
need binfmt-support command -v update-binfmts
need iptables command -v iptables
need iproute2 command -v ip
need busybox-static command -v busybox
need git command -v git
install_packages
[ -x "$plugin" ] || install_later_packages

for name in arm64 armhf; do
    [ -s "$lab/busybox-$name" ] && continue
    if ! dpkg --print-foreign-architectures | grep -qx "$name"; then
        dpkg --add-architecture "$name"
        apt 120 update || true
    fi
    (cd "$lab" && apt 120 download "busybox-static:$name" && dpkg-deb -x busybox-static_*_"$name".deb "$name") ||
        lacking "no busybox for $name"
    find "$lab/$name" -name busybox -type f -exec cp {} "$lab/busybox-$name" \;
done
cp "$(command -v busybox)" "$lab/busybox-amd64"
chmod 755 "$lab"/busybox-*

# --- QEMU -----------------------------------------------------------------------------------------------------------

[ -e /proc/sys/fs/binfmt_misc/status ] || mount -t binfmt_misc none /proc/sys/fs/binfmt_misc || lacking "no binfmt_misc"
for name in aarch64 arm; do
    [ -e "/proc/sys/fs/binfmt_misc/qemu-$name" ] || within 20 update-binfmts --enable "qemu-$name" >&2 ||
        lacking "no qemu-$name"
done

# --- Engine ---------------------------------------------------------------------------------------------------------

# The first network that nobody has here.
make_bridge() {
    local number
    for number in $(seq 1 250); do
        ! ip -4 route | grep -q "^10\.213\.$number\." || continue
        ip link add "watcherlab$number" type bridge 2> /dev/null || continue
        ip addr add "10.213.$number.1/24" dev "watcherlab$number"
        ip link set "watcherlab$number" up
        echo "watcherlab$number" > "$lab/bridge"
        return 0
    done
    lacking "no bridge can be made"
}

DOCKER_HOST=unix://$lab/docker.sock
DOCKER_CONFIG=$lab/client
export DOCKER_HOST DOCKER_CONFIG
mkdir -p "$DOCKER_CONFIG"
if ! alive dockerd; then
    { [ -s "$lab/bridge" ] && ip link show "$(cat "$lab/bridge")" > /dev/null 2>&1; } || make_bridge
    echo '{"features":{"containerd-snapshotter":true}}' > "$lab/daemon.json"
    start dockerd dockerd --config-file "$lab/daemon.json" --host "$DOCKER_HOST" --data-root "$lab/data" \
        --exec-root "$lab/exec" --pidfile "$lab/engine.pid" --bridge "$(cat "$lab/bridge")" \
        --containerd-namespace watcher-lab --containerd-plugins-namespace watcher-lab-plugins
fi
until_is "dockerd" "$lab/dockerd.log" dockerd 60 within 5 docker info
within 10 docker buildx version > /dev/null 2>&1 || lacking "no docker buildx"

# --- Registry -------------------------------------------------------------------------------------------------------

# In memory: the driver for files reads a tag that is just being written as an empty one, and docker pushes the
# manifests of all platforms to one tag at the same time.
if ! alive registry; then
    printf 'version: 0.1\nstorage: {inmemory: {}, delete: {enabled: true}}\nhttp: {addr: "127.0.0.1:0"}\n' > "$lab/registry.yml"
    start registry docker-registry serve "$lab/registry.yml"
fi
until_is "the registry" "$lab/registry.log" registry 20 grep -q 'listening on 127' "$lab/registry.log"
registry=$(sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$lab/registry.log" | head -n 1)
host=$(ip -4 -o addr show "$(cat "$lab/bridge")" | sed -n 's|.* inet \([0-9.]*\)/.*|\1|p')

cat > "$lab/env" <<END
export DOCKER_HOST=$DOCKER_HOST
export DOCKER_CONFIG=$DOCKER_CONFIG
export LAB_REGISTRY=$registry
export LAB_HOST=$host
END
