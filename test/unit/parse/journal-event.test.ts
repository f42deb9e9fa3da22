import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../../agent/model/journal.ts";
import { entriesOf, entryOf, manager, ofUnit, read, told } from "./journal-entries.ts";

describe("entries that anybody can write", () => {
  it.each(["bookworm", "trixie"])("tell nothing, as they were recorded on %s", (release) => {
    expect(read(entriesOf(`forged-${release}`))).toEqual([]);
  });

  const started = { ...ofUnit, MESSAGE_ID: "39f53479d3a045ac8e11786248231fbf", JOB_TYPE: "start" };
  const killed = "Out of memory: Killed process 12 (gunicorn) total-vm:1kB, anon-rss:0kB";
  it.each([
    ["a start that another pid tells", "Started x.", { ...started, _PID: "12" }],
    ["a start that another user tells", "Started x.", { ...started, _UID: "1001" }],
    ["a start from a program's stdout", "Started x.", { ...started, _TRANSPORT: "stdout" }],
    ["a start from nowhere", "Started x.", {}],
    ["a reload that another pid tells", "Reloading.", { ...manager, _PID: "7" }],
    ["a kill that systemd tells", killed, manager],
    ["a kill that a program tells", killed, { _TRANSPORT: "syslog", SYSLOG_FACILITY: "0" }],
    ["a kill in /dev/kmsg", killed, { _TRANSPORT: "kernel", SYSLOG_FACILITY: "1" }],
    ["an entry without a message", undefined, started],
  ])("tell nothing: %s", (_, message, fields) => {
    expect(read([entryOf(message, fields)])).toEqual([]);
  });
});

describe("sudo", () => {
  it.each(["bookworm", "trixie"])("is told as it was recorded on %s", (release) => {
    const events = read(entriesOf(`sudo-${release}`));
    // not those in a folder whose name imitates the line, not mallory's forged ones about root
    expect(events.map(told)).toEqual([
      "sudo alice /bin/echo hello there",
      "sudo root /usr/bin/true",
    ]);
  });

  const sudo = { _TRANSPORT: "syslog", _UID: "1000", _EXE: "/usr/bin/sudo" };
  const line = "alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/systemctl restart platform";
  it.each([
    ["a granted command", line, sudo, ["sudo alice /bin/systemctl restart platform"]],
    [
      "a granted command without a terminal, with a group and an environment",
      "   alice : PWD=/ ; USER=root ; GROUP=adm ; ENV=A=b ; COMMAND=/bin/true",
      sudo,
      ["sudo alice /bin/true"],
    ],
    [
      "a refused one",
      "alice : command not allowed ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/x",
      sudo,
      [],
    ],
    ["no command", "alice : TTY=pts/0 ; PWD=/ ; USER=root", sudo, []],
    ["a session", "pam_unix(sudo:session): session closed for user root", sudo, []],
    ["a line about somebody else", line, { ...sudo, _UID: "1001" }, []],
    ["a line by an unknown account", line, { ...sudo, _UID: "77" }, []],
    ["a line by no account", line, { _TRANSPORT: "syslog", _EXE: "/usr/bin/sudo" }, []],
    ["another program of that name", line, { ...sudo, _EXE: "/home/mallory/sudo" }, []],
    ["a program that journald could not see", line, { _TRANSPORT: "syslog", _UID: "1000" }, []],
  ])("%s", (_, message, fields, events) => {
    expect(read([entryOf(message, fields)]).map(told)).toEqual(events);
  });
});

