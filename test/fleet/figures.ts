import { readFileSync } from "node:fs";
import type { RunningPrometheus } from "../pipeline/prometheus.ts";
import { ask, askJson } from "../pipeline/server.ts";
import { type MetricsPage, readMetrics } from "../support/metrics.ts";
import { waitFor } from "../support/wait.ts";

/** What a Prometheus takes at one moment. */
export interface Taken {
  readonly residentBytes: number;
  /** What of it is in use of the heap of Go; the rest waits to be collected or given back. */
  readonly heapBytes: number;
  readonly cpuSeconds: number;
  readonly series: number;
  readonly samples: number;
}

/** How long a group of rules takes by the clock, which is short only where nothing else runs. */
export interface GroupTime {
  readonly name: string;
  readonly rules: number;
  /** The longest of the evaluations that were looked at. */
  readonly longestSeconds: number;
  readonly lastSeconds: number;
}

/** Reads what a Prometheus takes now, from its own page and from /proc. */
export async function takenBy(prometheus: RunningPrometheus): Promise<Taken> {
  const page = await ownPage(prometheus);
  return {
    residentBytes: residentBytes(prometheus.pid),
    heapBytes: sumOf(page, "go_memstats_heap_inuse_bytes"),
    cpuSeconds: sumOf(page, "process_cpu_seconds_total"),
    series: sumOf(page, "prometheus_tsdb_head_series"),
    // there from the first sample on
    samples: page
      .filter(({ name }) => name === "prometheus_tsdb_head_samples_appended_total")
      .reduce((sum, { value }) => sum + value, 0),
  };
}

/** Follows how long each group of rules takes: `look` now and then, `times` in the end. */
export function followGroups(prometheus: RunningPrometheus): {
  look(): Promise<void>;
  times(): readonly GroupTime[];
} {
  const groups = new Map<string, GroupTime>();
  return {
    look: async () => {
      const page = await ownPage(prometheus);
      for (const { name, labels, value } of page) {
        if (name !== "prometheus_rule_group_last_duration_seconds") continue;
        const group = labels["rule_group"] ?? "";
        const rules = page.find(
          (one) => one.name === "prometheus_rule_group_rules" && one.labels["rule_group"] === group,
        );
        groups.set(group, {
          name: group.replace(/^.*;/, ""),
          rules: rules?.value ?? 0,
          lastSeconds: value,
          longestSeconds: Math.max(value, groups.get(group)?.longestSeconds ?? 0),
        });
      }
    },
    times: () => [...groups.values()],
  };
}

/** What one evaluation of a group of rules takes of the processor, whatever else runs. */
export interface GroupCost {
  readonly name: string;
  readonly processorMs: number;
}

/**
 * Asks the expressions of every group `times` times as queries, and gives what that took of the
 * processor beyond what Prometheus takes anyway.
 */
export async function costOfGroups(
  prometheus: RunningPrometheus,
  times: number,
): Promise<readonly GroupCost[]> {
  const { data } = await askJson<RulesAnswer>(`${prometheus.url}/api/v1/rules`);
  const anyway = await shareTaken(prometheus.pid, 15_000);
  const costs: GroupCost[] = [];
  for (const { name, rules } of data.groups) {
    const startedMs = performance.now();
    const before = processorMs(prometheus.pid);
    for (let time = 0; time < times; time += 1) {
      for (const { query } of rules) await prometheus.query(query);
    }
    const taken = processorMs(prometheus.pid) - before;
    const own = taken - anyway * (performance.now() - startedMs);
    costs.push({ name, processorMs: Math.max(0, own) / times });
  }
  return costs;
}

interface RulesAnswer {
  readonly data: {
    readonly groups: readonly {
      readonly name: string;
      readonly rules: readonly { readonly query: string }[];
    }[];
  };
}

/** The share of a core that a process takes over some time. */
async function shareTaken(pid: number, overMs: number): Promise<number> {
  const startedMs = performance.now();
  const before = processorMs(pid);
  await waitFor(
    "the time to have passed",
    () => performance.now() > startedMs + overMs,
    2 * overMs,
  );
  return (processorMs(pid) - before) / (performance.now() - startedMs);
}

/** User and system time of a process since its start; the kernel counts it in steps of 10 ms. */
function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function ownPage(prometheus: RunningPrometheus): Promise<MetricsPage> {
  return readMetrics((await ask(`${prometheus.url}/metrics`)).body);
}

/** Throws when there is no such sample: what is absent is not zero. */
function sumOf(page: MetricsPage, name: string): number {
  const samples = page.filter((one) => one.name === name);
  if (samples.length === 0) throw new Error(`Prometheus has no ${name}`);
  return samples.reduce((sum, { value }) => sum + value, 0);
}

function residentBytes(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kib === undefined) throw new Error(`no VmRSS of ${pid}`);
  return Number(kib) * 1024;
}
