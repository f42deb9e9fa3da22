import type { CutoverFlags } from "../model/cutover-flags.ts";
import { type CutoverPlan, isAlreadyNative } from "../model/cutover-plan.ts";
import type { CutoverActor, CutoverEnd } from "../model/cutover-actor.ts";
import type { CutoverRecord, CutoverTold } from "../model/cutover-record.ts";
import type { Settings } from "../model/settings.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { type CommonOptions, effectiveSettings } from "./common-options.ts";
import { cutoverEndText, cutoverStepLine, rollbackPlanText } from "./cutover-record-text.ts";
import { ExitCode } from "./exit-code.ts";
import type { Surroundings } from "./surroundings.ts";
import { type TextStyle, textStyleFor } from "./text-style.ts";
import { createVoice, type Voice } from "./voice.ts";

/** How `cutover apply --yes` and `cutover rollback --yes` end when it was refused or failed. */
const cutoverFailed = 1;

/** Options of `onemaster cutover rollback`. */
export interface CutoverRollbackOptions {
  /** The unit that was taken over; undefined: the only one there is. */
  readonly unit: string | undefined;
  /** Without it, what would be done is printed. */
  readonly yes: boolean;
  readonly json: boolean;
}

/**
 * `cutover apply --yes`: carries the cutover out and prints each step as it is over. Gives
 * `ExitCode.ok` when the native unit serves or already did, else 1 with the reason on stderr.
 */
export async function cutoverApplyCommand(
  common: CommonOptions,
  flags: CutoverFlags,
  { json }: { readonly json: boolean },
  surroundings: Surroundings,
  actor: CutoverActor,
): Promise<number> {
  const settings = await effectiveSettings(common, surroundings);
  return await carryOut(common, json, surroundings, (told, signal) =>
    actor.apply(settings, flags, { signal }, told),
  );
}

/**
 * `cutover rollback`: what it would do, or with `--yes` does it. Gives `ExitCode.ok` when what was
 * before serves, or nothing was to do, else 1 with the reason on stderr.
 */
export async function cutoverRollbackCommand(
  common: CommonOptions,
  { unit, yes, json }: CutoverRollbackOptions,
  surroundings: Surroundings,
  actor: CutoverActor,
): Promise<number> {
  const settings = await effectiveSettings(common, surroundings);
  if (!yes) return await printRollback(common, settings, unit, json, surroundings, actor);
  return await carryOut(common, json, surroundings, (told, signal) =>
    actor.rollback(settings, unit, { signal }, told),
  );
}

async function printRollback(
  common: CommonOptions,
  settings: Settings,
  unit: string | undefined,
  json: boolean,
  surroundings: Surroundings,
  actor: CutoverActor,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  const last = await actor.last(settings, unit);
  switch (last.kind) {
    case "unread":
      stderr.write(`onemaster: ${escapeUnprintable(last.why)}\n`);
      return cutoverFailed;
    case "none":
      if (json) stdout.write(`${JSON.stringify({ schema: 1, record: null }, undefined, 2)}\n`);
      else stdout.write(`nothing to roll back: ${escapeUnprintable(last.why)}\n`);
      return ExitCode.ok;
    case "found": {
      const { record } = last;
      const against = isBack(record) ? undefined : await actor.against(settings, record);
      if (json) {
        const document = { schema: 1, record, against: against ?? null };
        stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
      } else if (isBack(record)) stdout.write(`${nothingText(record)}\n`);
      else stdout.write(rollbackPlanText(record, against, textStyleFor(common, surroundings)));
      return ExitCode.ok;
    }
  }
}

/** True where the init script is back already. */
function isBack({ outcome }: CutoverRecord): boolean {
  return outcome === "undone" || outcome === "rolled-back";
}

function nothingText({ unit, endedAt, ending }: CutoverRecord): string {
  const when = endedAt === null ? "" : ` since ${endedAt}`;
  return escapeUnprintable(`nothing to do: ${unit} is as before${when}: ${ending ?? ""}`);
}