describe("the kernel", () => {
  it("kills as it was recorded on a host of 2 GB, first in a cgroup of 80 MB", () => {
    const events = read(entriesOf("out-of-memory-bookworm"));
    expect(events.map(told)).toEqual([
      "started hog.service start",
      "started hogall.service start",
      "kernel-oom 258 python3",
      "unit-oom hog.service A process of this unit has been killed by the OOM killer.",
      "main-exited hog.service Main process exited, code=killed, status=9/KILL",
      "unit-failed hog.service Failed with result 'oom-kill'.",
      "kernel-oom 260 python3",
      "unit-oom hogall.service A process of this unit has been killed by the OOM killer.",
      "main-exited hogall.service Main process exited, code=killed, status=9/KILL",
      "unit-failed hogall.service Failed with result 'oom-kill'.",
    ]);
  });

  const end =
    "total-vm:3kB, anon-rss:1kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:1kB oom_score_adj:0";
  it.each([
    [
      "the host is out of memory",
      `Out of memory: Killed process 12 (gunicorn) ${end}`,
      "12 gunicorn",
    ],
    ["a cgroup is", `Memory cgroup out of memory: Killed process 12 (a) (b) ${end}`, "12 a) (b"],
    [
      "whoever asked is killed",
      `Out of memory (oom_kill_allocating_task): Killed process 9 (x) ${end}`,
      "9 x",
    ],
    ["an old kernel", `Killed process 12 (gunicorn), UID 33, ${end}`, "12 gunicorn"],
  ])("kills when %s", (_, message, killed) => {
    const events = read([entryOf(message, { _TRANSPORT: "kernel", SYSLOG_FACILITY: "0" })]);
    expect(events.map(told)).toEqual([`kernel-oom ${killed}`]);
    expect(read([entryOf(message, { _TRANSPORT: "kernel" })])).toHaveLength(1);
  });

  it.each([
    [
      "what leads to it",
      "gunicorn invoked oom-killer: gfp_mask=0x1100dca, order=0, oom_score_adj=0",
    ],
    ["a name with such words in it", `EXT4-fs error: Out of memory: Killed process 12 (x) ${end}`],
    ["a pid that is none", `Out of memory: Killed process ${"9".repeat(20)} (x) ${end}`],
  ])("tells nothing by %s", (_, message) => {
    expect(read([entryOf(message, { _TRANSPORT: "kernel" })])).toEqual([]);
  });
});

describe("who asked systemd to read its units again", () => {
  const who = "Reload requested from client PID 812 ('systemctl') (unit session-3.scope)...";
  function afterRequest(request: string, message: string, over: Partial<JournalEntry> = {}) {
    return read([entryOf(request, manager), entryOf(message, manager, over)]).map(told);
  }

  it.each([
    [
      "253 to 255",
      "Reloading requested from client PID 812 ('systemctl')...",
      "Reloading...",
      "manager-reload systemctl (pid 812)",
    ],
    [
      "256 and newer, with the unit",
      who,
      "Reloading...",
      "manager-reload systemctl (pid 812) in session-3.scope",
    ],
    [
      "a re-execution, 253 to 255",
      "Reexecuting requested from client PID 9 ('apt') (unit apt-daily-upgrade.service)...",
      "Reexecuting.",
      "manager-reexec apt (pid 9) in apt-daily-upgrade.service",
    ],
    [
      "a re-execution, 256 and newer",
      "Reexecution requested from client PID 9 ('systemctl')...",
      "Reexecuting.",
      "manager-reexec systemctl (pid 9)",
    ],
    [
      "a client whose name is not known",
      "Reload requested from client PID 9...",
      "Reloading...",
      "manager-reload pid 9",
    ],
    [
      "a client whose name is empty",
      "Reload requested from client PID 9 ('')...",
      "Reloading...",
      "manager-reload pid 9",
    ],
    [
      "a name with quotes",
      "Reload requested from client PID 9 ('a') (b')...",
      "Reloading...",
      "manager-reload a') (b (pid 9)",
    ],
  ])("is said by systemd %s", (_, request, message, event) => {
    expect(afterRequest(request, message)).toEqual([event]);
  });

  it.each([
    ["the request was for something else", "Reexecuting.", {}, "manager-reexec "],
    ["the request was long ago", "Reloading...", { monotonicMs: 11_000 }, "manager-reload "],
    [
      "the request was in another boot",
      "Reloading...",
      { bootId: "0".repeat(32) },
      "manager-reload ",
    ],
  ])("is not known where %s", (_, message, over, event) => {
    expect(afterRequest(who, message, over)).toEqual([event]);
  });

  it("is said of one reload, not of the next", () => {
    const entries = [who, "Reloading...", "Reloading finished in 5 ms.", "Reloading..."];
    expect(read(entries.map((text) => entryOf(text, manager))).map(told)).toEqual([
      "manager-reload systemctl (pid 812) in session-3.scope",
      "manager-reload ",
    ]);
  });
});
