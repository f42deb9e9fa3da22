import { type EndingPlan, noAttempts, type RemediationRecord } from "../model/remediation.ts";
import {
  type ActingOptions,
  type ActingTold,
  passingReasons,
  type PidfileRepair,
  type RemediateActor,
  type ThingsToDo,
} from "../model/remediate-actor.ts";
import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import { createHands } from "../act/hands.ts";
import { resetBreaker } from "../detect/breaker.ts";
import {
  ageOfFinding,
  type Standing,
  standingMs,
  standingOf,
  targetKey,
} from "../detect/standing.ts";
import { readRemediations, unfinishedRemediations } from "../history/remediation-files.ts";
import {
  pauseOf,
  readRemediationState,
  writeRemediationState,
} from "../history/remediation-state.ts";
import { remediationFolder } from "../history/remediation-places.ts";
import { createEyes } from "../probe/eyes.ts";
import { createFailureLog } from "../probe/failures.ts";
import { readBootId } from "./boot-id.ts";
import { systemClock } from "./clock.ts";
import { lookForActing } from "./look.ts";
import { reasonOf } from "./remediation-lock.ts";
import { planRepairs, repairPidfiles } from "./pidfile-repairer.ts";
import { checkedPlans } from "./remediation-checks.ts";
import type { ActingLook, RemediationParts } from "./remediation-parts.ts";
import { remediationRound } from "./remediation-round.ts";

/** While something only has to last longer, it is looked at this often. */
const LOOK_EVERY_MS = 1_000;
/** What passes by waiting takes no longer, beside the time that the settings ask for. */
const PASSING_MS = 10_000;

/** What `onemaster remediate` acts through: a person's own attempts, on this host. */
export function createActor(): RemediateActor {
  let standing: Standing = new Map();

  function partsFor(settings: Settings, dryRun: boolean): RemediationParts {
    return {
      settings: settings.remediation,
      sockets: settings.sockets,
      calledOff: () => pauseOf(settings.stateDir),
      stateDir: settings.stateDir,
      bootId: readBootId(),
      by: "person",
      dryRun,
      eyes: createEyes({ procRoot: "/proc", log: createFailureLog() }),
      hands: createHands(),
      clock: {
        wallMs: systemClock.wallMs,
        monotonicMs: systemClock.monotonicMs,
        sleep,
      },
      async look() {
        const look = await lookForActing(settings);
        standing = standingOf(standing, look.report, systemClock.monotonicMs());
        return look;
      },
      standingMs: (plan, report) => longest(plan, report, standing),
    };
  }

  return {
    async plan(settings) {
      const parts = partsFor(settings, true);
      const look = await parts.look();
      const plans = await checkedPlans(look, parts);
      return {
        report: ownPart(look),
        plans,
        repairs: repairsIn(look, settings),
        ...(await recordsIn(settings.stateDir)),
      };
    },
    async act(settings, options, told) {
      const parts = partsFor(settings, options.dryRun);
      const release = holdSignals(told);
      try {
        const records = await endAll(parts, options, told);
        if (settings.remediation.repairPidfile && !options.signal.aborted) {
          await repairAll(parts, told);
        }
        return records;
      } finally {
        release();
      }
    },
    async unfinished({ stateDir }) {
      return (await recordsIn(stateDir)).unfinished.map(({ id }) => id);
    },
    async resetBreaker({ stateDir }) {
      const state = await readRemediationState(stateDir);
      // what cannot be read is replaced: a person says that it has been looked at
      const was = state.ok ? state.value : undefined;
      await writeRemediationState(stateDir, resetBreaker(was ?? noAttempts));
      return { was };
    },
  };
}

/** Those that are asked for; the others were looked at for what they tell about these. */
function ownPart({ report, paths }: ActingLook): Report {
  return { ...report, sockets: report.sockets.filter(({ path }) => paths.has(path)) };
}

