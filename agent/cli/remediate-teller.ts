import type { ActingTold } from "../model/remediate-actor.ts";
import type { EndingPlan } from "../model/remediation.ts";
import { formatDuration } from "../parse/duration.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import type { ThingsDone } from "./remediate-answers.ts";
import { groupName } from "./remediate-plan-text.ts";
import { failureText, refusedTexts } from "./remediate-reasons.ts";
import { outcomeText, stepLine } from "./remediate-record-text.ts";
import { pidsText, type RemediateStyle } from "./remediate-style.ts";
import type { Voice } from "./voice.ts";

/** What a teller is told about whom it tells. */
export interface TellerOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  /** stderr is a terminal. */
  readonly watched: boolean;
}

/** What was told while acting, kept for the answer at the end. */
export interface Kept {
  /** By group; the plan that was told last holds. */
  readonly plans: Map<string, EndingPlan>;
  readonly repaired: ThingsDone["repaired"][number][];
  /** Paths of pidfiles that were spoken of. */
  readonly pidfiles: Set<string>;
  /** Ids of attempts that were told as finished. */
  readonly records: Set<string>;
  failed: boolean;
}

/** Acting as it is told here: what is printed, and what is kept. */
export interface Teller extends ActingTold {
  /** Something was not done: why, on stderr. */
  fail(reasons: readonly string[]): void;
}

/** Names a group of a plan for as long as it lives. */
export function groupKey({ socket, master, listenerInode }: EndingPlan): string {
  const group =
    master === null ? `listener ${listenerInode}` : `${master.pid}:${master.startTicks}`;
  return `${socket} ${group}`;
}

/** What the one step that may take long waits for; undefined where it need not wait. */
function patienceText(plan: EndingPlan | undefined): string | undefined {
  if (plan === undefined || plan.workers.length === 0) return undefined;
  const pids = pidsText(plan.workers.map(({ pid }) => pid));
  return `for workers ${pids} to finish their requests, ${formatDuration(plan.graceMs)} at most`;
}

/** Tells with this voice. Never throws. */
export function createTeller(
  kept: Kept,
  style: RemediateStyle,
  options: TellerOptions,
  voice: Voice,
): Teller {
  const teller = createBoldTeller(kept, style, options, voice);
  return {
    fail: (reasons) => voice.safely(() => teller.fail(reasons)),
    waiting: (text) => voice.safely(() => teller.waiting(text)),
    planned: (plan) => voice.safely(() => teller.planned(plan)),
    step: (step) => voice.safely(() => teller.step(step)),
    finished: (record) => voice.safely(() => teller.finished(record)),
    refused: (plan) => voice.safely(() => teller.refused(plan)),
    repaired: (path, text) => voice.safely(() => teller.repaired(path, text)),
    notRepaired: (path, why) => voice.safely(() => teller.notRepaired(path, why)),
  };
}

/** A teller that throws where a text cannot be made. */
function createBoldTeller(
  kept: Kept,
  style: RemediateStyle,
  { dryRun, json, watched }: TellerOptions,
  { out, err }: Voice,
): Teller {
  // for programs stdout has one document; who sits at a terminal still sees it go on
  function progress(text: string): void {
    if (!json) out(text);
    else if (watched) err(text);
  }
  function fail(reasons: readonly string[]): void {
    kept.failed = true;
    for (const reason of reasons) err(`onemaster: ${escapeUnprintable(reason)}\n`);
  }
  function waiting(text: string): void {
    if (json && !watched) return;
    // told again with every look; only how long it has lasted by then is new
    const what = text.replaceAll(/\d+(?:\.\d+)? ?(?:ms|s|m|h|seconds?)\b/g, "");
    if (what === waitedFor) return;
    waitedFor = what;
    err(`onemaster: waiting: ${escapeUnprintable(text)}\n`);
  }
  let ending: EndingPlan | undefined;
  let waitedFor: string | undefined;
  return {
    fail,
    waiting,
    planned(plan) {
      kept.plans.set(groupKey(plan), plan);
      ending = plan;
      const verb = dryRun ? "dry run, nothing is changed:" : "ending";
      const title = `${verb} ${groupName(plan)} on ${escapeUnprintable(plan.socket)}`;
      progress(`${style.colours.bold(title)}\n`);
    },
    step(step) {
      if (step.result !== "begun") return progress(stepLine(step, style));
      const patience = step.step === "end-workers" ? patienceText(ending) : undefined;
      if (patience !== undefined && !dryRun) waiting(patience);
    },
    finished(record) {
      kept.records.add(record.id);
      progress(`${outcomeText(record, style)}\n`);
      const failure = failureText(record);
      if (failure !== undefined) fail([failure]);
    },
    refused(plan) {
      kept.plans.set(groupKey(plan), plan);
      fail(refusedTexts(plan));
    },
    repaired(path, text) {
      kept.pidfiles.add(path);
      kept.repaired.push({ path, text });
      const line = text.includes(path) ? text : `${path}: ${text}`;
      progress(`pidfile: ${escapeUnprintable(line)}\n`);
    },
    notRepaired(path, why) {
      kept.pidfiles.add(path);
      fail([`${path} is not repaired: ${why}`]);
    },
  };
}
