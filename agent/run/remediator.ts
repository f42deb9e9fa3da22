import type { EndingPlan, RemediationMode, RemediationRecord } from "../model/remediation.ts";
import type { Report } from "../model/report.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { endingPlans } from "../detect/ending-plans.ts";
import { neededForPlan } from "../detect/handing-over.ts";
import { type Standing, standingMs, standingOf, targetKey } from "../detect/standing.ts";
import { pauseOf } from "../history/remediation-state.ts";
import type { AttemptTold, ByItselfParts, RemediationParts } from "./remediation-parts.ts";
import { recoveryRound, remediationRound, type Round } from "./remediation-round.ts";
import { leftLog, refusalLog, stepLog } from "./remediation-log.ts";

/** What the remediator works with. */
export interface RemediatorParts extends ByItselfParts {
  /** True while attempts are known that have no outcome. */
  readonly unfinished: () => boolean;
  /** Asks for a scan that nobody waits for, so many milliseconds from now. */
  readonly scanAfter: (ms: number) => void;
}

/** Ends groups by itself, one a round, as the settings' mode allows. */
export interface Remediator {
  /** Takes a scan; may finish or undo what was left, in every mode, or begin a round, which goes on in the background. */
  scanned(report: Report, units: UnitsSeen | undefined): void;
  /** Waits for the round under way, if there is one. */
  idle(): Promise<void>;
  /** Begins no more rounds, and waits for the one under way. */
  stop(): Promise<void>;
}

/** From the end of one round to the next: the host, and whoever watches, shall come to rest. */
const PAUSE_MS = 10_000;
/** What could not be ended is looked at again after this time. */
const AGAIN_MS = 15_000;
/** A scan that is waited for comes a moment after the time is up. */
const SLACK_MS = 50;

/** A remediator that has seen nothing yet. */
export function createRemediator(parts: RemediatorParts): Remediator {
  const { clock, logger, metrics } = parts;
  let standing: Standing = new Map();
  let running: Promise<void> | undefined;
  let restUntilMs = -Infinity;
  let takeUpFromMs = -Infinity;
  let stopped = false;
  /** Targets that a dry run has walked through: once is enough. */
  const walked = new Set<string>();
  const refusals = refusalLog(logger, metrics);
  const tellLeft = leftLog(logger);

  const told: AttemptTold = {
    planned: (plan) => logger.warn({ plan }, planned(plan, parts.settings().remediation.mode)),
    step: (step) => stepLog(logger, step),
    finished: over,
  };

  function roundParts(): RemediationParts {
    const settings = parts.settings();
    return {
      settings: settings.remediation,
      sockets: settings.sockets,
      calledOff: () => pauseOf(settings.stateDir) ?? modeChanged(settings.remediation.mode),
      stateDir: settings.stateDir,
      bootId: parts.bootId,
      by: "agent",
      dryRun: settings.remediation.mode === "dry-run",
      eyes: parts.eyes,
      hands: parts.hands,
      clock: {
        wallMs: clock.wallMs,
        monotonicMs: clock.monotonicMs,
        // not one of the clock's timers: a round must keep the process alive
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      },
      look: parts.look,
      standingMs: (plan) => standingMs(standing, plan, clock.monotonicMs()),
    };
  }

  function modeChanged(before: RemediationMode): string | undefined {
    const { mode } = parts.settings().remediation;
    return mode === before ? undefined : `remediation.mode is ${mode} now`;
  }

  async function round(): Promise<void> {
    const now = roundParts();
    const wanted = (plan: EndingPlan): boolean => !now.dryRun || !walked.has(targetKey(plan));
    after(await remediationRound(now, wanted, told));
  }

  function after({ result, recovered }: Round): void {
    tellLeft(recovered);
    switch (result.kind) {
      case "nothing":
        restUntilMs = clock.monotonicMs() + PAUSE_MS;
        break;
      case "refused":
        refusals.refused(result.plans);
        restUntilMs = clock.monotonicMs() + AGAIN_MS;
        parts.scanAfter(AGAIN_MS + SLACK_MS);
        break;
      case "attempted":
        if (result.record.outcome === "dry-run") walked.add(targetKey(result.record.plan));
        restUntilMs = clock.monotonicMs() + PAUSE_MS;
        parts.scanAfter(PAUSE_MS + SLACK_MS);
        break;
    }
  }

  function over(record: RemediationRecord): void {
    const { outcome, plan, memory } = record;
    if (outcome === null) return;
    const freedBytes = outcome === "ended" ? (memory.predictedBytes ?? 0) : 0;
    metrics.countRemediation(plan.socket, { kind: "attempt", outcome, freedBytes });
    const level = outcome === "failed" ? "error" : "warn";
    const facts = { remediation: record.id, outcome, memory };
    logger[level](facts, `${plan.socket}: ${record.ending ?? outcome}`);
  }

  /** Begins a round, unless one is under way or it is too soon. */
  function begin(): void {
    if (running !== undefined || stopped || clock.monotonicMs() < restUntilMs) return;
    inBackground(round());
  }

  /** In every mode: a master that an attempt left stopped is to be seen to. */
  function takeUp(): void {
    if (running !== undefined || stopped || clock.monotonicMs() < takeUpFromMs) return;
    takeUpFromMs = clock.monotonicMs() + AGAIN_MS;
    inBackground(recoveryRound(roundParts(), told).then(tellLeft));
  }

  function inBackground(work: Promise<void>): void {
    running = work
      .catch((error: unknown) => {
        restUntilMs = clock.monotonicMs() + AGAIN_MS;
        logger.error({ err: error }, "a remediation ended with an error of its own");
      })
      .finally(() => {
        running = undefined;
      });
  }

  return {
    scanned(report, units) {
      standing = standingOf(standing, report, clock.monotonicMs());
      const { mode, confirmForMs, graceMs } = parts.settings().remediation;
      if (parts.unfinished()) takeUp();
      if (mode === "off" || units === undefined) return;
      const plans = endingPlans({ report, units, bootId: parts.bootId, graceMs });
      const ages = plans.map((plan) => ({
        plan,
        leftMs:
          neededForPlan(plan, report, confirmForMs) -
          (standingMs(standing, plan, clock.monotonicMs()) ?? 0),
      }));
      const due = ages.filter(({ leftMs }) => leftMs <= 0).map(({ plan }) => plan);
      refusals.seen(plans, due);
      const ready = due.filter(({ refusals: against }) => against.length === 0);
      if (ready.some((plan) => mode === "on" || !walked.has(targetKey(plan)))) begin();
      const young = ages.filter(({ leftMs }) => leftMs > 0);
      if (young.length > 0) {
        parts.scanAfter(Math.min(...young.map(({ leftMs }) => leftMs)) + SLACK_MS);
      }
    },
    async idle() {
      await running;
    },
    async stop() {
      stopped = true;
      if (running !== undefined) logger.info("waiting for the remediation under way");
      await running;
    },
  };
}

function planned({ socket, role, master, workers }: EndingPlan, mode: RemediationMode): string {
  const whom = master === null ? `${workers.length} workers` : `master ${master.pid}`;
  return `${socket}: ${mode === "dry-run" ? "a dry run of ending" : "ending"} the ${role} ${whom}`;
}
