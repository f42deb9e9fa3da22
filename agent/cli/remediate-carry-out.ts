import type { RemediateActor, ThingsToDo } from "../model/remediate-actor.ts";
import type { RemediationRecord } from "../model/remediation.ts";
import type { Settings } from "../model/settings.ts";
import { ExitCode } from "./exit-code.ts";
import { remediationJson } from "./remediate-answers.ts";
import { leftText, notRepairedTexts, unplannedTexts } from "./remediate-reasons.ts";
import type { RemediateStyle } from "./remediate-style.ts";
import { createTeller, groupKey, type Kept, type Teller } from "./remediate-teller.ts";
import { plansText } from "./remediate-text.ts";
import type { Surroundings } from "./surroundings.ts";
import { createVoice, type Voice } from "./voice.ts";

/** How `remediate --yes` and `--dry-run` end when anything was refused or failed. */
export const remediateFailed = 1;

interface CarryOutOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** Says of everything that was to be done and was not heard of again that it was not done. */
function tellTheRest(
  { repairs, unfinished }: ThingsToDo,
  records: readonly RemediationRecord[],
  kept: Kept,
  teller: Teller,
  stillUnfinished: readonly string[],
): void {
  for (const record of records) if (!kept.records.has(record.id)) teller.finished(record);
  const left = unfinished.filter(({ id }) => !kept.records.has(id) && stillUnfinished.includes(id));
  for (const record of left) teller.fail([leftText(record)]);
  const unheard = repairs.filter(({ path }) => !kept.pidfiles.has(path));
  for (const repair of unheard) teller.fail(notRepairedTexts(repair));
}

/** Whoever relies on what was printed has to know that some of it was not. */
async function tellLoss(voice: Voice, teller: Teller, { stateDir }: Settings): Promise<void> {
  const why = await voice.lost();
  if (why === undefined) return;
  teller.fail([`not all output could be written: ${why}; ${stateDir} has the record`]);
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
  const voice = createVoice(surroundings);
  const things = await actor.plan(settings);
  const { plans, repairs, unfinished, report } = things;
  const kept: Kept = {
    plans: new Map(plans.map((plan) => [groupKey(plan), plan])),
    repaired: [],
    pidfiles: new Set(),
    records: new Set(),
    failed: false,
  };
  const watched = surroundings.stderr.isTerminal;
  const teller = createTeller(kept, style, { ...options, watched }, voice);
  let records: readonly RemediationRecord[] = [];
  if (plans.length + repairs.length + unfinished.length > 0) {
    const signal = surroundings.stopSignal();
    try {
      records = await actor.act(settings, { dryRun: options.dryRun, signal }, teller);
    } finally {
      voice.release();
    }
    // what was under way when this began may have been ended by whoever was at it
    const left = unfinished.length === 0 ? [] : await actor.unfinished(settings);
    tellTheRest(things, records, kept, teller, left);
    if (signal.aborted) teller.fail(["told to stop before all was done"]);
  } else if (!options.json) voice.out(plansText([], report, style));
  const more = [...(things.unread ?? []), ...unplannedTexts(things)];
  if (more.length > 0) teller.fail(more);
  if (options.json) {
    const { repaired } = kept;
    const all = { ...things, plans: [...kept.plans.values()] };
    voice.safely(() => voice.out(remediationJson(all, { records, repaired })));
  }
  await tellLoss(voice, teller, settings);
  return kept.failed ? remediateFailed : ExitCode.ok;
}
