import type { Release } from "../testbed/test-host.ts";
import { brokenText } from "./broken.ts";
import type { Rules } from "./judge.ts";
import type { CycleRecord } from "./lane.ts";
import { planCycles } from "./plan.ts";
import { showProgress } from "./progress.ts";
import { soakReport } from "./report.ts";
import { soakHost } from "./soak-host.ts";
import { asText } from "./table.ts";

/** What the command line asks for. */
export interface SoakOptions {
  readonly cycles: number;
  readonly releases: readonly Release[];
  readonly seed: number;
  readonly json: boolean;
}

/** A second after `confirm_for` is when a duplicate has to have been told to a person. */
const rules: Rules = { scanMs: 100, confirmForMs: 1_000, reactionMs: 1_000 };

/**
 * Puts hosts through cycles with the agent watching, and prints what it said against what was.
 * Promises the exit code: 0 sound, 1 not, 130 sound as far as it went before it was stopped, 70
 * the run itself broke.
 */
export async function runSoak(options: SoakOptions): Promise<number> {
  const { cycles, releases, seed, json } = options;
  const startedMs = performance.now();
  const stop = stopOnSignals();
  const records: CycleRecord[] = [];
  const plans = planCycles(cycles, releases.length, seed);
  const endProgress = showProgress(() => {
    const each = releases.map((release) => {
      return `${release} ${records.filter(({ host }) => host === release).length}`;
    });
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    return `soak: ${records.length} of ${cycles} cycles (${each.join(", ")}) after ${seconds} s`;
  });
  const hosts = plans.map((plan, index) => {
    const release = releases[index] ?? "bookworm";
    const working = soakHost({ release, plan, rules, records, stop: stop.signal });
    return working.catch((error: unknown) => {
      // the others need not go on
      stop.abort();
      throw error;
    });
  });
  const ended = await Promise.allSettled(hosts);
  endProgress();
  const failed = ended.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") {
    process.stderr.write(brokenText(failed.reason, records, options));
    return 70;
  }
  const gathered = ended.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const tookMs = performance.now() - startedMs;
  const report = soakReport(gathered, { seed, asked: cycles, tookMs, rules });
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : asText(report));
  if (!report.sound) {
    return 1;
  }
  return report.done < cycles ? 130 : 0;
}

/** npm passes on the Ctrl-C that a terminal gives to both of us. */
const sameSignalMs = 1_000;

/** Aborted by the first signal; another one ends us, and the keepers of the hosts clean up. */
function stopOnSignals(): AbortController {
  const stop = new AbortController();
  let firstMs = 0;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!stop.signal.aborted) {
        firstMs = performance.now();
        process.stderr.write(`\nsoak: ${signal}: ending with the cycles under way\n`);
        stop.abort();
      } else if (performance.now() - firstMs > sameSignalMs) {
        process.exit(130);
      }
    });
  }
  return stop;
}
