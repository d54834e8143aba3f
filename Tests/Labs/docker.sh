#!/bin/sh
# A real Docker engine with buildx, QEMU and a registry on a bare Debian 12 machine, as root.
#
#   docker.sh up FOLDER      brings them up, unless they are; FOLDER/env is what to source:
#                            DOCKER_HOST, DOCKER_CONFIG, LAB_REGISTRY (host:port), LAB_HOST (this machine, as builds see it)
#   docker.sh down FOLDER    ends what `up` started, by the ids that it noted
#
# Status 0: up. 69: something cannot be had here; the last line of standard error says what.
set -eu
command=$1
lab=$(mkdir -p "$2" && cd "$2" && pwd)

alive() { [ -s "$lab/$1.pid" ] && kill -0 "$(cat "$lab/$1.pid")" 2>/dev/null; }
lacking() { echo "docker lab: $1" >&2; exit 69; }

end() {
    alive "$1" || return 0
    pid=$(cat "$lab/$1.pid")
    kill "$pid" 2>/dev/null || true
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -9 "$pid" 2>/dev/null || true
    rm -f "$lab/$1.pid"
}

if [ "$command" = down ]; then
    end registry
    end dockerd
    exit 0
fi
[ "$command" = up ] || { echo "usage: docker.sh up|down FOLDER" >&2; exit 64; }
[ "$(id -u)" = 0 ] || lacking "needs root"

# --- Packages -------------------------------------------------------------------------------------------------------

install_packages() {
    apt-get update >&2 || true
    apt-get install -y --no-install-recommends docker.io docker-registry qemu-user-static binfmt-support iptables \
        busybox-static git >&2 || lacking "docker cannot be installed"
    # Debian 12 has no buildx; the packages of 13 run on it (all but runc, whose own serves).
    [ -x /usr/libexec/docker/cli-plugins/docker-buildx ] && return 0
    mkdir -p "$lab/apt" "$lab/lists/partial"
    sed 's/^Suites: bookworm bookworm-updates/Suites: trixie/; s/^Suites: bookworm-security/Suites: trixie-security/' \
        /etc/apt/sources.list.d/debian.sources > "$lab/apt/trixie.sources"
    later="-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$lab/apt -o Dir::State::lists=$lab/lists"
    # shellcheck disable=SC2086  # several options
    apt-get $later update >&2 || lacking "no package lists of Debian 13"
    # shellcheck disable=SC2086
    (cd "$lab" && apt-get $later download docker.io docker-cli docker-buildx containerd >&2) || lacking "no buildx"
    dpkg -i --force-overwrite "$lab"/containerd_*.deb "$lab"/docker.io_*.deb "$lab"/docker-cli_*.deb \
        "$lab"/docker-buildx_*.deb >&2 || lacking "docker of Debian 13 cannot be installed"
}

{ [ -x /usr/libexec/docker/cli-plugins/docker-buildx ] &&
    command -v docker && command -v dockerd && command -v docker-registry && command -v busybox; } > /dev/null ||
    install_packages
for name in arm64 armhf; do
    [ -s "$lab/busybox-$name" ] && continue
    dpkg --print-foreign-architectures | grep -qx "$name" || { dpkg --add-architecture "$name"; apt-get update >&2 || true; }
    (cd "$lab" && apt-get download "busybox-static:$name" >&2 && dpkg-deb -x busybox-static_*_"$name".deb "$name") ||
        lacking "no busybox for $name"
    find "$lab/$name" -name busybox -type f -exec cp {} "$lab/busybox-$name" \;
done
cp "$(command -v busybox)" "$lab/busybox-amd64"
chmod 755 "$lab"/busybox-*

# --- QEMU -----------------------------------------------------------------------------------------------------------

[ -e /proc/sys/fs/binfmt_misc/status ] || mount -t binfmt_misc none /proc/sys/fs/binfmt_misc || lacking "no binfmt_misc"
for name in aarch64 arm; do
    [ -e "/proc/sys/fs/binfmt_misc/qemu-$name" ] || update-binfmts --enable "qemu-$name" >&2 || lacking "no qemu-$name"
done

# --- Engine and registry --------------------------------------------------------------------------------------------

DOCKER_HOST=unix://$lab/docker.sock
DOCKER_CONFIG=$lab/client
export DOCKER_HOST DOCKER_CONFIG
mkdir -p "$DOCKER_CONFIG"
if ! alive dockerd; then
    echo '{"features":{"containerd-snapshotter":true}}' > "$lab/daemon.json"
    setsid dockerd --config-file "$lab/daemon.json" --host "$DOCKER_HOST" --data-root "$lab/data" \
        --exec-root "$lab/exec" --pidfile "$lab/engine.pid" > "$lab/dockerd.log" 2>&1 < /dev/null &
    echo $! > "$lab/dockerd.pid"
fi
tries=0
until docker info > /dev/null 2>&1; do
    alive dockerd || lacking "dockerd ended: $(tail -n 1 "$lab/dockerd.log")"
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || lacking "dockerd does not answer: $(tail -n 1 "$lab/dockerd.log")"
    sleep 0.2
done
docker buildx version > /dev/null 2>&1 || lacking "no docker buildx"

if ! alive registry; then
    printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s/registry}, delete: {enabled: true}}\nhttp: {addr: "127.0.0.1:0"}\n' \
        "$lab" > "$lab/registry.yml"
    setsid docker-registry serve "$lab/registry.yml" > "$lab/registry.log" 2>&1 < /dev/null &
    echo $! > "$lab/registry.pid"
fi
tries=0
until registry=$(sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$lab/registry.log" | head -n 1) &&
    [ -n "$registry" ]; do
    alive registry || lacking "the registry ended: $(tail -n 1 "$lab/registry.log")"
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || lacking "the registry does not listen"
    sleep 0.1
done
host=$(docker network inspect bridge --format '{{(index .IPAM.Config 0).Gateway}}' 2>/dev/null)

cat > "$lab/env" <<END
export DOCKER_HOST=$DOCKER_HOST
export DOCKER_CONFIG=$DOCKER_CONFIG
export LAB_REGISTRY=$registry
export LAB_HOST=${host:-172.17.0.1}
END
