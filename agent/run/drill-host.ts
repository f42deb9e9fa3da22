import { controlUnit } from "../act/unit-control.ts";
import { startMeter } from "../probe/meter.ts";
import { unitStory } from "../probe/unit-story.ts";
import { beginDrill } from "./drill-right.ts";
import { lookForSoundness } from "./sound-look.ts";

/** Longer than a unit may take by default to stop and to start again, twice 90 s. */
const CONTROL_PATIENCE_MS = 300_000;

/** What a drill does on this host. */
export const hostDrill = {
  begin: beginDrill,
  look: lookForSoundness,
  control: (verb: Parameters<typeof controlUnit>[0], unit: string) =>
    controlUnit(verb, unit, CONTROL_PATIENCE_MS),
  meter: (path: string, failsAnyway: boolean) => startMeter(path, failsAnyway),
  nowMs: () => performance.now(),
  story: unitStory,
} as const;
