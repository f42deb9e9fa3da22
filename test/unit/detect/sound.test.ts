import { describe, expect, it } from "vitest";
import type { SoundName } from "../../../agent/model/sound.ts";
import { finding, group, path } from "../cli/reports.ts";
import { name } from "./audit-build.ts";
import { type Case, checksOf } from "./sound-build.ts";

/** `state: evidence | fix` of one check. */
function told(saw: Case, check: SoundName): string | undefined {
  const one = checksOf(saw).checks.find((known) => known.check === check);
  if (one === undefined) return undefined;
  return `${one.state}: ${one.evidence}${one.fix === null ? "" : ` | ${one.fix}`}`;
}

const pids = (...all: readonly number[]) => ({ processes: { ok: true, value: all } }) as const;
const unreadable = {
  processes: { ok: false, failure: { kind: "denied", what: "cgroup", why: "EACCES" } },
} as const;
const git = { others: [{ pid: 90, command: "git" }] };
const remediate = `onemaster remediate --yes --socket ${path}`;

describe("one check of a unit", () => {
  it.each<[host: string, check: SoundName, saw: Case, says: string | undefined]>([
    ["one master", "one-master", {}, `ok: master 68 with 4 workers, alone on ${path}`],
    [
      "one master with one worker",
      "one-master",
      { sockets: [{ groups: [group("serving", 68, { workers: [{ pid: 70, startTicks: 1 }] })] }] },
      `ok: master 68 with 1 worker, alone on ${path}`,
    ],
    [
      "a stale one beside it",
      "one-master",
      { sockets: [{ verdict: "duplicate", findings: [finding("duplicate", "two are there")] }] },
      `not: two are there | ${remediate}`,
    ],
    [
      "workers of a dead one beside it",
      "one-master",
      {
        sockets: [
          { verdict: "orphaned-workers", findings: [finding("orphaned-workers", "left are 4")] },
        ],
      },
      `not: left are 4 | ${remediate}`,
    ],
    ...(["unreachable", "no-master", "handover"] as const).map(
      (verdict): [string, SoundName, Case, string] => [
        `a socket that is ${verdict}`,
        "one-master",
        { sockets: [{ verdict, findings: [finding(verdict, "so it is")] }] },
        "not: so it is",
      ],
    ),
    [
      "not enough to be seen",
      "one-master",
      { sockets: [{ verdict: "unknown", findings: [finding("unknown", "hidden")] }] },
      "unknown: hidden",
    ],
    [
      "an inactive unit",
      "one-master",
      { sockets: [], properties: { activeState: "inactive" } },
      `not: no socket of it was found; the unit is inactive | systemctl start ${name}`,
    ],
    [
      "an active unit without a socket in sight",
      "one-master",
      { sockets: [] },
      "unknown: no socket of it was found; the unit is active",
    ],
    [
      "a unit that does not exist",
      "one-master",
      { sockets: [], properties: { activeState: "inactive", loadState: "not-found" } },
      "unknown: no socket of it was found",
    ],
    [
      "a systemd that does not answer",
      "one-master",
      {
        sockets: [],
        facts: { properties: { ok: false, failure: { kind: "failed", what: "x", why: "mute" } } },
      },
      "unknown: no socket of it was found",
    ],
    [
      "as many workers as there are",
      "workers",
      {},
      `ok: master 68 has 4; how many it is to have is not set`,
    ],
    [
      "no worker at all",
      "workers",
      { sockets: [{ groups: [group("serving", 68, { workers: [] })] }] },
      "not: master 68 has 0; how many it is to have is not set",
    ],
    [
      "as many workers as expected",
      "workers",
      { expected: { expectedWorkers: 4 } },
      "ok: master 68 has 4 of 4 expected workers",
    ],
    [
      "nobody who could have workers",
      "workers",
      { sockets: [{ verdict: "no-master", groups: [], unit: unitNamed() }] },
      undefined,
    ],
    ["a mode that nobody has set", "socket-mode", {}, `ok: ${path} has mode 0770; no other is set`],
    [
      "a mode that is not as set",
      "socket-mode",
      { expected: { expectedMode: 0o660 } },
      expect.stringMatching(/^not: .* has mode 0770, not 0660 \| chmod 0660 /),
    ],
    [
      "an owner that nobody has set",
      "socket-owner",
      {},
      `ok: ${path} belongs to www-data:www-data; no other is set`,
    ],
    [
      "an owner that is as set",
      "socket-owner",
      { expected: { expectedOwner: "www-data:www-data" } },
      `ok: ${path} belongs to www-data:www-data`,
    ],
    ["no file at the path", "socket-mode", { sockets: [{ file: null }] }, undefined],
    ["an answer", "answers", {}, "ok: OPTIONS / is answered with 200 in 4 ms"],
    [
      "no answer",
      "answers",
      { answer: { kind: "silent", why: "ECONNREFUSED" } },
      "not: OPTIONS / is not answered: ECONNREFUSED",
    ],
    ["nobody was asked", "answers", { answer: null }, `unknown: nobody was asked at ${path}`],
    [
      "nobody to ask",
      "answers",
      { answer: null, sockets: [{ verdict: "no-master", groups: [], unit: unitNamed() }] },
      undefined,
    ],
    ["processes without a before", "processes", { facts: pids(68, 69) }, undefined],
    [
      "as many processes as before, and a child that comes and goes",
      "processes",
      {
        facts: pids(68, 69, 90),
        sockets: [{ groups: [group("serving", 68, git)] }],
        before: 2,
      },
      "ok: 2 in its cgroup, 2 before",
    ],
    [
      "one process more",
      "processes",
      { facts: pids(68, 69, 99), before: 2 },
      "not: 3 in its cgroup, 2 before",
    ],
    [
      "a cgroup that must not be read",
      "processes",
      { facts: unreadable, before: 2 },
      "unknown: how many it has could not be read",
    ],
    ["a unit of the boot", "enabled", {}, "ok: enabled: it starts at boot"],
    [
      "a unit that a socket starts",
      "enabled",
      { properties: { unitFileState: "static", triggeredBy: ["x.path", "platform.socket"] } },
      "ok: platform.socket starts it",
    ],
    [
      "a unit that nothing starts",
      "enabled",
      { properties: { unitFileState: "disabled" } },
      `note: disabled: it does not start at boot by itself | systemctl enable ${name}`,
    ],
    ["a unit without a file", "enabled", { properties: { unitFileState: undefined } }, undefined],
    [
      "a main process that is another",
      "main-pid",
      { properties: { mainPid: 5 }, facts: { stateAgeMs: 10 } },
      "not: MainPID=5, and its state just changed",
    ],
    [
      "files that systemd has not read",
      "start-works",
      { properties: { needDaemonReload: true } },
      "not: its files have changed since systemd read them | systemctl daemon-reload",
    ],
    [
      "links of an init script that is gone",
      "init-script",
      {
        facts: {
          initScript: {
            ok: true,
            value: {
              path: undefined,
              executable: false,
              redirects: false,
              links: ["/etc/rc2.d/S01platform"],
            },
          },
        },
      },
      expect.stringMatching(/^note: /),
    ],
    [
      "a KillMode that ends nothing",
      "kill-mode",
      { properties: { killMode: "none" } },
      expect.stringMatching(/^not: KillMode=none/),
    ],
  ])("%s: %s", (_, check, saw, says) => {
    expect(told(saw, check)).toEqual(says);
  });

  it("two groups in its cgroup are ended by onemaster, not by hand", () => {
    const saw: Case = {
      sockets: [
        {
          verdict: "duplicate",
          findings: [finding("duplicate", "two are there")],
          groups: [group("serving", 68), group("stale", 49)],
        },
      ],
    };
    expect(told(saw, "one-group")).toBe(
      "not: 2 groups in its cgroup: serving master 68, stale master 49",
    );
    const unreachable: Case = {
      sockets: [
        {
          verdict: "unreachable",
          findings: [finding("unreachable", "nobody")],
          groups: [group("stranded", 68), group("stranded", 49)],
        },
      ],
    };
    expect(told(unreachable, "one-group")).toContain("| systemctl kill --signal=SIGKILL");
  });
});

function unitNamed() {
  return { name, mainPid: null, killMode: null, generated: null, activeState: null };
}
