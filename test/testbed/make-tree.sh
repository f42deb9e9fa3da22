#!/usr/bin/env bash
# make-tree.sh TREE RELEASE MIRROR PACKAGES [NODE]
#
# Makes a root file system of a Debian release at TREE, unless it is there. It appears whole or
# not at all; what a maker that was killed left beside it is removed. NODE, a Node binary, goes
# to /usr/local/bin/node. Meant to run in pid and mount namespaces of its own.
set -euo pipefail
tree=$1 release=$2 mirror=$3 packages=$4 node=${5:-}

mkdir -p "$(dirname "$tree")"
exec 9>"$tree.lock"
flock 9
[ ! -d "$tree" ] || exit 0

part=$tree.part
rm -rf --one-file-system -- "$part"
debootstrap --variant=minbase --include="$packages" "$release" "$part" "$mirror"

inside() { chroot "$part" "$@"; }
# each host makes its own at its first boot
: >"$part/etc/machine-id"
rm -f "$part/var/lib/dbus/machine-id"
# the name that it is started with
rm -f "$part/etc/hostname"
rm -f "$part/etc/nginx/sites-enabled/default"
# nothing that starts by itself in the middle of a test
inside systemctl --quiet disable nginx.service e2scrub_reap.service
inside systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
  e2scrub_all.timer fstrim.timer systemd-tmpfiles-clean.timer console-getty.service
inside apt-get clean
[ -z "$node" ] || install -D -m 755 "$node" "$part/usr/local/bin/node"

mv -T "$part" "$tree"
