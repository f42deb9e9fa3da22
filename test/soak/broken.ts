import type { CycleRecord } from "./lane.ts";
import type { SoakOptions } from "./run.ts";

const shownCycles = 12;

/** Why a run broke, its last cycles, and how to repeat it. */
export function brokenText(
  error: unknown,
  records: readonly CycleRecord[],
  { cycles, releases, seed }: Omit<SoakOptions, "json">,
): string {
  const last = records.slice(-shownCycles).map(recordText);
  const again = `npm run soak -- --cycles ${cycles} --releases ${releases.join()} --seed ${seed}`;
  return [
    `soak: the run broke after ${records.length} cycles: ${errorText(error)}`,
    ...(last.length === 0 ? [] : ["the last cycles:", ...last]),
    `to repeat it: ${again}`,
    "",
  ].join("\n");
}

function recordText({ host, kind, startedAt, tookMs, outcome }: CycleRecord): string {
  const how = outcome instanceof Error ? `failed: ${outcome.message}` : outcome;
  return `  ${startedAt} ${host} ${kind} ${tookMs} ms, ${how}`;
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.cause === undefined ? error.message : `${error.message}: ${errorText(error.cause)}`;
}
