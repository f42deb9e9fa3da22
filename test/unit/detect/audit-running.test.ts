import { describe, expect, it } from "vitest";
import type { UnitFacts } from "../../../agent/model/unit.ts";
import { group, path } from "../cli/reports.ts";
import { type AuditedCase, head, itemOf, linkOf, wrapped } from "./audit-build.ts";

const servingSocket = { groups: [group("serving", 68)] };
const sound = { sockets: [servingSocket] };
const two = { sockets: [{ groups: [group("serving", 68), group("stale", 49)] }] };
const stranded = { sockets: [{ groups: [group("stranded", 68), group("stranded", 49)] }] };
const draining = { sockets: [{ groups: [group("draining", 68)] }] };
const nobody = { sockets: [{ groups: [] }] };
const orphans = group("orphaned", 49, { master: null, others: [{ pid: 99, command: "git" }] });
const orphanHead = head(50, { id: { pid: 50, startTicks: 4_901 }, ancestors: [1] });
const hidden = { verdict: "unknown" } as const;
const denied = { kind: "denied", what: "cgroup.procs", why: "EACCES" } as const;

describe("serving", () => {
  const inactive = { activeState: "inactive", subState: "dead", mainPid: 0 };
  const failed = { activeState: "failed", subState: "failed", mainPid: 0 };
  const exited = { ...wrapped, subState: "exited" };
  const left = (pids: readonly number[]): Partial<UnitFacts> => ({
    processes: { ok: true, value: pids },
  });
  it.each<[string, AuditedCase, string]>([
    ["active and serving", sound, "ok: active (running), and master 68 serves"],
    [
      "reloading and serving",
      { ...sound, properties: { activeState: "reloading", subState: "reload" } },
      "ok: reloading (reload), and master 68 serves",
    ],
    [
      "active, and nobody is there",
      { ...nobody, properties: exited },
      "bad: active (exited), yet no gunicorn of it was found",
    ],
    [
      "active, and nobody is there yet",
      { ...nobody, facts: { stateAgeMs: 300 } },
      "warning: active (running), yet no gunicorn of it was found",
    ],
    [
      "active with a job that runs",
      { ...nobody, properties: { job: 812 } },
      "warning: active (running), yet no gunicorn of it was found",
    ],
    [
      "active for a time that is not known, with the number of no job",
      { ...nobody, properties: { job: 0 }, facts: { stateAgeMs: undefined } },
      "bad: active (running), yet no gunicorn of it was found",
    ],
    [
      "active, and nobody reaches its masters",
      stranded,
      "bad: active (running), yet nobody reaches masters 68, 49 (stranded)",
    ],
    [
      "active, and its master leaves",
      draining,
      "warning: active (running), yet nobody reaches master 68 (draining)",
    ],
    [
      "active, and its master may or may not serve",
      { sockets: [{ groups: [group("unclear", 68)] }] },
      "unknown: active (running); whether master 68 serves could not be seen",
    ],
    [
      "active, and what is there may hide",
      { sockets: [{ groups: [], ...hidden }] },
      "unknown: active (running); no gunicorn of it was found, but not everything could be seen",
    ],
    [
      "active, and no socket leads to it",
      { sockets: [] },
      "unknown: active (running); no gunicorn of it was found, but no socket of it is watched",
    ],
    [
      "on its way",
      { ...sound, properties: { activeState: "activating", subState: "start" } },
      "warning: activating (start): a start or a stop is under way",
    ],
    [
      "not told",
      { properties: { activeState: undefined } },
      "unknown: systemd tells no ActiveState of it",
    ],
    [
      "stopped",
      { ...nobody, properties: inactive },
      "ok: inactive (dead), and nothing is left of it",
    ],
    [
      "failed",
      { ...nobody, properties: failed },
      "warning: failed (failed), and nothing is left of it",
    ],
    [
      "waiting for its first request",
      { ...nobody, properties: { ...inactive, triggeredBy: ["platform.socket"] } },
      "ok: inactive (dead); platform.socket starts it",
    ],
    [
      "stopped, and its master finishes",
      { ...draining, properties: inactive },
      "warning: inactive (dead); the last requests of master 68 are finishing",
    ],
    [
      "stopped, and its master serves on",
      { ...sound, properties: inactive },
      "bad: inactive (dead), yet processes are left of it: serving master 68",
    ],
    [
      "stopped this moment, and its master serves on",
      { ...sound, properties: inactive, facts: { stateAgeMs: 20 } },
      "warning: just became inactive (dead); left so far: serving master 68",
    ],
    [
      "stopped, and orphans are left",
      { sockets: [{ groups: [orphans] }], heads: [orphanHead], properties: inactive },
      "bad: inactive (dead), yet processes are left of it: orphaned workers 50 51 52 53",
    ],
    [
      "stopped, and other processes are left",
      { ...nobody, properties: inactive, facts: left([7, 8]) },
      "warning: inactive (dead), yet 2 other processes are left of it: 7 8",
    ],
    [
      "stopped, and what is left cannot be read",
      { ...nobody, properties: inactive, facts: { processes: { ok: false, failure: denied } } },
      "unknown: inactive (dead); its cgroup could not be read: EACCES",
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "serving")).toBe(told);
  });

  const ends = `onemaster remediate --yes --socket ${path}`;
  const gone = "kill -TERM 68\nwhile kill -0 68 2>/dev/null; do sleep 1; done";
  const start = "systemctl start platform.service  # if it is to run";
  it.each<[string, AuditedCase, string]>([
    [
      "TERM for the only master, whose path it is",
      { ...sound, properties: inactive },
      `${gone}\n${start}`,
    ],
    [
      "TERM for it after the stale one",
      { ...two, properties: inactive },
      `${ends}
${gone}\n${start}`,
    ],
    [
      "KILL for all where nobody serves",
      { ...stranded, properties: inactive },
      `systemctl kill --signal=SIGKILL platform.service\n${start}`,
    ],
    [
      "a restart where nothing runs",
      { ...nobody, properties: { ...exited, controlGroup: undefined } },
      "systemctl restart platform.service",
    ],
  ])("is cured by %s", (_, saw, fix) => {
    expect(itemOf(saw, "serving")?.fix).toBe(fix);
  });
});

