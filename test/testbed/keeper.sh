#!/usr/bin/env bash
# keeper.sh FOLDER [CGROUP…] -- COMMAND…
#
# Makes FOLDER and the cgroups, and runs COMMAND in the cgroups and in a pid and a mount namespace
# of its own. When it ends, or when our stdin closes because whoever holds the other end is gone,
# however that came about, nothing is left: the kernel ends every process of the namespace and
# takes its mounts and interfaces along; the cgroups and FOLDER are removed here. Exits as COMMAND
# did, 137 when it was ended, 125 when it could not be started, 99 when something is left.
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

# The head of the pid namespace, with which all of it ends. It watches our stdin itself: a signal
# for it from outside can come before it has asked to follow `unshare`, and would then be lost.
head='
trap "exit 137" USR1
(cat >/dev/null; kill -USR1 1) <&0 &
"$@" </dev/null &
wait "$!"
exit "$?"
'

mkdir -m 700 -- "$folder" || exit 125
(
  for cgroup in "${cgroups[@]}"; do
    mkdir -p -- "$cgroup" && echo "$BASHPID" >"$cgroup/cgroup.procs" || exit 125
  done
  trap - INT TERM HUP
  # should we be killed ourselves, it ends too
  exec setpriv --pdeathsig KILL \
    unshare --mount --pid --fork --kill-child=SIGKILL --mount-proc bash -c "$head" keeper "$@"
)
code=$?

# what was killed leaves its cgroups a moment later
for ((tries = 0; tries < 200; tries++)); do
  left=()
  for cgroup in "${cgroups[@]}"; do
    [ ! -d "$cgroup" ] || find "$cgroup" -depth -type d -exec rmdir -- {} + 2>/dev/null ||
      left+=("$cgroup")
  done
  [ "${#left[@]}" != 0 ] || break
  sleep 0.05
done
rm -rf -- "$folder" || left+=("$folder")
if [ "${#left[@]}" != 0 ]; then
  echo "keeper: could not be removed: ${left[*]}"
  code=99
fi
exit "$code"
