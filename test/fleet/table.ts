import type { GroupCost, GroupTime, Taken } from "./figures.ts";

/** What a fleet took. */
export interface FleetReport {
  readonly hosts: number;
  readonly clusters: number;
  readonly intervalSeconds: number;
  readonly minutes: number;
  /** Targets that answered at the end. */
  readonly up: number;
  readonly seriesPerHost: number;
  /** On average, uncompressed. */
  readonly pageBytes: number;
  /** Prometheus with all rules before its first target. */
  readonly empty: Taken;
  readonly full: Taken;
  /** Of the processor, while all were scraped. */
  readonly cores: number;
  readonly samplesPerSecond: number;
  readonly scrapeSeconds: { readonly median: number; readonly p99: number };
  readonly groups: readonly GroupTime[];
  readonly costs: readonly GroupCost[];
  readonly fired: { readonly duplicates: number; readonly clusters: number };
  readonly expected: { readonly duplicates: number; readonly clusters: number };
  /** Every host answered, and what fired is what had to. */
  readonly sound: boolean;
}

/** The report for people. */
export function asText(report: FleetReport): string {
  const { hosts, full, empty, groups, costs, scrapeSeconds, fired, expected } = report;
  const costOf = (group: string): string => {
    const cost = costs.find(({ name }) => name === group);
    return cost === undefined ? "?" : `${Math.round(cost.processorMs)} ms`;
  };
  const grown = full.residentBytes - empty.residentBytes;
  const rows: readonly (readonly [string, string])[] = [
    ["hosts", `${hosts} in ${report.clusters} clusters, ${report.up} up`],
    ["time", `${report.minutes} min, a scrape and an evaluation every ${report.intervalSeconds} s`],
    ["page", `${report.seriesPerHost} samples at the most, ${report.pageBytes} bytes`],
    ["series in Prometheus", `${full.series}, ${(full.series / hosts).toFixed(1)} a host`],
    ["samples a second", `${Math.round(report.samplesPerSecond)}`],
    [
      "resident memory of Prometheus",
      `${mib(full.residentBytes)} (${mib(empty.residentBytes)} before)`,
    ],
    ["  of it heap in use", mib(full.heapBytes)],
    ["  a series", `${(grown / full.series / 1024).toFixed(1)} KiB`],
    ["processor of Prometheus", `${(report.cores * 100).toFixed(1)} % of a core`],
    ["scrape", `median ${ms(scrapeSeconds.median)}, p99 ${ms(scrapeSeconds.p99)}`],
    ...groups.map((group): readonly [string, string] => [
      `rules ${group.name}`,
      `${costOf(group.name)} of the processor; by the clock last ${ms(group.lastSeconds)}, ` +
        `longest ${ms(group.longestSeconds)}`,
    ]),
    ["all rules once", `${Math.round(costs.reduce((sum, one) => sum + one.processorMs, 0))} ms`],
    ["second masters told", `${fired.duplicates} of ${expected.duplicates} hosts`],
    ["clusters told", `${fired.clusters} of ${expected.clusters}`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
  return `${lines.join("\n")}\n${report.sound ? "sound" : "NOT SOUND"}\n`;
}

function mib(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}

function ms(seconds: number): string {
  return `${(seconds * 1000).toFixed(1)} ms`;
}
