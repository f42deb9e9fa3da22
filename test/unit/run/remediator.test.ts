import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Eyes, Hands, ProcessNow } from "../../../agent/model/acting.ts";
import type { RemediationSettings, Settings } from "../../../agent/model/settings.ts";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import { takeFolderLock } from "../../../agent/act/lock.ts";
import { readRemediations, writeRemediation } from "../../../agent/history/remediation-files.ts";
import type { RemediationEvent } from "../../../agent/expose/remediation-book.ts";
import type { Logger } from "../../../agent/run/logger.ts";
import type { ActingLook } from "../../../agent/run/remediation-parts.ts";
import { createRemediator } from "../../../agent/run/remediator.ts";
import { duplicate, path, report, socket } from "../cli/reports.ts";
import { seenIn } from "../detect/remediation/ending-story.ts";
import { underWay } from "../history/remediations.ts";
import { fakeClock } from "./fake-clock.ts";

const twoMasters = report([duplicate]);
const oneMaster = report([socket()]);
const units = seenIn({});

/** What a fresh look finds of the incident: nothing has changed since the report. */
const eyes: Eyes = {
  process: (pid) => processNow(pid),
  sockets: (pid) =>
    duplicate.groups.flatMap(({ master, listener }) =>
      master?.pid === pid ? [listener.inode] : [],
    ),
  tcpPorts: () => [],
  below: (pids) =>
    duplicate.groups
      .filter(({ master }) => pids.includes(master?.pid ?? -1))
      .flatMap(({ workers }) => workers.map(({ pid }) => processNow(pid))),
  reclaimable: () => Promise.resolve(1_000),
  usedMemory: () => 1_000_000,
  file: () => ({
    kind: "socket",
    device: duplicate.file?.device ?? 0,
    inode: duplicate.file?.inode ?? 0,
  }),
  answer: () => Promise.resolve({ kind: "answered", status: 200, tookMs: 1 }),
};

function processNow(pid: number): ProcessNow {
  const group = duplicate.groups.find(({ master }) => master?.pid === pid);
  const owner = duplicate.groups.find(({ workers }) =>
    workers.some((worker) => worker.pid === pid),
  );
  const worker = owner?.workers.find((one) => one.pid === pid);
  return {
    id: { pid, startTicks: group?.master?.startTicks ?? worker?.startTicks ?? 0 },
    parentPid: owner?.master?.pid ?? 1,
    state: "S",
    signalRole: group === undefined ? "worker" : "master",
    endingPending: false,
    comm: "gunicorn",
  };
}

