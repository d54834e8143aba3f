#!/bin/bash
# What deploy/docker needs on a machine without an internet, in the engine of docker.sh:
#
#   deploy.sh up FOLDER      the images systemd:12 (a small Debian) and lab/tools (docker's client with buildx, where the
#                            image docker:cli has it), and docker compose of Debian 13
#
# Status 0: done. 69: something cannot be had here; the last line of standard error says what.
set -eu
command=$1
lab=$(mkdir -p "$2" && cd "$2" && pwd)
# shellcheck source=Tests/Labs/common.sh
. "$(dirname "$0")/common.sh"
name_lab deploy

[ "$command" = up ] || exit 0
[ -s "$lab/env" ] || lacking "docker.sh up $lab comes first"
alone
# shellcheck disable=SC1091  # written by docker.sh
. "$lab/env"

import_debian

if [ ! -x "$DOCKER_CONFIG/cli-plugins/docker-compose" ]; then
    mkdir -p "$DOCKER_CONFIG/cli-plugins" "$lab/compose"
    (cd "$lab/compose" && apt_later 120 download docker-compose && dpkg-deb -x docker-compose_*.deb .) ||
        lacking "no docker compose can be had"
    cp "$(find "$lab/compose" -name docker-compose -type f -path '*cli-plugins*' | head -n 1)" "$DOCKER_CONFIG/cli-plugins/"
fi
within 20 docker compose version > /dev/null 2>&1 || lacking "docker compose does not run"

if ! within 20 docker image inspect lab/tools > /dev/null 2>&1; then
    tree=$(mktemp -d)
    cp -L "$(command -v docker)" "$tree/docker"
    cp /usr/libexec/docker/cli-plugins/docker-buildx "$tree/docker-buildx"
    printf 'FROM scratch\nCOPY docker /usr/local/bin/docker\nCOPY docker-buildx /usr/local/libexec/docker/cli-plugins/docker-buildx\n' \
        > "$tree/Dockerfile"
    within 120 docker buildx build --progress=plain --load --tag lab/tools "$tree" >&2 || lacking "lab/tools cannot be built"
    rm -r "$tree"
fi
