import { soundUnits } from "../detect/sound.ts";
import type { Settings } from "../model/settings.ts";
import { type Soundness, type UnitSoundness, type VerifyReport } from "../model/sound.ts";
import { expectationsOf, type SoundLook } from "../run/sound-look.ts";
import { type CommonOptions, effectiveSettings } from "./common-options.ts";
import { soundExits, soundText } from "./sound-text.ts";
import type { Surroundings } from "./surroundings.ts";
import { textStyleFor } from "./text-style.ts";
import { unitAskedFor } from "./unit-asked-for.ts";

/** Options of `onemaster cutover verify`. */
export interface VerifyOptions {
  readonly json: boolean;
  /** As typed; undefined: the units of all sockets. */
  readonly unit: string | undefined;
}

/** A look with all that soundness is judged by. */
export type LookForSoundness = (settings: Settings, unit: string | undefined) => Promise<SoundLook>;

/** The worst of several units; none at all proves nothing. */
function worstOf(units: readonly UnitSoundness[]): Soundness {
  const all = units.map(({ soundness }) => soundness);
  if (all.includes("not-sound")) return "not-sound";
  return all.length === 0 || all.includes("unknown") ? "unknown" : "sound";
}

/**
 * `onemaster cutover verify`: whether systemd owns the one master of a socket, check by check. A
 * unit that does not exist and a host without a gunicorn end as unknown: neither is a proof.
 */
export async function verifyCommand(
  common: CommonOptions,
  { json, unit: typed }: VerifyOptions,
  surroundings: Surroundings,
  look: LookForSoundness,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  const asked = unitAskedFor(typed);
  const settings = await effectiveSettings(common, surroundings);
  const seen = await look(settings, asked);
  const expectations = expectationsOf(seen, settings);
  const units = soundUnits({ ...seen, expectations, processesBefore: undefined }, asked);
  const soundness = worstOf(units);
  const { takenAt } = seen.report;
  if (json) {
    const report: VerifyReport = { schema: 1, takenAt, soundness, units };
    stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  } else if (units.length > 0) {
    stdout.write(soundText(units, textStyleFor(common, surroundings)));
  }
  if (units.length === 0) {
    stderr.write("onemaster: no gunicorn was found on a unix socket: there is nothing to verify\n");
  }
  return soundExits[soundness];
}
