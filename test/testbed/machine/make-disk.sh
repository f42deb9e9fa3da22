#!/usr/bin/env bash
# make-disk.sh DISK TREE FILES
#
# Makes a folder DISK with disk.img, vmlinuz and initrd.img of a machine from the tree of a host,
# unless it is there. It appears whole or not at all; what a maker that was killed left beside it
# is removed. FILES is the folder with what goes into the machine. Meant to run in pid and mount
# namespaces of its own.
set -euo pipefail
disk=$1 tree=$2 files=$3

mkdir -p "$(dirname "$disk")"
exec 9>"$disk.lock"
flock 9
[ ! -d "$disk" ] || exit 0

part=$disk.part
root=$part/root
rm -rf --one-file-system -- "$part"
mkdir "$part"
echo "copying the tree"
cp -a --reflink=auto "$tree" "$root"

# a package must not start anything here
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/urandom" c 1 9
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
inside() { chroot "$root" "$@"; }
inside apt-get -q update
inside apt-get -q -y --no-install-recommends install linux-image-cloud-amd64 initramfs-tools
inside apt-get clean
umount "$root/dev" "$root/proc"
rm -r "$root/usr/sbin/policy-rc.d" "$root"/var/lib/apt/lists/*

install -m 755 "$files/command-server.py" "$root/usr/local/lib/command-server.py"
install -m 644 "$files/command-server.service" "$root/etc/systemd/system/"
install -m 644 "$files/90-command-server.rules" "$root/etc/udev/rules.d/"

echo "writing the disk"
cp "$root"/boot/vmlinuz-* "$part/vmlinuz"
cp "$root"/boot/initrd.img-* "$part/initrd.img"
mkfs.ext4 -q -d "$root" "$part/disk.img" 3G
rm -r "$root"
mv -T "$part" "$disk"
