import { effectiveSettings, type CommonOptions } from "./common-options.ts";
import { checkReport } from "./check-line.ts";
import type { Surroundings } from "./surroundings.ts";

/** `onemaster check`: one look; prints the line of a plug-in, or the report with `json`, and gives its state. */
export async function checkCommand(
  common: CommonOptions,
  { json }: { readonly json: boolean },
  surroundings: Surroundings,
): Promise<number> {
  const settings = await effectiveSettings(common, surroundings);
  const report = await surroundings.look(settings);
  const { state, line } = checkReport(report, settings.memory.orphanWarnRatio);
  surroundings.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : `${line}\n`);
  return state;
}
