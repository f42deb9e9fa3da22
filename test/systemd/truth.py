"""Prints what is so at the socket path argv[1], told by other means than the agent's.

Masters and workers are told by the titles that setproctitle gave them; the owner of the path by
the pid that the kernel names as the peer of a connection, which is the one that called listen.
The connection makes a sync worker whose master is dead leave, as any request does.
"""
import json
import os
import re
import socket
import struct
import sys

path = sys.argv[1]


def read(name):
    try:
        with open(name, "rb") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def sockets_of(pid):
    found = set()
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            target = os.readlink(f"/proc/{pid}/fd/{name}")
            if target.startswith("socket:["):
                found.add(int(target[8:-1]))
    except (FileNotFoundError, ProcessLookupError):
        # it has left, or has closed one: the next look will be whole
        pass
    return found


def owner():
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return struct.unpack("3i", credentials)[0]


def listeners():
    name = re.escape(os.path.basename(path).encode())
    row = rb"^\S+ \S+ \S+ 00010000 0001 01 +(\d+) (?:\S*/)?" + name + rb"$"
    return {int(inode) for inode in re.findall(row, read("/proc/net/unix"), re.M)}


kinds, parents = {}, {}
for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
    title = read(f"/proc/{pid}/cmdline").rstrip(b"\0 ")
    status = read(f"/proc/{pid}/status")
    living = re.search(rb"^State:\t[^ZX].*^PPid:\t(\d+)", status, re.M | re.S)
    if b"gunicorn" in title and living is not None and pid != os.getpid():
        kind = re.match(rb"gunicorn: (master|worker) \[run:app\]$", title)
        kinds[pid] = "starting" if kind is None else kind[1].decode()
        parents[pid] = int(living[1])

# for a moment after the fork a worker has the title of its master
forked = [pid for pid in kinds if kinds[pid] == "master" == kinds.get(parents[pid])]
kinds.update(dict.fromkeys(forked, "starting"))

bound = listeners()
masters = {
    pid: {"pid": pid, "listener": min(sockets_of(pid) & bound, default=None), "workers": []}
    for pid in kinds
    if kinds[pid] == "master"
}
orphans = {}
for pid in (pid for pid in kinds if kinds[pid] == "worker"):
    if parents[pid] in masters:
        masters[parents[pid]]["workers"].append(pid)
    else:
        for inode in sockets_of(pid) & bound:
            orphans.setdefault(inode, []).append(pid)

print(
    json.dumps(
        {
            "owner": owner(),
            "masters": list(masters.values()),
            "orphans": list(orphans.values()),
            "starting": [pid for pid in kinds if kinds[pid] == "starting"],
        }
    )
)
