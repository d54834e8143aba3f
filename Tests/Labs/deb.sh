#!/bin/sh
# Installs a package of scripts/deb on this machine, runs it, removes and purges it: deb.sh PACKAGE. As root.
set -eu
package=$1
[ "$(id -u)" = 0 ] || { echo "deb lab: needs root" >&2; exit 69; }
! dpkg -s release-watcher > /dev/null 2>&1 || { echo "deb lab: it is installed already" >&2; exit 69; }

dpkg -i "$package"
/usr/bin/watcher --version
/usr/bin/watcher validate --config /usr/share/doc/release-watcher/examples/config.example.json
[ -s /usr/share/man/man1/watcher.1.gz ] || [ -e /etc/dpkg/dpkg.cfg.d/docker ]
files=$(dpkg -L release-watcher)
# No file may be another package's: OpenStack has watcher-api, watcher-common and more.
for file in $files; do
    [ -f "$file" ] || continue
    [ "$(dpkg -S "$file" | wc -l)" = 1 ] || { echo "deb lab: $file is somebody else's, too" >&2; exit 1; }
done
if [ -d /run/systemd/system ]; then
    [ "$(systemctl is-enabled watcher.service watcher-once.timer 2>&1 | sort -u)" = disabled ] ||
        { echo "deb lab: a unit was enabled by being installed" >&2; exit 1; }
    systemctl enable watcher-once.timer
fi
mkdir -p /var/lib/watcher && echo '{}' > /var/lib/watcher/state.json
dpkg -r release-watcher
if [ -d /run/systemd/system ]; then
    ! systemctl cat watcher.service watcher-once.timer > /dev/null 2>&1 ||
        { echo "deb lab: systemd still knows a unit" >&2; exit 1; }
    ! systemctl list-timers --all | grep -q watcher || { echo "deb lab: a timer was left running" >&2; exit 1; }
fi
[ -e /var/lib/watcher/state.json ]
dpkg -P release-watcher
for file in $files; do
    [ ! -f "$file" ] || { echo "deb lab: $file was left behind" >&2; exit 1; }
done
[ ! -e /var/lib/watcher ]
echo "installed, run, removed and purged"