function setUp(
  remediation: Partial<RemediationSettings>,
  signal: Hands["signal"] = allowed,
  unfinished = false,
) {
  const stateDir = mkdtempSync(join(tmpdir(), "om-remediator-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  let settings: Settings = {
    ...defaultSettings,
    stateDir,
    remediation: { ...defaultSettings.remediation, ...remediation },
  };
  const clock = fakeClock();
  const lines: string[] = [];
  const events: RemediationEvent[] = [];
  const signals: unknown[] = [];
  let looks = 0;
  const log = (_facts: object, message: string): void => void lines.push(message);
  const remediator = createRemediator({
    settings: () => settings,
    bootId: "boot-1",
    clock,
    eyes,
    hands: {
      signal(pid, sent) {
        if (sent !== 0) signals.push([pid, sent]);
        return signal(pid, sent);
      },
      link: () => ({ kind: "failed", why: "no test links anything" }),
      unlink: () => ({ kind: "failed", why: "no test unlinks anything" }),
    },
    metrics: { countRemediation: (_, event) => void events.push(event) },
    logger: { info: log, warn: log, error: log } as unknown as Logger,
    look() {
      looks += 1;
      const look: ActingLook = {
        report: twoMasters,
        paths: new Set([path]),
        units: units ?? { units: [], heads: [], pidfiles: [] },
      };
      return Promise.resolve(look);
    },
    unfinished: () => unfinished,
    scanAfter: () => undefined,
  });
  return {
    remediator,
    stateDir,
    lines,
    events,
    signals,
    looks: () => looks,
    /** Lets so much time pass, scans, and waits for what came of it. */
    async scanAfter(ms: number, seen = twoMasters) {
      clock.pass(ms);
      remediator.scanned(seen, units);
      await remediator.idle();
    },
    set(change: Partial<RemediationSettings>) {
      settings = { ...settings, remediation: { ...settings.remediation, ...change } };
    },
  };
}

function allowed(): { readonly kind: "done" } {
  return { kind: "done" };
}

describe("what an earlier agent left, in every mode", () => {
  it("waits while an agent with another state directory is at work at the same socket", async () => {
    const { scanAfter, stateDir, lines } = setUp({ mode: "off" }, allowed, true);
    const record = underWay("20261122T175002Z");
    const plan = { ...record.plan, socket: join(stateDir, "app.sock") };
    await writeRemediation(stateDir, { ...record, plan });
    const others = await takeFolderLock(stateDir);
    if (others.kind !== "taken") throw new Error(JSON.stringify(others));
    await scanAfter(0);
    expect(lines).toEqual([
      `an unfinished attempt is left as it is: another onemaster is ending a group at this moment (it holds ${stateDir})`,
    ]);
    await others.release();
    await scanAfter(15_000);
    const { records } = await readRemediations(stateDir);
    expect(records.map(({ outcome }) => outcome)).not.toContain(null);
  });

  it("names a record that it cannot read, once", async () => {
    const { scanAfter, stateDir, lines } = setUp({ mode: "off" }, allowed, true);
    mkdirSync(join(stateDir, "remediations"));
    const torn = join(stateDir, "remediations", "20261122T175002Z-stale-49.json");
    writeFileSync(torn, "torn");
    await scanAfter(0);
    await scanAfter(15_000);
    expect(lines).toEqual([
      expect.stringContaining(`${torn} cannot be read, and may be of an unfinished attempt: `),
    ]);
  });
});

describe("an agent that may act by itself", () => {
  it("does nothing while the mode is off, however long it lasts", async () => {
    const { scanAfter, looks } = setUp({ mode: "off" });
    await scanAfter(0);
    await scanAfter(3_600_000);
    expect(looks()).toBe(0);
  });

  it("waits until it has lasted for confirm_for, and starts afresh when it was gone", async () => {
    const { scanAfter, looks } = setUp({ mode: "dry-run", confirmForMs: 30_000 });
    await scanAfter(0);
    await scanAfter(29_000);
    await scanAfter(500, oneMaster);
    await scanAfter(500);
    await scanAfter(29_999);
    expect(looks()).toBe(0);
    await scanAfter(1);
    expect(looks()).toBe(1);
  });

  it("walks through a group once in a dry run, and sends no signal", async () => {
    const { scanAfter, looks, events, signals, lines } = setUp({ mode: "dry-run" });
    await scanAfter(0);
    await scanAfter(30_000);
    expect(events).toEqual([{ kind: "attempt", outcome: "dry-run", freedBytes: 0 }]);
    await scanAfter(60_000);
    expect({ looks: looks(), signals, events: events.length }).toEqual({
      looks: 1,
      signals: [],
      events: 1,
    });
    expect(lines[0]).toBe(`${path}: a dry run of ending the stale master 49`);
  });

  it("leaves what another left halfway as it is in a dry run", async () => {
    const { scanAfter, stateDir, events } = setUp({ mode: "dry-run" });
    await writeRemediation(stateDir, underWay("20261122T175002Z"));
    await scanAfter(0);
    await scanAfter(30_000);
    expect(events.map(({ kind }) => kind)).toEqual(["attempt"]);
    const { records } = await readRemediations(stateDir);
    expect(records.map(({ outcome }) => outcome)).toEqual([null]);
  });

  it("leaves a group alone that it may not signal, says so once, and tries again", async () => {
    const denied = (): { kind: "denied"; why: string } => ({ kind: "denied", why: "EPERM" });
    const { scanAfter, looks, events, lines, signals } = setUp({ mode: "on" }, denied);
    await scanAfter(0);
    await scanAfter(30_000);
    expect(events).toEqual([{ kind: "refusal", reason: "not-permitted" }]);
    expect(lines).toEqual([
      expect.stringMatching(
        /^not ended \(not-permitted\): this agent must not signal 49, 50, 51, 52, 53: EPERM/,
      ),
    ]);
    await scanAfter(14_000);
    expect(looks()).toBe(1);
    await scanAfter(1_000);
    expect({ looks: looks(), lines: lines.length, signals }).toEqual({
      looks: 2,
      lines: 1,
      signals: [],
    });
  });

  it("is held back by a file named pause, and by a state that it cannot read", async () => {
    const paused = setUp({ mode: "on" });
    writeFileSync(join(paused.stateDir, "pause"), "");
    writeFileSync(join(paused.stateDir, "remediation.json"), "torn");
    await paused.scanAfter(0);
    await paused.scanAfter(30_000);
    expect(paused.events).toEqual([
      { kind: "refusal", reason: "breaker-open" },
      { kind: "refusal", reason: "paused" },
    ]);
    expect(paused.signals).toEqual([]);
    expect(readdirSync(paused.stateDir)).not.toContain("remediations");
  });

  it("does nothing more once it stops", async () => {
    const { scanAfter, looks, remediator } = setUp({ mode: "on" });
    await scanAfter(0);
    await remediator.stop();
    await scanAfter(60_000);
    expect(looks()).toBe(0);
  });
});
