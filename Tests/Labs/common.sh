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
