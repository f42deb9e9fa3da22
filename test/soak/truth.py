"""Says what really stands at some socket paths of this host, apart from the agent.

The first parameter is JSON: `intervalMs` between two looks, the `agent`'s unit, and `places`, each
with the `path` of a socket, the `unit` whose cgroup holds all processes that can listen there, and
a `pidfile` or null. Writes one line of JSON to stdout when a place has changed, and one every
second that shows that it is still looking. Times are milliseconds since 1970; it ends when that
clock is set, since nothing could be told apart by them then.

A change counts once two looks in a row agree on it, since one look is no single moment.
"""
import errno
import json
import os
import socket
import struct
import sys
import time

HUP, ABRT, USR2, CHLD = (1 << (number - 1) for number in (1, 6, 12, 17))
LISTEN = 10  # TCP_LISTEN, which unix sockets use too (net/tcp_states.h)
GONE = (errno.ENOENT, errno.ESRCH, errno.ENODEV)


def read(path):
    """The bytes of a file of /proc or of a cgroup; None once that is gone."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError as error:
        if error.errno in GONE:
            return None
        raise


def now_ms():
    return time.time() * 1000


class Clock:
    """Ends the program when the clock of the wall has been set, by 5 ms or more at a time."""

    def __init__(self):
        self.ahead_ms = None

    def check(self):
        before = time.monotonic()
        wall_ms = now_ms()
        if time.monotonic() - before > 0.001:
            return  # somebody else ran between the two: the next check will see it
        ahead_ms = wall_ms - before * 1000
        if self.ahead_ms is not None and abs(ahead_ms - self.ahead_ms) > 5:
            raise SystemExit(f"the clock was set by {ahead_ms - self.ahead_ms:.0f} ms")
        self.ahead_ms = ahead_ms


class Listeners:
    """Named unix listeners of this network namespace, asked of sock_diag(7) itself."""

    # unix_diag.h: family, states, show UDIAG_SHOW_NAME and UDIAG_SHOW_VFS
    request = struct.pack("=BBHIIIII", socket.AF_UNIX, 0, 0, 1 << LISTEN, 0, 1 | 2, 0, 0)

    def __init__(self):
        self.link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)  # NETLINK_SOCK_DIAG

    def all(self):
        """(inode of the socket, name, inode of the file it is bound to) of each."""
        # SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP
        header = struct.pack("=IHHII", 16 + len(self.request), 20, 0x301, 0, 0)
        self.link.send(header + self.request)
        found = []
        while True:
            answer = self.link.recv(1 << 16)
            offset = 0
            while offset < len(answer):
                length, kind = struct.unpack_from("=IH", answer, offset)
                if kind == 3:  # NLMSG_DONE
                    return found
                if kind == 2:  # NLMSG_ERROR
                    raise OSError(f"sock_diag refused: {answer[offset:offset + length]!r}")
                row = self.row(answer[offset + 16:offset + length])
                if row is not None:
                    found.append(row)
                offset += (length + 3) & ~3

    @staticmethod
    def row(message):
        inode, = struct.unpack_from("=I", message, 4)
        name = file = None
        offset = 16
        while offset < len(message):
            length, kind = struct.unpack_from("=HH", message, offset)
            value = message[offset + 4:offset + length]
            if kind == 0:  # UNIX_DIAG_NAME
                name = value
            elif kind == 1:  # UNIX_DIAG_VFS
                file, = struct.unpack_from("=I", value)
            offset += (length + 3) & ~3
        if name is None or file is None:
            return None
        # names of files come with the NUL that ends them
        return inode, name.rstrip(b"\0").decode("latin1"), file


def members(unit):
    """The pids in the cgroup of a unit; none when it has no cgroup."""
    text = read(f"/sys/fs/cgroup/system.slice/{unit}/cgroup.procs")
    return [] if text is None else [int(pid) for pid in text.split()]


def fields_of(pid):
    """State, parent and caught signals of a living process; None once it is gone."""
    text = read(f"/proc/{pid}/status")
    if text is None:
        return None
    found = {}
    for line in text.split(b"\n"):
        name, _, value = line.partition(b":\t")
        found[name] = value
    if found[b"State"][:1] in (b"Z", b"X"):
        return None
    return int(found[b"PPid"]), int(found[b"SigCgt"], 16)


def kind_of(caught):
    """Masters handle HUP, USR2 and CHLD, workers handle ABRT and neither HUP nor USR2."""
    if caught & HUP and caught & USR2 and caught & CHLD and not caught & ABRT:
        return "master"
    if caught & ABRT and not caught & HUP and not caught & USR2:
        return "worker"
    return "other"


def sockets_of(pid):
    """Inodes of the sockets that a process holds; none once it is gone."""
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)
    except OSError as error:
        if error.errno in GONE:
            return set()
        raise
    held = set()
    for name in names:
        try:
            target = os.readlink(f"{folder}/{name}")
        except OSError as error:
            if error.errno in GONE:
                continue
            raise
        if target.startswith("socket:["):
            held.add(int(target[8:-1]))
    return held


def start_ticks(pid):
    """Field 22 of /proc/PID/stat, counted from the end of comm; None once it is gone."""
    stat = read(f"/proc/{pid}/stat")
    return None if stat is None else int(stat[stat.rindex(b")") + 2:].split()[19])


class Processes:
    """Living processes of a unit, with the kind of each."""

    def __init__(self, unit):
        self.unit = unit
        self.workers = set()

    def look(self):
        """(parent, kind) of each by pid."""
        found = {}
        for pid in members(self.unit):
            fields = fields_of(pid)
            if fields is not None:
                parent, caught = fields
                found[pid] = (parent, kind_of(caught))
        # Python resets its handlers when it ends, a good while before the kernel closes its files
        self.workers &= found.keys()
        for pid in self.workers:
            parent, kind = found[pid]
            found[pid] = (parent, "ending" if kind == "other" else kind)
        return found


def look(listeners, places):
    """What stands at each place now; `places` are pairs of what was asked and its processes."""
    seen = [(place, known, known.look()) for place, known in places]
    held = {
        pid: sockets_of(pid)
        for _, _, processes in seen
        for pid, (_, kind) in processes.items()
        if kind != "other"
    }
    rows = listeners.all()
    states = []
    for place, known, processes in seen:
        state = state_of(place, processes, held, rows)
        # one that systemd has just forked catches ABRT too, as systemd does, but holds nothing
        known.workers |= {
            process["pid"]
            for process in state["processes"]
            if process["kind"] == "worker" and process["holds"]
        }
        states.append(state)
    return states


def state_of(place, processes, held, rows):
    path = place["path"]
    names = (path, os.path.basename(path))
    files = {inode: file for inode, name, file in rows if name in names}
    try:
        # the kernel tells only the low 32 bits of what a listener is bound to
        file = os.stat(path).st_ino & 0xFFFFFFFF
    except FileNotFoundError:
        file = None
    owners = [inode for inode, bound in files.items() if bound == file]
    holds = {pid: sorted(inodes & files.keys()) for pid, inodes in held.items() if pid in processes}
    holders = {pid for pid, inodes in holds.items() if inodes}
    parents = {processes[pid][0] for pid in holders}
    shown = []
    for pid in sorted(holders | (parents & holds.keys())):
        parent, kind = processes[pid]
        ticks = start_ticks(pid)
        if ticks is None:
            continue
        children = sum(1 for other, _ in processes.values() if other == pid)
        shown.append({
            "pid": pid,
            "startTicks": ticks,
            "parentPid": parent,
            "kind": kind,
            "holds": holds[pid],
            "children": children,
        })
    return {
        "file": file,
        "owner": owners[0] if owners else None,
        "pidfile": pid_in(place["pidfile"]),
        "members": len(processes),
        "processes": shown,
    }


def pid_in(path):
    text = None if path is None else read(path)
    return int(text) if text else None


def resources(unit):
    """What the main process of a unit uses now; None while there is none."""
    for pid in members(unit):
        fields = fields_of(pid)
        if fields is not None and fields[0] == 1:
            return resources_of(pid)
    return None


def resources_of(pid):
    status, stat = read(f"/proc/{pid}/status"), read(f"/proc/{pid}/stat")
    if status is None or stat is None:
        return None
    fields = dict(line.split(":\t", 1) for line in status.decode().splitlines())
    if "VmRSS" not in fields:  # a zombie
        return None
    ticks = [int(text) for text in stat[stat.rindex(b")") + 2:].split()[11:15]]
    children = [read(f"/proc/{pid}/task/{task}/children") or b"" for task in tasks(pid)]
    return {
        "rssBytes": int(fields["VmRSS"].split()[0]) * 1024,
        "anonymousBytes": int(fields["RssAnon"].split()[0]) * 1024,
        "threads": int(fields["Threads"]),
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "children": sum(len(text.split()) for text in children),
        # its own and those of children that it has waited for
        "cpuSeconds": sum(ticks) / os.sysconf("SC_CLK_TCK"),
    }


def tasks(pid):
    return os.listdir(f"/proc/{pid}/task")


def write(line):
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def main():
    asked = json.loads(sys.argv[1])
    places = [(place, Processes(place["unit"])) for place in asked["places"]]
    interval = asked["intervalMs"] / 1000
    os.nice(-10)  # what looks late sees little
    listeners = Listeners()
    shown = [None for _ in places]
    last_ms = None
    tick_ms, looks, gap_ms = now_ms(), 0, 0
    clock = Clock()
    while True:
        clock.check()
        began_ms = now_ms()
        states = look(listeners, places)
        while states != shown:
            began_again_ms = now_ms()
            again = look(listeners, places)
            if again == states:
                for index, (place, _) in enumerate(places):
                    if states[index] != shown[index]:
                        write({"place": place["path"], "fromMs": began_ms, "beforeMs": last_ms,
                               "state": states[index]})
                shown = states
            states, began_ms = again, began_again_ms
        ended_ms = now_ms()
        if last_ms is not None:
            gap_ms = max(gap_ms, ended_ms - last_ms)
        last_ms, looks = ended_ms, looks + 1
        if ended_ms - tick_ms >= 1000:
            write({"lookedMs": ended_ms, "looks": looks, "longestGapMs": gap_ms,
                   "agent": resources(asked["agent"])})
            tick_ms, looks, gap_ms = ended_ms, 0, 0
        time.sleep(interval)


main()
