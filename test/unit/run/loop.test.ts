import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, it, onTestFinished, vi } from "vitest";
import type { BlindReport } from "../../../agent/model/report.ts";
import { defaultSettings, socketAt } from "../../../agent/model/settings-defaults.ts";
import type { Settings } from "../../../agent/model/settings.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { createMetrics } from "../../../agent/expose/metrics.ts";
import { createChangeLog } from "../../../agent/run/change-log.ts";
import { createLoop } from "../../../agent/run/loop.ts";
import { fakeClock } from "./fake-clock.ts";

// a scan reads what all processes of this host are: on a busy one each may take seconds
vi.setConfig({ testTimeout: 30_000 });

function settingsFor(...paths: readonly string[]): Settings {
  const sockets = paths.map(socketAt);
  return { ...defaultSettings, sockets };
}

/** A loop over this host that looks at paths of the test alone, with a clock of the test. */
function setUp(options: { watch?: readonly BlindReport[]; scanned?: () => void } = {}) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "om-loop-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = `${folder}/app.sock`;
  const clock = fakeClock();
  const metrics = createMetrics({ version: "1.2.3", node: "v20" });
  const lines: string[] = [];
  const logger = pino(
    { base: null, formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => lines.push(lineText(line)) },
  );
  const snapshots: Snapshot[] = [];
  const loop = createLoop(settingsFor(path), {
    clock,
    metrics,
    logger,
    changeLog: createChangeLog(),
    watchBlindness: () => options.watch ?? [],
    unitsOf: () => undefined,
    remediation: () => undefined,
    otherFailures: () => ({ gone: 0, denied: 0, malformed: 0, failed: 0 }),
    scanned(snapshot) {
      snapshots.push(snapshot);
      options.scanned?.();
    },
  });
  return {
    path,
    folder,
    clock,
    metrics,
    loop,
    lines,
    /** Lines about the sockets of the test; others may come to and go from this host meanwhile. */
    own: () => lines.filter((line) => line.includes(folder)),
    snapshots,
    /** Scans made so far, by cause. */
    async scans() {
      const { body } = await metrics.page(false);
      const counted = [...body.matchAll(/^onemaster_scans_total\{cause="([^"]+)"\} (\d+)$/gm)];
      return Object.fromEntries(
        counted.flatMap(([, cause, count]) => (count === "0" ? [] : [[cause, Number(count)]])),
      );
    },
    /** Lets time pass, and waits until this many scans were made in all. */
    async pass(ms: number, scansByThen: number) {
      clock.pass(ms);
      await vi.waitFor(() => expect(snapshots).toHaveLength(scansByThen), { timeout: 20_000 });
      // what a scan does after it has told of its snapshot
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function lineText(line: string): string {
  const { level, msg } = JSON.parse(line) as { readonly level: string; readonly msg: string };
  return `${level} ${msg}`;
}

async function listen(path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, "listening");
  onTestFinished(() => void server.close());
}

it("scans when asked, then once an interval, and after a request an interval later", async () => {
  const { loop, clock, path, pass, scans } = setUp();
  await listen(path);
  expect(loop.lastScanMs()).toBeUndefined();
  const report = await loop.scan("start");
  expect(report.sockets.map((socket) => [socket.path, socket.verdict])).toEqual([
    [path, "one-master"],
  ]);
  expect(loop.lastScanMs()).toBe(0);
  await pass(14_999, 1);
  await pass(1, 2);
  expect(await scans()).toEqual({ start: 1, interval: 1 });
  clock.pass(5_000);
  await loop.scan("scrape");
  await pass(14_999, 3);
  await pass(1, 4);
  expect(await scans()).toEqual({ start: 1, interval: 2, scrape: 1 });
  expect(loop.lastScanMs()).toBe(35_000);
});

it("looks again soon after a suspicion and when it comes of age, with a line for that", async () => {
  const { loop, path, pass, scans, own } = setUp();
  await loop.scan("start");
  await pass(99, 1);
  await pass(1, 2);
  await pass(4_899, 2);
  await pass(1, 3);
  expect(await scans()).toEqual({ start: 1, "follow-up": 2 });
  const missing = `nothing listens: ${path} does not exist`;
  expect(own()).toEqual([
    `warn ${path}: no-master: ${missing}`,
    `warn ${path}: no-master (confirmed): ${missing}`,
  ]);
});

it("has one line a change of state, and none for a scan without one", async () => {
  const { loop, clock, path, own } = setUp();
  await listen(path);
  for (let scan = 0; scan < 3; scan += 1) await loop.scan("scrape");
  const serving = `info ${path}: one-master: master ${process.pid} serving`;
  expect(own().map((line) => line.slice(0, serving.length))).toEqual([serving]);
  rmSync(path);
  for (let scan = 0; scan < 3; scan += 1) {
    await loop.scan("scrape");
    clock.pass(400);
  }
  expect(
    own()
      .slice(1)
      .map((line) => line.split(":")[1]),
  ).toEqual([" unreachable"]);
});

it("looks again at the delays that were asked for last", async () => {
  const { loop, path, pass, scans } = setUp();
  await listen(path);
  await loop.scan("start");
  loop.lookAgain([20, 100, 500]);
  await pass(20, 2);
  loop.lookAgain([30]);
  await pass(29, 2);
  await pass(1, 3);
  await pass(1_000, 3);
  expect(await scans()).toEqual({ start: 1, "follow-up": 2 });
});

it("takes other sockets from the next scan on, and its totals never fall", async () => {
  const { loop, folder, path, metrics } = setUp();
  await loop.scan("start");
  const failed = async (): Promise<number> => {
    const { body } = await metrics.page(false);
    return Number(/^onemaster_read_failures_total\{kind="gone"\} (\d+)$/m.exec(body)?.[1]);
  };
  const before = await failed();
  expect(before).toBeGreaterThan(0);
  const other = `${folder}/other.sock`;
  loop.setSettings(settingsFor(other));
  const { sockets } = await loop.scan("reload");
  expect(sockets.map((socket) => socket.path)).toEqual([other]);
  expect(await failed()).toBeGreaterThan(before);
  loop.setSettings(settingsFor(path));
  expect((await loop.scan("reload")).sockets.map((socket) => socket.path)).toEqual([path]);
});

it("keeps a suspicion when other settings are taken", async () => {
  const { loop, clock, path, folder } = setUp();
  await loop.scan("start");
  clock.pass(4_000);
  loop.setSettings(settingsFor(path, `${folder}/other.sock`));
  await loop.scan("reload");
  clock.pass(999);
  loop.setSettings({
    ...settingsFor(path, `${folder}/other.sock`),
    scan: { ...defaultSettings.scan, confirmForMs: 4_999 },
  });
  const { sockets } = await loop.scan("reload");
  expect(sockets.map((socket) => [socket.path, socket.confirmed])).toEqual([
    [path, true],
    [`${folder}/other.sock`, false],
  ]);
});

it("says in the report what file events do not reach, and calls the scan complete all the same", async () => {
  const watch = [{ what: "watch", reason: "ENOSPC" }];
  const { loop, metrics } = setUp({ watch });
  const { blind } = await loop.scan("start");
  expect(blind).toContainEqual({ what: "watch", reason: "ENOSPC" });
  const { body } = await metrics.page(false);
  expect(body).toContain('onemaster_blind{what="watch"} 1\n');
});

it("logs the failure of a scan that nobody waits for, and goes on at the interval", async () => {
  let broken = false;
  const { loop, path, pass, lines } = setUp({
    scanned() {
      if (broken) throw new Error("a bug");
    },
  });
  const errors = (): string[] => lines.filter((line) => line.startsWith("error"));
  await listen(path);
  await loop.scan("start");
  broken = true;
  await pass(15_000, 2);
  await vi.waitFor(() => expect(errors()).toEqual(["error a scan failed"]));
  await expect(loop.scan("scrape")).rejects.toThrow("a bug");
  broken = false;
  await pass(15_000, 4);
  expect(errors()).toEqual(["error a scan failed"]);
});

it("stops without a word, a scan that runs and one that waits included", async () => {
  const { loop, path, clock, lines, snapshots } = setUp();
  await listen(path);
  await loop.scan("start");
  loop.lookAgain([20, 100]);
  clock.pass(20); // one runs
  clock.pass(80); // one waits
  await loop.stop();
  loop.lookAgain([1]); // an event that came while it stopped
  clock.pass(1);
  await new Promise((resolve) => setImmediate(resolve));
  clock.pass(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect({
    errors: lines.filter((line) => line.startsWith("error")),
    scans: snapshots.length,
    waiting: clock.waiting(),
  }).toEqual({
    errors: [],
    scans: 2,
    waiting: 0,
  });
  await expect(loop.scan("scrape")).rejects.toThrow("the agent is stopping");
});
