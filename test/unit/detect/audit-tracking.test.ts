import { describe, expect, it } from "vitest";
import { group } from "../cli/reports.ts";
import { type AuditedCase, head, itemOf, linkOf, wrapped } from "./audit-build.ts";

const twoMasters = { sockets: [{ groups: [group("serving", 68), group("stale", 49)] }] };
const upgrade = {
  sockets: [{ groups: [group("predecessor", 68), group("successor", 80)] }],
  heads: [head(68), head(80, { ancestors: [68, 1], session: 68 })],
};
const elsewhere = group("serving", 90, {
  master: {
    pid: 90,
    startTicks: 9_000,
    startedAt: "2026-11-22T12:20:09.000Z",
    user: "root",
    unit: "hand.scope",
    command: "",
  },
});
const byHand = {
  sockets: [{ groups: [elsewhere, group("stale", 68)] }],
  heads: [head(68), head(90, { cgroup: "/system.slice/hand.scope", unit: "hand.scope" })],
};

describe("main-pid", () => {
  it.each<[string, AuditedCase, string | undefined]>([
    ["the serving master", {}, "ok: MainPID=68 is the serving master"],
    [
      "nobody",
      { properties: { mainPid: 0 } },
      "bad: MainPID=0: systemd follows no process, while master 68 runs",
    ],
    [
      "nobody of two masters",
      { ...twoMasters, properties: { mainPid: 0 } },
      "bad: MainPID=0: systemd follows no process, while masters 68, 49 run",
    ],
    [
      "nobody, and nobody serves",
      {
        properties: { mainPid: 0 },
        sockets: [{ groups: [group("stale", 49), group("stale", 50)] }],
      },
      "bad: MainPID=0: systemd follows no process, while masters 49, 50 run",
    ],
    [
      "what systemd does not tell",
      { properties: { mainPid: undefined } },
      "unknown: systemd tells no MainPID of it",
    ],
    [
      "the stale one of two",
      { ...twoMasters, properties: { mainPid: 49 } },
      "bad: MainPID=49 is the stale master: another one serves",
    ],
    [
      "the old side of an upgrade",
      upgrade,
      "ok: MainPID=68 is a master of a USR2 upgrade under way",
    ],
    [
      "the new side of an upgrade",
      { ...upgrade, properties: { mainPid: 80 } },
      "ok: MainPID=80 is a master of a USR2 upgrade under way",
    ],
    [
      "the unit's own master, which one of another unit has made stale",
      byHand,
      "bad: MainPID=68 is the stale master: another one serves",
    ],
    [
      "the only master, which nobody reaches",
      { sockets: [{ groups: [group("stranded", 68)] }] },
      "ok: MainPID=68 is the stranded master, and no other serves",
    ],
    [
      "a master of which the sockets were not seen",
      { sockets: [{ groups: [group("unclear", 68)] }] },
      "unknown: MainPID=68 is the unclear master",
    ],
    [
      "the older of two where only start times tell who serves",
      {
        ...twoMasters,
        sockets: [{ ...twoMasters.sockets[0], evidence: "start-time" }],
        properties: { mainPid: 49 },
      },
      "unknown: MainPID=49 is the stale master",
    ],
    [
      "a launcher that stays",
      { properties: { mainPid: 60 }, heads: [head(68, { ancestors: [60, 1] })] },
      "warning: MainPID=60 is not the master but started it: master 68",
    ],
    [
      "another process",
      { properties: { mainPid: 60 } },
      "bad: MainPID=60 is another process than master 68",
    ],
    [
      "another process where only start times tell who serves",
      { properties: { mainPid: 60 }, sockets: [{ evidence: "start-time" }] },
      "unknown: MainPID=60 is another process than master 68",
    ],
    [
      "another process, while it starts",
      { properties: { mainPid: 60, activeState: "activating" } },
      "warning: MainPID=60, and its state just changed",
    ],
    [
      "another process, a moment after a start",
      { properties: { mainPid: 60 }, facts: { stateAgeMs: 800 } },
      "warning: MainPID=60, and its state just changed",
    ],
    [
      "nobody, and nobody runs",
      { properties: { mainPid: 0 }, sockets: [{ groups: [] }] },
      undefined,
    ],
    [
      "nobody, amid a graceful stop",
      { properties: { mainPid: 0 }, sockets: [{ groups: [group("draining", 68)] }] },
      undefined,
    ],
  ])("is %s", (_, saw, told) => {
    expect(linkOf(saw, "main-pid")).toBe(told);
  });

  it.each<[string, AuditedCase, string]>([
    [
      "a restart cures a native unit",
      { properties: { mainPid: 0 } },
      "systemctl restart platform.service",
    ],
    [
      "a unit that failed is forgotten first",
      { properties: { mainPid: 0, activeState: "failed" } },
      "systemctl reset-failed platform.service\nsystemctl restart platform.service",
    ],
  ])("%s", (_, saw, fix) => {
    expect(itemOf(saw, "main-pid")?.fix).toBe(fix);
  });
});