describe("start-works", () => {
  it.each<[string, AuditedCase, string]>([
    ["started", sound, "ok: it is started"],
    [
      "stopped",
      { ...nobody, properties: { activeState: "inactive" } },
      "ok: nothing stands against a start",
    ],
    ["a wrapped script that runs", { ...sound, properties: wrapped }, "ok: it is started"],
    [
      "a native unit over daemons of its init script",
      { ...sound, properties: { mainPid: 0 } },
      "bad: active with MainPID=0: master 68 keeps it active, and a start does nothing",
    ],
    [
      "active though nothing runs",
      { ...nobody, properties: { ...wrapped, subState: "exited" } },
      "bad: active (exited) though nothing runs: a start does nothing",
    ],
    [
      "active for a moment",
      { ...nobody, properties: { ...wrapped, subState: "exited" }, facts: { stateAgeMs: 5 } },
      "ok: it is started",
    ],
    [
      "masked",
      { properties: { loadState: "masked" } },
      "bad: LoadState=masked: systemd cannot start it",
    ],
    [
      "with a mistake in its file",
      { properties: { loadState: "bad-setting" } },
      "bad: LoadState=bad-setting: systemd cannot start it",
    ],
    [
      "not told",
      { properties: { loadState: undefined } },
      "unknown: systemd tells no LoadState of it",
    ],
    [
      "failed",
      { ...nobody, properties: { activeState: "failed", result: "exit-code" } },
      "bad: its last start or run ended with exit-code",
    ],
    [
      "failed for no reason given",
      { ...nobody, properties: { activeState: "failed", result: undefined } },
      "bad: its last start or run ended with an unknown result",
    ],
    [
      "changed on disk",
      { ...sound, properties: { needDaemonReload: true } },
      "warning: its files have changed since systemd read them",
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "start-works")).toBe(told);
  });

  it.each([
    ["masked", "systemctl unmask platform.service"],
    ["error", "systemd-analyze verify platform.service"],
  ])("of LoadState=%s is looked into with %s", (loadState, fix) => {
    expect(itemOf({ properties: { loadState } }, "start-works")?.fix).toBe(fix);
  });
});
