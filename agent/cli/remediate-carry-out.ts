import type { ActingTold, RemediateActor, ThingsToDo } from "../model/remediate-actor.ts";
import type { EndingPlan, RemediationRecord } from "../model/remediation.ts";
import type { Settings } from "../model/settings.ts";
import { formatDuration } from "../parse/duration.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { ExitCode } from "./exit-code.ts";
import { remediationJson, type ThingsDone } from "./remediate-answers.ts";
import { groupName } from "./remediate-plan-text.ts";
import {
  failureText,
  leftText,
  notRepairedTexts,
  refusedTexts,
  unplannedTexts,
} from "./remediate-reasons.ts";
import { outcomeText, stepLine } from "./remediate-record-text.ts";
import { pidsText, type RemediateStyle } from "./remediate-style.ts";
import { plansText } from "./remediate-text.ts";
import type { Surroundings } from "./surroundings.ts";

/** How `remediate --yes` and `--dry-run` end when anything was refused or failed. */
export const remediateFailed = 1;

interface CarryOutOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** What was told while acting, kept for the answer at the end. */
interface Kept {
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
interface Teller extends ActingTold {
  /** Something was not done: why, on stderr. */
  fail(reasons: readonly string[]): void;
}

function groupKey({ socket, master, listenerInode }: EndingPlan): string {
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

function createTeller(
  kept: Kept,
  style: RemediateStyle,
  { dryRun, json }: CarryOutOptions,
  { stdout, stderr }: Surroundings,
): Teller {
  // for programs stdout has one document; who sits at a terminal still sees it go on
  function progress(text: string): void {
    if (!json) stdout.write(text);
    else if (stderr.isTerminal) stderr.write(text);
  }
  function fail(reasons: readonly string[]): void {
    kept.failed = true;
    for (const reason of reasons) stderr.write(`onemaster: ${escapeUnprintable(reason)}\n`);
  }
  function waiting(text: string): void {
    if (json && !stderr.isTerminal) return;
    // told again with every look; only how long it has lasted by then is new
    const what = text.replaceAll(/\d+(?:\.\d+)? ?(?:ms|s|m|h|seconds?)\b/g, "");
    if (what === waitedFor) return;
    waitedFor = what;
    stderr.write(`onemaster: waiting: ${escapeUnprintable(text)}\n`);
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

/** Says of everything that was to be done and was not heard of again that it was not done. */
function tellTheRest(
  { repairs, unfinished }: ThingsToDo,
  records: readonly RemediationRecord[],
  kept: Kept,
  teller: Teller,
): void {
  for (const record of records) if (!kept.records.has(record.id)) teller.finished(record);
  const left = unfinished.filter(({ id }) => !kept.records.has(id));
  for (const record of left) teller.fail([leftText(record)]);
  const unheard = repairs.filter(({ path }) => !kept.pidfiles.has(path));
  for (const repair of unheard) teller.fail(notRepairedTexts(repair));
}

/**
 * `remediate --yes` and `--dry-run`: ends what may be ended, or walks through it, and prints each
 * step as it is over. Gives `ExitCode.ok` when all is done or nothing was to do.
 */
export async function carryOut(
  settings: Settings,
  options: CarryOutOptions,
  style: RemediateStyle,
  surroundings: Surroundings,
  actor: RemediateActor,
): Promise<number> {
  const { stdout } = surroundings;
  const things = await actor.plan(settings);
  const { plans, repairs, unfinished, report } = things;
  const kept: Kept = {
    plans: new Map(plans.map((plan) => [groupKey(plan), plan])),
    repaired: [],
    pidfiles: new Set(),
    records: new Set(),
    failed: false,
  };
  const teller = createTeller(kept, style, options, surroundings);
  let records: readonly RemediationRecord[] = [];
  if (plans.length + repairs.length + unfinished.length > 0) {
    const signal = surroundings.stopSignal();
    records = await actor.act(settings, { dryRun: options.dryRun, signal }, teller);
    tellTheRest(things, records, kept, teller);
    if (signal.aborted) teller.fail(["told to stop before all was done"]);
  } else if (!options.json) stdout.write(plansText([], report, style));
  const more = [...(things.unread ?? []), ...unplannedTexts(things)];
  if (more.length > 0) teller.fail(more);
  if (options.json) {
    const { repaired } = kept;
    stdout.write(
      remediationJson({ ...things, plans: [...kept.plans.values()] }, { records, repaired }),
    );
  }
  return kept.failed ? remediateFailed : ExitCode.ok;
}