async function carryOut(
  common: CommonOptions,
  json: boolean,
  surroundings: Surroundings,
  work: (told: CutoverTold, signal: AbortSignal) => Promise<CutoverEnd>,
): Promise<number> {
  const voice = createVoice(surroundings);
  const style = textStyleFor(common, surroundings);
  const told = tellerOf(json, style, surroundings, voice);
  let end: CutoverEnd;
  try {
    end = await work(told, surroundings.stopSignal());
  } finally {
    voice.release();
  }
  const exitCode = tellEnd(end, json, style, voice);
  const lost = await voice.lost();
  if (lost === undefined) return exitCode;
  voice.err(`onemaster: not all output could be written: ${lost}\n`);
  return cutoverFailed;
}

/** For programs stdout has one document; who sits at a terminal still sees it go on. */
function tellerOf(
  json: boolean,
  style: TextStyle,
  { stderr }: Surroundings,
  voice: Voice,
): CutoverTold {
  const watched = !json || stderr.isTerminal;
  return {
    step(step) {
      if (step.result === "begun") return;
      const line = cutoverStepLine(step, style);
      if (!json) voice.out(line);
      else if (watched) voice.err(line);
    },
    note(text) {
      if (watched) voice.err(`onemaster: ${escapeUnprintable(text)}\n`);
    },
  };
}

function tellEnd(end: CutoverEnd, json: boolean, style: TextStyle, { out, err }: Voice): number {
  const document = (value: object): void => {
    if (json) out(`${JSON.stringify({ schema: 1, ...value }, undefined, 2)}\n`);
  };
  switch (end.kind) {
    case "not-ready":
      document({ plan: withoutSecrets(end.plan) });
      return tellNotReady(end, json, { out, err });
    case "nothing":
      document({ nothing: end.text });
      if (!json) out(`nothing to do: ${escapeUnprintable(end.text)}\n`);
      return ExitCode.ok;
    case "refused":
      document({ refused: end.why });
      err(`onemaster: ${unchanged(end)}: ${escapeUnprintable(end.why)}\n`);
      return cutoverFailed;
    case "over": {
      const { record } = end;
      document({ record });
      if (!json) out(cutoverEndText(record, style));
      if (record.outcome === "done" || record.outcome === "rolled-back") return ExitCode.ok;
      err(`onemaster: ${escapeUnprintable(record.ending ?? "not finished")}\n`);
      return cutoverFailed;
    }
  }
}

/** What was left before may have been brought to an end first, and that was told. */
function unchanged({ changed = false }: { readonly changed?: boolean }): string {
  return changed ? "nothing more was changed" : "nothing was changed";
}

function tellNotReady(
  end: Extract<CutoverEnd, { kind: "not-ready" }>,
  json: boolean,
  { out, err }: Pick<Voice, "out" | "err">,
): number {
  const { plan } = end;
  const { refusals, questions } = plan;
  if (isAlreadyNative(plan)) {
    const [why = "the unit is native already"] = refusals.map((refusal) => refusal.why);
    if (!json) out(`nothing to do: ${escapeUnprintable(why)}\n`);
    return ExitCode.ok;
  }
  for (const { reason, why } of refusals) {
    err(`onemaster: ${unchanged(end)} (${reason}): ${escapeUnprintable(why)}\n`);
  }
  for (const { flag, guess, why } of questions) {
    const say = guess === null ? flag : `${flag} ${guess}`;
    err(`onemaster: ${unchanged(end)}: ${escapeUnprintable(`${why}: say ${say}`)}\n`);
  }
  return cutoverFailed;
}

/** Texts of files with secrets are shown to nobody. */
function withoutSecrets(plan: CutoverPlan): CutoverPlan {
  if (plan.target === null) return plan;
  const files = plan.target.files.map((file) => (file.secret ? { ...file, text: "" } : file));
  return { ...plan, target: { ...plan.target, files } };
}
