# shellcheck shell=bash
# What the labs' scripts have in common. They set `lab`, the folder of everything, and source this.
: "${lab:?}"

name_lab() { lab_name=$1; }
lacking() { echo "$lab_name lab: $1" >&2; exit 69; }

# within SECONDS COMMAND…: no command waits for ever.
within() { timeout --kill-after=5 "$@"; }

# One at a time in a folder: tests bring a lab up beside each other.
alone() {
    exec 9> "$lab/lock"
    flock --timeout 900 9 || lacking "somebody else has been bringing it up for 15 minutes"
}

# --- Packages -------------------------------------------------------------------------------------------------------

apt() {
    local seconds=$1
    shift
    DEBIAN_FRONTEND=noninteractive within "$seconds" apt-get -q -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 \
        -o APT::Sandbox::User=root "$@" >&2 < /dev/null
}

# need PACKAGE COMMAND…: the package is missing when the command fails.
need() {
    local package=$1
    shift
    "$@" > /dev/null 2>&1 || missing+=("$package")
}

# Installs what is missing, and starts no service of it.
install_packages() {
    [ ${#missing[@]} -gt 0 ] || return 0
    local policy=/usr/sbin/policy-rc.d own=no installed=yes
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod 755 "$policy"
        own=yes
    fi
    apt 120 update || true
    apt 600 install -y --no-install-recommends "${missing[@]}" || installed=no
    [ "$own" = no ] || rm -f "$policy"
    [ "$installed" = yes ] || lacking "cannot be installed here: ${missing[*]}"
}

# apt_later SECONDS COMMAND…: with the package lists of Debian 13, which are kept apart from this machine's own.
apt_later() {
    local seconds=$1 site lists
    shift
    lists=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$lab/apt" -o "Dir::State::lists=$lab/lists")
    if [ ! -e "$lab/apt/complete" ]; then
        # shellcheck disable=SC2016  # for apt to expand
        site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)
        [ -n "$site" ] || lacking "apt knows no mirror"
        mkdir -p "$lab/apt" "$lab/lists/partial"
        echo "deb [arch=$(dpkg --print-architecture) signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site trixie main" \
            > "$lab/apt/trixie.list"
        apt 120 "${lists[@]}" update || lacking "no package lists of Debian 13"
        touch "$lab/apt/complete"
    fi
    apt "$seconds" "${lists[@]}" "$@"
}

# A small Debian 12 as the image systemd:12, in the engine of docker.sh.
import_debian() {
    ! within 20 docker image inspect systemd:12 > /dev/null 2>&1 || return 0
    missing=()
    need debootstrap command -v debootstrap
    install_packages
    if [ ! -e "$lab/rootfs.complete" ]; then
        rm -rf "$lab/rootfs"
        within 600 debootstrap --variant=minbase --include=systemd,dbus,libcurl4,libpcre2-8-0,ca-certificates,cron,procps bookworm \
            "$lab/rootfs" >&2 < /dev/null || lacking "debootstrap has failed"
        touch "$lab/rootfs.complete"
    fi
    tar -C "$lab/rootfs" -c . | within 120 docker import - systemd:12 > /dev/null || lacking "docker import has failed"
}

# --- Programs that stay ---------------------------------------------------------------------------------------------

alive() { [ -s "$lab/$1.pid" ] && kill -0 "$(cat "$lab/$1.pid")" 2> /dev/null; }

# start NAME COMMAND…: in a session of its own; its output is NAME.log, its id NAME.pid. It gets no other file of ours:
# whoever waits for a script to end may wait for all copies of one to be closed.
start() {
    local name=$1 file
    shift
    (
        for file in "/proc/$BASHPID/fd/"*; do
            file=${file##*/}
            [ "$file" -le 2 ] || eval "exec $file>&-"
        done
        exec setsid "$@"
    ) > "$lab/$name.log" 2>&1 < /dev/null &
    echo $! > "$lab/$name.pid"
}

# end NAME: asks, waits ten seconds, and kills.
end() {
    local pid tries=0
    if alive "$1"; then
        pid=$(cat "$lab/$1.pid")
        kill "$pid" 2> /dev/null || true
        while kill -0 "$pid" 2> /dev/null && [ "$tries" -lt 100 ]; do
            sleep 0.1
            tries=$((tries + 1))
        done
        kill -9 "$pid" 2> /dev/null || true
    fi
    rm -f "$lab/$1.pid"
}

# until_is WHAT LOG NAME SECONDS COMMAND…: waits until the command succeeds, as long as NAME lives.
until_is() {
    local what=$1 log=$2 name=$3 limit=$((SECONDS + $4))
    shift 4
    until "$@" > /dev/null 2>&1; do
        alive "$name" || lacking "$what has ended: $(tail -n 1 "$log")"
        [ "$SECONDS" -lt "$limit" ] || lacking "$what does not answer: $(tail -n 1 "$log")"
        sleep 0.2
    done
}
