import { describe, expect, it } from "vitest";
import type { Trigger } from "../../../agent/model/cause.ts";
import type { JournalEvent } from "../../../agent/model/journal.ts";
import type { AptRun } from "../../../agent/model/occurrence.ts";
import { ask, restart } from "./cause-question.ts";
import { at, journal } from "./log-story.ts";

const { started, survived, manager, sudo, oom, state, job } = journal;

const upgradeUnit = "apt-daily-upgrade.service";

function run(from: number, to: number | undefined, changes: Partial<AptRun> = {}): AptRun {
  const endedMs = to === undefined ? undefined : at(to);
  return {
    beganMs: at(from),
    endedMs,
    command: "apt-get upgrade",
    requestedBy: undefined,
    ...changes,
  };
}

type Story = [
  what: string,
  trigger: Trigger,
  by: string | null,
  events: readonly JournalEvent[],
  aptRuns?: readonly AptRun[],
];

describe("what set off a second master", () => {
  it.each<Story>([
    ["nothing is known", "unknown", null, []],
    ["a restart that somebody asked for", "manual-restart", null, restart],
    [
      "a restart of which systemd does not say why",
      "unknown",
      null,
      [
        ...started(9),
        ...survived(4_999, [7], { jobType: undefined as never }).map(withoutJob),
        ...started(5_000, [7]),
      ],
    ],
    [
      "a restart by somebody with a name",
      "manual-restart",
      "alice",
      [...sudo(4_995, "alice", "/usr/bin/systemctl restart platform"), ...restart],
    ],
    [
      "the init script, called by somebody",
      "manual-restart",
      "bob",
      [...sudo(4_995, "bob", "/etc/init.d/platform restart"), ...restart],
    ],
    [
      "a shell that restarts it, called by somebody",
      "manual-restart",
      "bob",
      [...sudo(4_995, "bob", "/bin/sh -c 'service platform restart'"), ...restart],
    ],
    [
      "a restart some time after somebody restarted it",
      "manual-restart",
      null,
      [...sudo(4_900, "alice", "/usr/bin/systemctl restart platform"), ...restart],
    ],
    [
      "a restart beside somebody's restart of something else",
      "manual-restart",
      null,
      [...sudo(4_995, "alice", "/usr/bin/systemctl restart nginx"), ...restart],
    ],
    [
      "a restart beside somebody's look at the unit",
      "manual-restart",
      null,
      [...sudo(4_995, "alice", "/usr/bin/systemctl status platform"), ...restart],
    ],
    [
      "a master that somebody started by hand",
      "manual-restart",
      "carol",
      sudo(4_999, "carol", "/usr/bin/gunicorn --daemon -b unix:app.sock run:app"),
    ],
    [
      "systemd's own restart after a failure",
      "unknown",
      null,
      [
        ...started(9),
        ...survived(4_998, [7]),
        ...state("auto-restart", 4_999),
        ...started(5_000, [7]),
      ],
    ],
    [
      "Debian's unattended upgrade, which executes systemd again",
      "apt-daily-upgrade",
      null,
      [
        ...job("start-begun", 4_000, upgradeUnit),
        ...manager("manager-reexec", 4_990),
        ...restart,
        ...job("started", 5_100, upgradeUnit),
      ],
    ],
    [
      "an unattended upgrade that has just ended",
      "apt-daily-upgrade",
      null,
      [
        ...job("start-begun", 4_000, upgradeUnit),
        ...job("started", 4_950, upgradeUnit),
        ...restart,
      ],
    ],
    [
      "a restart long after an unattended upgrade",
      "manual-restart",
      null,
      [
        ...job("started", 3_000, upgradeUnit),
        ...job("start-begun", 4_000, upgradeUnit),
        ...state("main-exited", 4_100, upgradeUnit),
        ...job("start-failed", 4_200, upgradeUnit),
        ...restart,
      ],
    ],
    [
      "an unattended upgrade in apt's log alone",
      "apt-daily-upgrade",
      null,
      restart,
      [run(4_900, 5_100, { command: "/usr/bin/unattended-upgrade" })],
    ],
    [
      "packages that somebody upgraded",
      "package-upgrade",
      "alice (1000)",
      restart,
      [run(4_900, 5_100, { requestedBy: "alice (1000)" })],
    ],
    [
      "packages that were upgraded, by whatever",
      "package-upgrade",
      null,
      restart,
      [run(4_900, undefined, { command: undefined })],
    ],
    ["a restart long after packages", "manual-restart", null, restart, [run(4_000, 4_100)]],
    [
      "a restart long after packages with no end",
      "manual-restart",
      null,
      restart,
      [run(-500, undefined)],
    ],
    ["a restart before packages", "manual-restart", null, restart, [run(5_010, 5_100)]],
    [
      "systemd, executing itself again",
      "manager-reexec",
      null,
      [...manager("manager-reexec", 4_980), ...restart],
    ],
    [
      "a reload, asked for by somebody",
      "manager-reload",
      "systemctl (pid 812) in session-3.scope",
      [...manager("manager-reload", 4_980, "systemctl (pid 812) in session-3.scope"), ...restart],
    ],
    [
      "a restart after an old reload",
      "manual-restart",
      null,
      [...manager("manager-reload", 4_000), ...restart],
    ],
    [
      "a restart by somebody after a reload",
      "manual-restart",
      "alice",
      [
        ...manager("manager-reload", 4_980),
        ...sudo(4_995, "alice", "/usr/bin/systemctl restart platform.service"),
        ...restart,
      ],
    ],
    ["a worker that the kernel killed", "out-of-memory", null, [...oom(4_800, 71), ...restart]],
    [
      "a worker that the kernel killed, and somebody who restarted the unit",
      "out-of-memory",
      "alice",
      [...oom(4_800, 71), ...sudo(4_995, "alice", "systemctl restart platform"), ...restart],
    ],
    [
      "a unit that ran out of memory, which systemd says",
      "out-of-memory",
      null,
      [...state("unit-oom", 4_800), ...restart],
    ],
    [
      "a restart after another unit ran out of memory",
      "manual-restart",
      null,
      [...state("unit-oom", 4_800, "other.service"), ...oom(4_801, 99, "mysqld"), ...restart],
    ],
  ])("is, with %s, %s by %s", (_, trigger, by, events, aptRuns = []) => {
    expect(ask({ events, aptRuns })).toMatchObject({ trigger, by });
  });

  it("is nothing that came before the first master", () => {
    const events = [...manager("manager-reload", 4_980), ...restart];
    const young = { pid: 7, startedMs: at(4_985), listeningMs: at(4_985) };
    expect(ask({ events, first: [young] }).trigger).toBe("manual-restart");
  });
});

function withoutJob(event: JournalEvent): JournalEvent {
  return "jobType" in event ? { ...event, jobType: undefined } : event;
}
