import type { MetricsPage } from "../support/metrics.ts";
import type { Resources, Tick } from "./truth.ts";

/** A figure at the start and at the end of a run, and its maximum; undefined: never seen. */
export interface Course {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly most: number | undefined;
}

/** What the agent cost while it ran. */
export interface AgentCost {
  readonly rssBytes: Course;
  readonly anonymousBytes: Course;
  readonly heapUsedBytes: Course;
  readonly descriptors: Course;
  readonly threads: Course;
  readonly children: Course;
  /** Of the agent and the programs it started, from its start to its end. */
  readonly cpuSeconds: number;
}

/**
 * What the agent cost, from ticks once a second and the metrics pages that were fetched;
 * `readyMs` is when it had started.
 */
export function costOf(
  ticks: readonly Tick[],
  pages: readonly MetricsPage[],
  readyMs: number,
): AgentCost {
  const seen = ticks.flatMap(({ lookedMs, agent }) =>
    agent === null || lookedMs < readyMs ? [] : [agent],
  );
  const course = (figure: keyof Resources): Course => courseOf(seen.map((one) => one[figure]));
  const heap = pages.flatMap((page) => valuesOf(page, "nodejs_heap_size_used_bytes"));
  return {
    rssBytes: course("rssBytes"),
    anonymousBytes: course("anonymousBytes"),
    heapUsedBytes: courseOf(heap),
    descriptors: course("descriptors"),
    threads: course("threads"),
    children: course("children"),
    cpuSeconds: seen.at(-1)?.cpuSeconds ?? 0,
  };
}

function courseOf(values: readonly number[]): Course {
  const most = values.length === 0 ? undefined : Math.max(...values);
  return { first: values[0], last: values.at(-1), most };
}

/** What the agent counted about its own looks. */
export interface ScanCounts {
  readonly byCause: Readonly<Record<string, number>>;
  readonly readFailures: Readonly<Record<string, number>>;
  /** Scans that took longer than the largest bucket of the histogram, 100 ms. */
  readonly slow: number;
  readonly meanMs: number;
  /** What of the host could not be seen at the moment the page was made. */
  readonly blind: readonly string[];
}

/** Reads those counts from a metrics page. Throws when a family is missing. */
export function scanCounts(page: MetricsPage): ScanCounts {
  const count = only(page, "onemaster_scan_duration_seconds_count");
  const quick = page.find(
    ({ name, labels }) =>
      name === "onemaster_scan_duration_seconds_bucket" && labels["le"] === "0.1",
  );
  if (quick === undefined) {
    throw new Error("the metrics page has no bucket of scans up to 0.1 s");
  }
  const blind = byLabel(page, "onemaster_blind", "what");
  return {
    byCause: byLabel(page, "onemaster_scans_total", "cause"),
    readFailures: byLabel(page, "onemaster_read_failures_total", "kind"),
    slow: count - quick.value,
    meanMs: (only(page, "onemaster_scan_duration_seconds_sum") / count) * 1000,
    blind: Object.keys(blind).filter((what) => blind[what] !== 0),
  };
}

function only(page: MetricsPage, name: string): number {
  const [value] = valuesOf(page, name);
  if (value === undefined) {
    throw new Error(`the metrics page has no ${name}`);
  }
  return value;
}

function valuesOf(page: MetricsPage, name: string): readonly number[] {
  return page.filter((sample) => sample.name === name).map(({ value }) => value);
}

function byLabel(page: MetricsPage, name: string, label: string): Readonly<Record<string, number>> {
  const samples = page.filter((sample) => sample.name === name);
  if (samples.length === 0) {
    throw new Error(`the metrics page has no ${name}`);
  }
  return Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? "", value]));
}