async function recordsIn(stateDir: string): Promise<Pick<ThingsToDo, "unfinished" | "unread">> {
  try {
    const stored = await readRemediations(stateDir);
    const unread = stored.unread.map(({ path, reason }) => `${path}: ${reason}`);
    return { unfinished: unfinishedRemediations(stored), unread };
  } catch (error) {
    return { unfinished: [], unread: [`${remediationFolder(stateDir)}: ${reasonOf(error)}`] };
  }
}

async function repairAll(parts: RemediationParts, told: ActingTold): Promise<void> {
  for (const { repair, done, text } of await repairPidfiles(parts)) {
    if (done || (parts.dryRun && repair.refusals.length === 0)) told.repaired(repair.path, text);
    else told.notRepaired(repair.path, text);
  }
}

/**
 * While a group is being ended, no key and no lost terminal stops it halfway: its master would
 * stay stopped. What asked to stop first still ends it between two groups. A person is told once
 * what is going on; TTIN and TTOU are the kernel's own, and to a lost terminal nothing is said.
 */
function holdSignals({ waiting }: ActingTold): () => void {
  const told = new Set<string>();
  function tellOnce(text: string): void {
    if (told.has(text)) return;
    told.add(text);
    waiting(text);
  }
  const stops = (): void => tellOnce("for the group under way to be ended; then it stops");
  const goesOn = (): void =>
    tellOnce("for the group under way to be ended, not to be left halfway; Ctrl-C stops after it");
  const holds = [
    ["SIGINT", stops],
    ["SIGTERM", stops],
    ["SIGQUIT", goesOn],
    ["SIGTSTP", goesOn],
    ["SIGHUP", () => undefined],
    ["SIGTTIN", () => undefined],
    ["SIGTTOU", () => undefined],
  ] as const;
  for (const [signal, hold] of holds) process.on(signal, hold);
  return () => {
    for (const [signal, hold] of holds) process.off(signal, hold);
  };
}

function repairsIn(
  { report, paths, units }: ActingLook,
  settings: Settings,
): readonly PidfileRepair[] {
  if (!settings.remediation.repairPidfile) return [];
  return planRepairs(report, units, settings.sockets).filter(({ socket }) => paths.has(socket));
}

/** By what the kernel tells of start times, or by what was seen by this very process. */
function longest(plan: EndingPlan, report: Report, standing: Standing): number | undefined {
  const known = [
    ageOfFinding(plan, report),
    standingMs(standing, plan, systemClock.monotonicMs()),
  ].filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Rounds until no group is left to end; each group is tried once. */
async function endAll(
  parts: RemediationParts,
  { signal }: ActingOptions,
  told: ActingTold,
): Promise<readonly RemediationRecord[]> {
  const records: RemediationRecord[] = [];
  const tried = new Set<string>();
  const giveUpMs = parts.clock.monotonicMs() + parts.settings.confirmForMs + PASSING_MS;
  while (!signal.aborted) {
    const { result, recovered } = await remediationRound(
      parts,
      (plan) => !tried.has(targetKey(plan)),
      told,
    );
    records.push(...recovered.records);
    for (const { record, why } of recovered.left) {
      told.waiting(`attempt ${record.id} is unfinished and had to be left as it is: ${why}`);
    }
    if (result.kind === "nothing") return records;
    if (result.kind === "attempted") {
      records.push(result.record);
      tried.add(targetKey(result.record.plan));
    } else if (result.plans.some(passes) && parts.clock.monotonicMs() < giveUpMs) {
      told.waiting(waitingFor(result.plans.filter(passes)));
      await parts.clock.sleep(LOOK_EVERY_MS);
    } else {
      for (const plan of result.plans) told.refused(plan);
      return records;
    }
  }
  return records;
}

function passes({ refusals }: EndingPlan): boolean {
  return refusals.every(({ reason }) => passingReasons.includes(reason));
}

function waitingFor(plans: readonly EndingPlan[]): string {
  return plans.flatMap(({ refusals }) => refusals.map(({ why }) => why)).join("; ");
}

/** Keeps the process alive, which the clock's own timers do not. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
