import type { RemediateActor } from "../model/remediate-actor.ts";
import type { Settings } from "../model/settings.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { type CommonOptions, effectiveSettings } from "./common-options.ts";
import { ExitCode } from "./exit-code.ts";
import { breakerText, remediationJson, thingsText } from "./remediate-answers.ts";
import { carryOut, remediateFailed } from "./remediate-carry-out.ts";
import type { RemediateStyle } from "./remediate-style.ts";
import type { Surroundings } from "./surroundings.ts";
import { textStyleFor } from "./text-style.ts";
import { UsageError } from "./usage-error.ts";

/** Options of `onemaster remediate`. */
export interface RemediateOptions {
  /** End what may be ended; without it the plan is printed. */
  readonly yes: boolean;
  /** Walk through all of it, and change nothing. */
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Close the breaker, and nothing else. */
  readonly resetBreaker: boolean;
}

function refuseContradictions({ yes, dryRun, json, resetBreaker }: RemediateOptions): void {
  if (yes && dryRun) {
    throw new UsageError("--yes ends groups and --dry-run ends none; write one of them");
  }
  const [beside] = [
    ...(yes ? ["--yes"] : []),
    ...(dryRun ? ["--dry-run"] : []),
    ...(json ? ["--json"] : []),
  ];
  if (resetBreaker && beside !== undefined) {
    throw new UsageError(
      `--reset-breaker stands alone; leave ${beside} out, and write it in a second command`,
    );
  }
}

async function printPlan(
  settings: Settings,
  style: RemediateStyle,
  { json }: RemediateOptions,
  { stdout, stderr }: Surroundings,
  actor: RemediateActor,
): Promise<number> {
  const things = await actor.plan(settings);
  for (const text of things.unread ?? []) stderr.write(`onemaster: ${escapeUnprintable(text)}\n`);
  const done = { records: things.unfinished, repaired: [] };
  stdout.write(json ? remediationJson(things, done) : thingsText(things, style));
  return ExitCode.ok;
}

async function closeBreaker(
  settings: Settings,
  { stdout, stderr }: Surroundings,
  actor: RemediateActor,
): Promise<number> {
  try {
    stdout.write(breakerText((await actor.resetBreaker(settings)).was));
    return ExitCode.ok;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    stderr.write(`onemaster: the breaker is left as it is: ${escapeUnprintable(why)}\n`);
    return remediateFailed;
  }
}

/**
 * `onemaster remediate`: what would be ended and how, or why not; with `--yes` it is carried
 * out, with `--dry-run` walked through. Data goes to stdout, what it waits for and every reason
 * why something was not done to stderr. Gives `ExitCode.ok` or `remediateFailed`.
 */
export async function remediateCommand(
  common: CommonOptions,
  options: RemediateOptions,
  surroundings: Surroundings,
  actor: RemediateActor,
): Promise<number> {
  refuseContradictions(options);
  const settings = await effectiveSettings(common, surroundings);
  const style = { ...textStyleFor(common, surroundings), config: common.config };
  if (options.resetBreaker) return closeBreaker(settings, surroundings, actor);
  if (!options.yes && !options.dryRun) {
    return printPlan(settings, style, options, surroundings, actor);
  }
  return carryOut(settings, options, style, surroundings, actor);
}
