import { setTimeout as pause } from "node:timers/promises";
import type { Release } from "../testbed/test-host.ts";
import type { MetricsPage } from "../support/metrics.ts";
import type { Rules } from "./judge.ts";
import { type CycleRecord, runLane } from "./lane.ts";
import type { CycleKind, HostPlan } from "./plan.ts";
import type { HostEvidence } from "./report.ts";
import { type SoakedHost, startSoakedHost } from "./soaked-host.ts";

/** As Prometheus does by itself. */
const scrapeMs = 15_000;

/** What to do on one host. */
export interface HostTask {
  readonly release: Release;
  readonly plan: HostPlan;
  readonly rules: Rules;
  /** Every host's cycles, in the order in which they ended. */
  readonly records: CycleRecord[];
  /** No cycle begins once this is aborted. */
  readonly stop: AbortSignal;
}

/**
 * Starts a host, goes through its plan, and ends it. For the first half of the cycles the agent
 * finds the sockets by itself, for the second one its settings name them.
 */
export async function soakHost(task: HostTask): Promise<HostEvidence> {
  const { release, rules, records } = task;
  const soaked = await startSoakedHost(release, rules.confirmForMs);
  try {
    const pages: MetricsPage[] = [];
    const readyMs = Date.now();
    const done = new AbortController();
    const cycles = runPlan(soaked, task).finally(() => done.abort());
    const scrapes = scrape(soaked, pages, { done: done.signal, stop: task.stop });
    const working = Promise.all([cycles, scrapes]);
    await Promise.race([soaked.ended, working]);
    pages.push(await soaked.metrics());
    const lastVerdict = await soaked.lastVerdict();
    await soaked.stopAgent();
    await soaked.observer.lookedAgain();
    const { observations, ticks } = soaked.observer;
    checkTruth(release, ticks, rules);
    const own = records.filter(({ host }) => host === release);
    const seen = { observations, ticks, log: soaked.log, pages, readyMs, lastVerdict };
    return { release, records: own, ...seen };
  } finally {
    await soaked.host.stop();
  }
}

async function runPlan(soaked: SoakedHost, { plan, rules, ...task }: HostTask): Promise<void> {
  const context = {
    ...task,
    // up to a look's time goes by until it is seen, and another at its end
    lastingMs: rules.confirmForMs + rules.reactionMs + 100,
    briefMs: 0.3 * rules.confirmForMs,
  };
  const half = (kinds: readonly CycleKind[]): number => Math.ceil(kinds.length / 2);
  const both = async (part: (kinds: readonly CycleKind[]) => readonly CycleKind[]) => {
    await Promise.all(Object.values(plan).map((kinds) => runLane(part(kinds), soaked, context)));
  };
  await both((kinds) => kinds.slice(0, half(kinds)));
  if (!task.stop.aborted) {
    await soaked.configureSockets();
  }
  await both((kinds) => kinds.slice(half(kinds)));
}

async function scrape(
  soaked: SoakedHost,
  pages: MetricsPage[],
  { done, stop }: { readonly done: AbortSignal; readonly stop: AbortSignal },
): Promise<void> {
  while (!done.aborted) {
    try {
      pages.push(await soaked.metrics());
    } catch (error: unknown) {
      // a terminal's Ctrl-C also reaches the command that asks
      if (!stop.aborted) {
        throw error;
      }
    }
    // rejects when it is all over, which the loop sees
    await pause(scrapeMs, undefined, { signal: done }).catch(() => undefined);
  }
}

/** Where it did not look nothing can be missed and nothing be false. */
function checkTruth(release: Release, ticks: HostEvidence["ticks"], { confirmForMs }: Rules): void {
  const longestGapMs = Math.max(...ticks.map((tick) => tick.longestGapMs));
  if (longestGapMs >= confirmForMs / 2) {
    throw new Error(`${release}: the truth did not look for ${Math.round(longestGapMs)} ms`);
  }
}
