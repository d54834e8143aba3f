#!/bin/bash
# What a build of deploy/image needs on a machine without an internet, beside docker.sh's engine and registry:
#
#   images.sh up FOLDER      pushes lab/fetch (sh, curl, tar, xz) and lab/base (sh, for three platforms) to the registry,
#                            and serves FOLDER/releases with s6-overlay-shaped tarballs where builds can see it;
#                            adds LAB_RELEASES (an address) to FOLDER/env
#   images.sh down FOLDER    ends the server
#
# Status 0: done. 69: something cannot be had here; the last line of standard error says what.
set -eu
command=$1
lab=$(mkdir -p "$2" && cd "$2" && pwd)
# shellcheck source=Tests/Labs/common.sh
. "$(dirname "$0")/common.sh"
name_lab images

if [ "$command" = down ]; then
    end releases
    exit 0
fi
[ -s "$lab/env" ] || lacking "docker.sh up $lab comes first"
alone
# shellcheck disable=SC1091  # written by docker.sh
. "$lab/env"
missing=()
need python3 command -v python3
need curl command -v curl
need xz-utils command -v xz
install_packages

# --- Tarballs -------------------------------------------------------------------------------------------------------

tarballs() { # version
    folder=$lab/releases/v$1
    [ -s "$folder/s6-overlay-arm.tar.xz.sha256" ] && return 0
    mkdir -p "$folder"
    for arch in noarch x86_64 aarch64 arm; do
        tree=$(mktemp -d)
        if [ "$arch" = noarch ]; then
            mkdir -p "$tree/etc"
            # shellcheck disable=SC2016  # for the image to expand
            printf '#!/bin/sh\necho "elabftw $ELABFTW_VERSION, s6-overlay $(cat /etc/s6-overlay-version) for $(/command/s6-arch), on $(/bin/busybox uname -m)"\n' \
                > "$tree/init"
            chmod 755 "$tree/init"
            echo "$1" > "$tree/etc/s6-overlay-version"
        else
            mkdir -p "$tree/command"
            printf '#!/bin/sh\necho %s\n' "$arch" > "$tree/command/s6-arch"
            chmod 755 "$tree/command/s6-arch"
        fi
        tar -C "$tree" -cJf "$folder/s6-overlay-$arch.tar.xz" --owner=0 --group=0 .
        rm -r "$tree"
        (cd "$folder" && sha256sum "s6-overlay-$arch.tar.xz" > "s6-overlay-$arch.tar.xz.sha256")
    done
}

tarballs 3.2.3.1
tarballs 3.2.3.2
# One whose arm tarball is not what its checksum says.
tarballs 6.6.6.6
echo spoiled >> "$lab/releases/v6.6.6.6/s6-overlay-arm.tar.xz"

alive releases || start releases python3 -u -m http.server 0 --bind "$LAB_HOST" --directory "$lab/releases"
until_is "the server of tarballs" "$lab/releases.log" releases 20 grep -q ' port [0-9]' "$lab/releases.log"
port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$lab/releases.log" | head -n 1)
sed -i '/LAB_RELEASES/d' "$lab/env"
echo "export LAB_RELEASES=http://$LAB_HOST:$port" >> "$lab/env"

# --- Images ---------------------------------------------------------------------------------------------------------

is_there() { within 20 docker buildx imagetools inspect "$LAB_REGISTRY/$1" > /dev/null 2>&1; }

# push NAME FOLDER PLATFORMS
push() {
    within 180 docker buildx build --progress=plain --platform "$3" --push --tag "$LAB_REGISTRY/$1" "$2" >&2 ||
        lacking "$1 cannot be built"
}

if ! is_there lab/base:1; then
    tree=$(mktemp -d)
    for name in amd64 arm64; do cp "$lab/busybox-$name" "$tree/busybox-$name"; done
    cp "$lab/busybox-armhf" "$tree/busybox-armv7"
    # shellcheck disable=SC2016  # for docker to expand
    printf 'FROM scratch\nARG TARGETARCH\nARG TARGETVARIANT\nCOPY --chmod=755 busybox-${TARGETARCH}${TARGETVARIANT} /bin/busybox\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\n' \
        > "$tree/Dockerfile"
    push lab/base:1 "$tree" linux/amd64,linux/arm64,linux/arm/v7
    rm -r "$tree"
fi

if ! is_there lab/fetch:1; then
    tree=$(mktemp -d)
    mkdir -p "$tree/root/bin" "$tree/root/usr/bin" "$tree/root/etc"
    # Without both a build's USER means nothing to the engine.
    echo 'root:x:0:0::/:/bin/sh' > "$tree/root/etc/passwd"
    echo 'root:x:0:' > "$tree/root/etc/group"
    cp "$lab/busybox-amd64" "$tree/root/bin/busybox"
    for name in curl tar xz; do
        program=$(command -v $name)
        cp -L "$program" "$tree/root/usr/bin/$name"
        ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
            mkdir -p "$tree/root$(dirname "$library")"
            cp -L "$library" "$tree/root$library"
        done
    done
    printf 'FROM scratch\nCOPY root /\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\nRUN rm -f /bin/tar /bin/xz\n' > "$tree/Dockerfile"
    push lab/fetch:1 "$tree" linux/amd64
    rm -r "$tree"
fi
