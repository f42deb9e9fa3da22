import { describe, expect, it } from "vitest";
import { readMetrics } from "../../support/metrics.ts";
import type { CycleRecord } from "../../soak/lane.ts";
import { type HostEvidence, soakReport } from "../../soak/report.ts";
import { asText } from "../../soak/table.ts";
import { master, observations, path, rules, state, worker } from "./build.ts";

const one = state(7, master(1, 7), worker(2, 1, 7));
const two = state(8, master(1, 7), worker(2, 1, 7), master(3, 8));
const other = state(8, master(3, 8), worker(4, 3, 8));

const page = readMetrics(`onemaster_scans_total{cause="start"} 1
onemaster_scans_total{cause="interval"} 0
onemaster_scans_total{cause="file-event"} 19
onemaster_read_failures_total{kind="gone"} 3
onemaster_read_failures_total{kind="denied"} 0
onemaster_blind{what="path"} 0
onemaster_scan_duration_seconds_bucket{le="0.1"} 18
onemaster_scan_duration_seconds_sum 0.4
onemaster_scan_duration_seconds_count 20
nodejs_heap_size_used_bytes 8388608
`);

const used = { rssBytes: 2 ** 25, anonymousBytes: 2 ** 23, threads: 11, descriptors: 20 };
const small = { ...used, children: 0, cpuSeconds: 1 };
const large = { ...used, descriptors: 24, children: 1, cpuSeconds: 2.5 };

function said(atMs: number, entry: Readonly<Record<string, unknown>>): string {
  const time = new Date(atMs).toISOString();
  return JSON.stringify({ level: 30, time, msg: "said", socket: path, ...entry });
}

function cycle(kind: CycleRecord["kind"], outcome: CycleRecord["outcome"]): CycleRecord {
  return { host: "bookworm", kind, startedAt: new Date(0).toISOString(), tookMs: 300, outcome };
}

const groups = [{ role: "stale", listener: { inode: 7 }, master: { pid: 1, startTicks: 10 } }];
const sound: HostEvidence = {
  release: "bookworm",
  observations: observations([
    [5_000, one],
    [10_000, two],
    [13_000, other],
  ]),
  ticks: [
    { lookedMs: 4_000, looks: 90, longestGapMs: 400, agent: null },
    { lookedMs: 5_000, looks: 100, longestGapMs: 12, agent: small },
    { lookedMs: 20_000, looks: 100, longestGapMs: 9, agent: large },
  ],
  readyMs: 4_500,
  log: [
    said(10_050, { verdict: "duplicate", groups }),
    said(11_050, { verdict: "duplicate", groups, confirmed: true }),
    said(13_100, { verdict: "one-master" }),
  ],
  records: [cycle("sysv-lost-long", "done"), cycle("sysv-restart", "down")],
  pages: [page],
  lastVerdict: "one-master",
};
const run = { seed: 4, asked: 3, tookMs: 61_000, rules };

describe("the report of a run", () => {
  it("is sound when nothing was false, missed or an error", () => {
    expect(soakReport([sound], run)).toMatchObject({
      sound: true,
      done: 2,
      false: 0,
      missed: 0,
      errors: 0,
      hosts: [
        {
          cycles: { "sysv-restart": { cycles: 1, down: 1, meanMs: 300 } },
          scans: { slow: 2, meanMs: 20, blind: [] },
          cost: {
            descriptors: { first: 20, last: 24, most: 24 },
            heapUsedBytes: { first: 8_388_608, last: 8_388_608, most: 8_388_608 },
            cpuSeconds: 2.5,
          },
          truth: { looks: 290, longestGapMs: 400 },
        },
      ],
    });
  });

  it.each<readonly [what: string, wrong: Partial<HostEvidence>, counted: object]>([
    [
      "something false was said",
      { log: [...sound.log, said(15_000, { verdict: null })] },
      { false: 1 },
    ],
    ["a duplicate was missed", { log: [] }, { missed: 1 }],
    ["the agent failed", { log: [...sound.log, "TypeError: …"] }, { errors: 1 }],
    ["it is not at rest in the end", { lastVerdict: "unreachable" }, { false: 0 }],
  ])("is not sound when %s", (_, wrong, counted) => {
    const report = soakReport([sound, { ...sound, ...wrong }], run);
    expect(report).toMatchObject({ sound: false, ...counted });
  });

  it("leaves the end open where a cycle was cut short", () => {
    const records = [...sound.records, cycle("native-restart", new Error("cut short"))];
    const report = soakReport([{ ...sound, records, lastVerdict: "duplicate" }], run);
    expect(report).toMatchObject({ sound: true, done: 2, asked: 3 });
  });

  it("throws rather than report nothing as zero", () => {
    const bare = { ...sound, pages: [readMetrics("up 1\n")] };
    expect(() => soakReport([bare], run)).toThrow("the metrics page has no");
  });
});

describe("the table of a run", () => {
  it("has a column for each host and ends with the sum of it", async () => {
    const log = [...sound.log, said(12_000, { verdict: "unreachable", msg: "it is gone" })];
    const trixie = { ...sound, release: "trixie", log: log.slice(2), lastVerdict: "duplicate" };
    const text = asText(soakReport([sound, trixie], run));
    await expect(text).toMatchFileSnapshot("./table.txt");
  });
});