describe("kill-mode", () => {
  it.each<[string, AuditedCase, string]>([
    ["control-group", {}, "ok: KillMode=control-group: a stop ends every process of the unit"],
    [
      "mixed",
      { properties: { killMode: "mixed" } },
      "ok: KillMode=mixed: a stop ends the main process, then the others",
    ],
    [
      "process with a main process",
      { properties: { killMode: "process" } },
      "bad: KillMode=process: a stop ends only the main process",
    ],
    [
      "process without one",
      { properties: wrapped },
      "bad: KillMode=process: a stop ends no process",
    ],
    ["none", { properties: { killMode: "none" } }, "bad: KillMode=none: a stop ends no process"],
    [
      "not told",
      { properties: { killMode: undefined } },
      "unknown: systemd tells no KillMode of it",
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "kill-mode")).toBe(told);
  });

  it("is set in a file of its own", () => {
    expect(itemOf({ properties: wrapped }, "kill-mode")?.fix).toBe(
      [
        "mkdir -p /etc/systemd/system/platform.service.d",
        "cat >/etc/systemd/system/platform.service.d/kill-mode.conf <<'EOF'",
        "[Service]",
        "KillMode=control-group",
        "EOF",
        "systemctl daemon-reload",
      ].join("\n"),
    );
  });
});

describe("type", () => {
  it.each<[string, AuditedCase["properties"], string]>([
    ["simple", {}, "ok: Type=simple"],
    ["notify", { serviceType: "notify" }, "ok: Type=notify"],
    [
      "forking with a pidfile",
      { serviceType: "forking", pidFile: "/run/g.pid" },
      "ok: Type=forking with PIDFile=/run/g.pid",
    ],
    [
      "forking with a guess",
      { serviceType: "forking" },
      "warning: Type=forking without PIDFile: systemd guesses which process is the main one",
    ],
    [
      "forking without either",
      wrapped,
      "bad: Type=forking, no PIDFile, GuessMainPID=no: systemd cannot know the main process",
    ],
    [
      "forking of a systemd that tells no more",
      { serviceType: "forking", guessMainPid: undefined },
      "unknown: Type=forking without PIDFile, and systemd tells no GuessMainPID",
    ],
    [
      "oneshot",
      { serviceType: "oneshot" },
      "bad: Type=oneshot: systemd follows no process once the start is done",
    ],
    ["not told", { serviceType: undefined }, "unknown: systemd tells no Type of it"],
  ])("%s", (_, properties = {}, told) => {
    expect(linkOf({ properties }, "type")).toBe(told);
  });
});

describe("generated", () => {
  it.each<[string, AuditedCase["properties"], string]>([
    ["a native unit", {}, "ok: its file is /etc/systemd/system/platform.service"],
    ["an init script", wrapped, "bad: made by systemd-sysv-generator from /etc/init.d/platform"],
    [
      "an init script of another family",
      { ...wrapped, sourcePath: "/etc/rc.d/init.d/platform" },
      "bad: made by systemd-sysv-generator from /etc/rc.d/init.d/platform",
    ],
    [
      "the work of another generator",
      { ...wrapped, sourcePath: "/etc/containers/systemd/platform.container" },
      "ok: its file is /run/systemd/generator.late/platform.service",
    ],
    [
      "the work of a generator that names no source",
      { ...wrapped, sourcePath: undefined },
      "ok: its file is /run/systemd/generator.late/platform.service",
    ],
    [
      "a unit without a file",
      { fragmentPath: undefined },
      "unknown: systemd names no file that it is from",
    ],
  ])("%s", (_, properties = {}, told) => {
    expect(linkOf({ properties }, "generated")).toBe(told);
  });
});
