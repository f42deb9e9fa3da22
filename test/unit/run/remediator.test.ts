import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { takeFolderLock } from "../../../agent/act/lock.ts";
import { readRemediations, writeRemediation } from "../../../agent/history/remediation-files.ts";
import { path } from "../cli/reports.ts";
import { underWay } from "../history/remediations.ts";
import { allowed, oneMaster, setUp } from "./remediator-story.ts";

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
