#!/usr/bin/env bash
# keeper.sh FOLDER [CGROUP…] -- COMMAND…
#
# Runs COMMAND in the cgroups, as the head of a pid and a mount namespace of its own. When it
# ends, or when our stdin closes because whoever holds the other end is gone, however that came
# about, nothing is left: the kernel ends every process of the namespace and takes its mounts and
# interfaces along; the cgroups and FOLDER are removed here. A second keeper for the same
# cgroups must not be started. Exits as COMMAND did, 137 when it was ended.
set -u
exec 2>&1
# a terminal's Ctrl-C is for the one who started us; we end by our stdin
trap '' INT TERM HUP

folder=$1
shift
cgroups=()
while [ "$1" != -- ]; do
  cgroups+=("$1")
  shift
done
shift

mkdir -m 700 "$folder" || exit 125
exec 3<&0 </dev/null
(
  for cgroup in "${cgroups[@]}"; do
    mkdir -p "$cgroup" && echo "$BASHPID" >"$cgroup/cgroup.procs" || exit 125
  done
  trap - INT TERM HUP
  exec setpriv --pdeathsig KILL \
    unshare --mount --pid --fork --kill-child=SIGKILL --mount-proc "$@" 3<&-
) &
command=$!
cat <&3 >/dev/null &
watch=$!
exec 3<&-

wait -n "$command" "$watch"
kill -KILL "$command" "$watch" 2>/dev/null
wait "$command" 2>/dev/null
code=$?

# what was killed leaves its cgroups a moment later
for cgroup in "${cgroups[@]}"; do
  for ((tries = 0; tries < 100; tries++)); do
    [ -d "$cgroup" ] || break
    find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null && break
    sleep 0.1
  done
  [ ! -d "$cgroup" ] || echo "keeper: $cgroup could not be removed" >&2
done
rm -rf -- "$folder"
exit "$code"
