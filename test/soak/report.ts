import type { MetricsPage } from "../support/metrics.ts";
import { type AgentCost, costOf, type ScanCounts, scanCounts } from "./cost.ts";
import type { Rules } from "./judge.ts";
import type { CycleRecord } from "./lane.ts";
import type { CycleKind } from "./plan.ts";
import { type Evidence, type Tally, tally } from "./tally.ts";

/** All that a run has gathered on one host. */
export interface HostEvidence extends Evidence {
  readonly release: string;
  readonly records: readonly CycleRecord[];
  /** The first, the last, and some between, in their order. */
  readonly pages: readonly MetricsPage[];
  /** When the agent had started, in milliseconds since 1970. */
  readonly readyMs: number;
  /** The agent's verdict after the last cycle. */
  readonly lastVerdict: string;
}

/** How cycles of one kind went. */
export interface KindCount {
  readonly cycles: number;
  /** Of these, those after which nothing ran, and the service was started once more. */
  readonly down: number;
  readonly meanMs: number;
}

/** What a run says of one host. */
export interface HostReport {
  readonly release: string;
  readonly cycles: Readonly<Partial<Record<CycleKind, KindCount>>>;
  readonly tally: Tally;
  readonly scans: ScanCounts;
  readonly cost: AgentCost;
  readonly lastVerdict: string;
  /** Cycles that were cut short, after which nothing is known of what should be. */
  readonly cut: number;
  readonly truth: { readonly looks: number; readonly longestGapMs: number };
}

/** What a run says. */
export interface SoakReport {
  readonly seed: number;
  /** Asked for, and done. */
  readonly asked: number;
  readonly done: number;
  readonly tookMs: number;
  readonly rules: Rules;
  readonly hosts: readonly HostReport[];
  readonly false: number;
  readonly missed: number;
  readonly errors: number;
  /** No claim false, no duplicate missed, no error, and every agent at rest in the end. */
  readonly sound: boolean;
}

/** Puts a report together from what was gathered. */
export function soakReport(
  hosts: readonly HostEvidence[],
  { rules, ...run }: Pick<SoakReport, "seed" | "asked" | "tookMs" | "rules">,
): SoakReport {
  const reports = hosts.map((host) => hostReport(host, rules));
  const all = reports.map((report) => report.tally);
  const wrong = {
    false: sum(
      all.map(({ doubts }) => doubts.filter(({ standing }) => standing === "false").length),
    ),
    missed: sum(all.map(({ missed }) => missed)),
    errors: sum(all.map(({ errors }) => errors.length)),
  };
  const atRest = reports.every(({ lastVerdict, cut }) => cut > 0 || lastVerdict === "one-master");
  return {
    ...run,
    rules,
    done: sum(hosts.map(({ records }) => records.filter(isDone).length)),
    hosts: reports,
    ...wrong,
    sound: atRest && wrong.false + wrong.missed + wrong.errors === 0,
  };
}

function hostReport(host: HostEvidence, rules: Rules): HostReport {
  const { release, records, ticks, pages, readyMs, lastVerdict } = host;
  const last = pages.at(-1);
  if (last === undefined) {
    throw new Error(`${release}: no metrics page was fetched`);
  }
  return {
    release,
    cycles: kindCounts(records.filter(isDone)),
    tally: tally(host, rules),
    scans: scanCounts(last),
    cost: costOf(ticks, pages, readyMs),
    lastVerdict,
    cut: records.filter((record) => !isDone(record)).length,
    truth: {
      looks: sum(ticks.map(({ looks }) => looks)),
      longestGapMs: Math.max(0, ...ticks.map(({ longestGapMs }) => longestGapMs)),
    },
  };
}

function isDone({ outcome }: CycleRecord): boolean {
  return !(outcome instanceof Error);
}

function kindCounts(records: readonly CycleRecord[]): HostReport["cycles"] {
  const kinds = [...new Set(records.map(({ kind }) => kind))];
  return Object.fromEntries(
    kinds.map((kind) => {
      const own = records.filter((one) => one.kind === kind);
      const down = own.filter(({ outcome }) => outcome === "down").length;
      const meanMs = sum(own.map(({ tookMs }) => tookMs)) / own.length;
      return [kind, { cycles: own.length, down, meanMs }];
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
