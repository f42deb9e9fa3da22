import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Hands } from "../../agent/model/acting.ts";
import type { EndingPlan, RemediationRecord } from "../../agent/model/remediation.ts";
import { carryOut, newRecord } from "../../agent/act/carry-out.ts";
import { createHands } from "../../agent/act/hands.ts";
import type { ActClock } from "../../agent/act/parts.ts";
import { pinFolder } from "../../agent/act/pinned-folder.ts";
import { realPathOf } from "../../agent/act/real-path.ts";
import { endingPlans } from "../../agent/detect/ending-plans.ts";
import { writeRemediation } from "../../agent/history/remediation-files.ts";
import { defaultSettings, socketAt } from "../../agent/model/settings-defaults.ts";
import { createEyes } from "../../agent/probe/eyes.ts";
import { createFailureLog } from "../../agent/probe/failures.ts";
import { readBootId } from "../../agent/run/boot-id.ts";
import { lookForActing } from "../../agent/run/look.ts";
import { lockForActing } from "../../agent/run/remediation-lock.ts";
import { recoveryRound } from "../../agent/run/remediation-round.ts";

/** A call that changes the host or the record, for people: `SIGTERM 17`, `link`, `keep`. */
export type OnCall = (call: string, when: "before" | "after") => void;

/** One group to be ended in this very process, with its calls watched. */
export interface Carry {
  readonly path: string;
  readonly stateDir: string;
  readonly graceMs: number;
  /** Absent: nothing happens. What it throws ends the attempt, as no surprise of the host does. */
  readonly onCall?: OnCall;
}

const clock: ActClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => sleep(ms),
};

/**
 * Makes the plan for the only group to be ended at a path. That its owner is too young is left
 * out, which would cost each attempt ten seconds; throws on any other reason against it.
 */
async function planAt({ path, stateDir, graceMs }: Carry): Promise<EndingPlan> {
  const look = await lookForActing({ ...defaultSettings, stateDir, sockets: [socketAt(path)] });
  const bootId = readBootId();
  const plans = endingPlans({ ...look, bootId, graceMs }).filter(({ socket }) => socket === path);
  const [plan, ...more] = plans;
  if (plan === undefined || more.length > 0) throw new Error(`${plans.length} plans at ${path}`);
  const refusals = plan.refusals.filter(({ reason }) => reason !== "owner-too-young");
  if (refusals.length > 0) throw new Error(JSON.stringify(refusals));
  return { ...plan, refusals };
}

/** Plans, takes the lock and carries the plan out, as a round of the agent does. */
export async function carryOutAt(carry: Carry): Promise<RemediationRecord> {
  const { stateDir, onCall = ignore } = carry;
  mkdirSync(stateDir, { recursive: true });
  const lock = await lockForActing(stateDir);
  if (lock.kind !== "taken") throw new Error(lock.refusal.why);
  try {
    const record = newRecord(await planAt(carry), "person", false, clock.wallMs());
    const keep = async (next: RemediationRecord): Promise<void> => {
      onCall("keep", "before");
      await writeRemediation(stateDir, next);
      onCall("keep", "after");
    };
    await keep(record);
    return await carryOut(record, {
      eyes: createEyes({ procRoot: "/proc", log: createFailureLog() }),
      hands: watched(createHands(), onCall),
      clock,
      realPath: realPathOf,
      folder: pinFolder,
      calledOff: () => undefined,
      keep,
      told: ignore,
    });
  } finally {
    await lock.release();
  }
}

/** Takes up what an agent that died has left, as the next one does when it starts. */
export async function recoverAt({ stateDir, graceMs }: Carry): ReturnType<typeof recoveryRound> {
  return await recoveryRound(
    {
      settings: { ...defaultSettings.remediation, graceMs },
      sockets: [],
      calledOff: () => undefined,
      stateDir,
      bootId: readBootId(),
      by: "agent",
      dryRun: false,
      eyes: createEyes({ procRoot: "/proc", log: createFailureLog() }),
      hands: createHands(),
      clock,
      look: () => Promise.reject(new Error("a recovery needs no look")),
      standingMs: () => undefined,
    },
    { planned: ignore, step: ignore, finished: ignore },
  );
}

function watched(hands: Hands, onCall: OnCall): Hands {
  function around<T>(call: string, made: () => T): T {
    onCall(call, "before");
    const result = made();
    onCall(call, "after");
    return result;
  }
  return {
    signal: (pid, signal) =>
      signal === 0
        ? hands.signal(pid, signal)
        : around(`${signal} ${pid}`, () => hands.signal(pid, signal)),
    link: (existing, added) => around("link", () => hands.link(existing, added)),
    unlink: (path) => around("unlink", () => hands.unlink(path)),
  };
}

function ignore(): void {
  // nobody wants to know
}
