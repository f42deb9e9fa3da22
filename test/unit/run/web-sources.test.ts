import { pino } from "pino";
import { expect, it } from "vitest";
import type { Report } from "../../../agent/model/report.ts";
import type { ScanCause } from "../../../agent/model/scan.ts";
import { createMetrics } from "../../../agent/expose/metrics.ts";
import { systemClock } from "../../../agent/run/clock.ts";
import type { Loop } from "../../../agent/run/loop.ts";
import { webSources } from "../../../agent/run/web-sources.ts";
import { path, report, socket } from "./reports.ts";

/** Sources over a loop that made its last scan this long ago; undefined: none yet. */
function setUp(lastScanAgoMs: number | undefined, seen: Report = report([socket()])) {
  const metrics = createMetrics({ version: "1.2.3", node: "v20" });
  const causes: ScanCause[] = [];
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
  const last = lastScanAgoMs === undefined ? undefined : systemClock.monotonicMs() - lastScanAgoMs;
  const loop: Loop = {
    scan(cause) {
      causes.push(cause);
      metrics.showReport(seen);
      return Promise.resolve(seen);
    },
    lookAgain: () => undefined,
    setSettings: () => undefined,
    lastScanMs: () => last,
    stop: () => Promise.resolve(),
  };
  return {
    sources: webSources(loop, metrics, { summaries: () => [] }, () => 15_000, logger),
    causes,
    lines,
  };
}

it.each([
  ["before the first scan", undefined, true, /^starting: the first scan is under way$/],
  ["after a scan", 2_000, true, /^ok: last scan 2\.\d s ago$/],
  ["a little before three intervals are over", 44_000, true, /^ok: last scan 44\.\d s ago$/],
  [
    "after three intervals without a scan",
    45_000,
    false,
    /^scans are late: the last one was 45\.\d s ago$/,
  ],
])("its health %s", (_, agoMs, ok, text) => {
  const health = setUp(agoMs).sources.health();
  expect(health).toEqual({ ok, text: expect.stringMatching(text) });
});

it.each([
  ["not before the first scan is over", undefined, false, "the first scan is still under way"],
  ["after it, however long ago", 1_000_000, true, "ready"],
])("is ready %s", (_, agoMs, ok, text) => {
  expect(setUp(agoMs).sources.ready()).toEqual({ ok, text });
});

it("scans before it shows the metrics", async () => {
  const { sources, causes } = setUp(undefined);
  const { body } = await sources.metricsPage(false);
  expect(causes).toEqual(["scrape"]);
  expect(body).toContain(`onemaster_socket_verdict{socket="${path}",verdict="one-master"} 1\n`);
});

it("scans for the status too, and gives its report", async () => {
  const seen = report([]);
  const { sources, causes } = setUp(0, seen);
  expect(await sources.status()).toBe(seen);
  expect(causes).toEqual(["scrape"]);
});

it("logs an answer that failed", () => {
  const { sources, lines } = setUp(0);
  sources.onError(new Error("a bug"));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 50,
      time: expect.any(Number),
      err: expect.objectContaining({ message: "a bug" }),
      msg: "an answer failed",
    },
  ]);
});
