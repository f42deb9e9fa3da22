import type { DrillPreview, DrillReport, DrillRow } from "../model/drill.ts";
import type { Settings } from "../model/settings.ts";
import type { UnitSoundness } from "../model/sound.ts";
import { soundUnits } from "../detect/sound.ts";
import { type DrillPlan, type DrillParts, drill } from "../run/drill.ts";
import { asBefore, type Standing, standingOf } from "../run/drill-standing.ts";
import { expectationsOf, type SoundLook } from "../run/sound-look.ts";
import { unitsIn } from "../probe/unit-look.ts";
import { type CommonOptions, effectiveSettings } from "./common-options.ts";
import { type LookForSoundness, unitAskedFor } from "./cutover-verify-command.ts";
import { drillEnd, drillHead, drillPlanText, drillRowText } from "./drill-text.ts";
import { ExitCode } from "./exit-code.ts";
import { soundExits, type SoundStyle, soundText } from "./sound-text.ts";
import { coloursFor } from "./status-colours.ts";
import type { Surroundings } from "./surroundings.ts";
import { UsageError } from "./usage-error.ts";

/** Options of `onemaster drill`. */
export interface DrillOptions {
  readonly json: boolean;
  /** As typed; undefined: the one unit of this host's sockets. */
  readonly unit: string | undefined;
  readonly cycles: number;
  /** Do it; without it the plan is printed. */
  readonly yes: boolean;
  /** Begin on a unit that is not sound. */
  readonly evenIfUnsound: boolean;
}

/** What a drill touches outside of the command. */
export interface DrillHost {
  readonly look: LookForSoundness;
  readonly control: DrillParts["control"];
  readonly meter: DrillParts["meter"];
  readonly nowMs: DrillParts["nowMs"];
  /** What systemd and the journal say of the unit; never throws. */
  readonly story: (unit: string) => Promise<string>;
}

const widthWithoutTerminal = 80;

interface Ready {
  readonly settings: Settings;
  readonly plan: DrillPlan;
  readonly before: UnitSoundness | undefined;
}

function theUnit(look: SoundLook, asked: string | undefined): string | undefined {
  if (asked !== undefined) return asked;
  const [unit, ...others] = unitsIn(look.report);
  if (others.length === 0) return unit;
  throw new UsageError(
    `several units serve here; name one: --unit ${unit} or ${others.join(", ")}`,
  );
}

/** Looks at the unit as it is; a text where there is nothing that could be drilled. */
async function ready(
  common: CommonOptions,
  { unit: typed, cycles }: DrillOptions,
  surroundings: Surroundings,
  host: DrillHost,
): Promise<Ready | string> {
  const asked = unitAskedFor(typed);
  const settings = await effectiveSettings(common, surroundings);
  const look = await host.look(settings, asked);
  const unit = theUnit(look, asked);
  if (unit === undefined) return "no unit serves a unix socket here: there is nothing to drill";
  const standing: Standing | undefined = standingOf(look, unit);
  if (standing === undefined) {
    return `no socket of ${unit} was found: start it, or name the socket in the settings`;
  }
  const known = expectationsOf(look, settings);
  const expectations = asBefore(look, standing, unit, known);
  const [before] = soundUnits({ ...look, expectations, processesBefore: undefined }, unit);
  return { settings, plan: { unit, cycles, expectations, before: standing }, before };
}

/**
 * `onemaster drill`: restarts a unit again and again and proves after each time that it has one
 * master; without `--yes` it says what it would do. Rows go to stdout as they come. Exits 0 when
 * all was sound, 1 when something was not, 3 when it could not tell or was told to stop.
 */
export async function drillCommand(
  common: CommonOptions,
  options: DrillOptions,
  surroundings: Surroundings,
  host: DrillHost,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  const found = await ready(common, options, surroundings, host);
  if (typeof found === "string") {
    stderr.write(`onemaster: ${found}\n`);
    return options.yes ? soundExits.unknown : ExitCode.ok;
  }
  const { plan, before } = found;
  const style: SoundStyle = {
    width: stdout.columns ?? widthWithoutTerminal,
    colours: coloursFor(common.color && stdout.isTerminal && !surroundings.plainText),
  };
  const sound = before?.soundness ?? "unknown";
  const begins = options.yes && (sound === "sound" || options.evenIfUnsound);
  if (!begins && options.json) stdout.write(preview(plan, before));
  if (!options.yes) {
    if (!options.json) stdout.write(drillPlanText(plan, before, options, style));
    return ExitCode.ok;
  }
  if (!begins) {
    if (before !== undefined && !options.json) stdout.write(soundText([before], style));
    stderr.write(
      `onemaster: ${plan.unit} is not sound before the first restart; nothing was done ` +
        "(--even-if-unsound begins all the same)\n",
    );
    return soundExits[sound];
  }
  const report = await carryOut(found, options, surroundings, host, style);
  if (options.json) stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  return soundExits[report.soundness];
}

function preview({ unit, cycles, before }: DrillPlan, now: UnitSoundness | undefined): string {
  const { sockets } = before;
  const soundness = now?.soundness ?? "unknown";
  const checks = now?.checks ?? [];
  const said: DrillPreview = { schema: 1, unit, sockets, cycles, soundness, checks };
  return `${JSON.stringify(said, undefined, 2)}\n`;
}

async function carryOut(
  { settings, plan }: Ready,
  { json }: DrillOptions,
  surroundings: Surroundings,
  host: DrillHost,
  style: SoundStyle,
): Promise<DrillReport> {
  const { stdout, stderr } = surroundings;
  const stop = surroundings.stopSignal();
  const never = new AbortController().signal;
  // its paths by name, so that they are looked at when nobody listens there, too
  const looked: Settings = { ...settings, sockets: plan.expectations };
  if (!json) stdout.write(drillHead(plan, style));
  const report = await drill(plan, {
    control: host.control,
    look: () => host.look(looked, plan.unit),
    meter: host.meter,
    nowMs: host.nowMs,
    pause: (ms) => surroundings.sleep(ms, never),
    stopped: () => stop.aborted,
    told: (step) => tell(step, plan, json, surroundings, style),
  });
  const story = report.rows.some(needsStory) ? await host.story(plan.unit) : "";
  const end = drillEnd(report, story, style);
  if (!json) stdout.write(end);
  else if (report.endedEarly !== null) stderr.write(`onemaster: ${report.endedEarly}\n`);
  return report;
}

/** systemd has more to say where it did not do as it was told, or nothing serves. */
function needsStory({ step, refused, masters, soundness }: DrillRow): boolean {
  return refused !== null || (step !== "stop" && soundness !== "sound" && masters === 0);
}

function tell(
  step: DrillRow["step"] | DrillRow,
  { cycles, unit }: DrillPlan,
  json: boolean,
  { stdout, stderr }: Surroundings,
  style: SoundStyle,
): void {
  const began = typeof step !== "object";
  if (began && stderr.isTerminal) {
    const what = typeof step === "number" ? `restart ${step} of ${cycles}` : step;
    stderr.write(`${what}: ${unit} …\r`);
  }
  if (began) return;
  if (stderr.isTerminal) stderr.write("\u001B[K");
  if (!json) stdout.write(drillRowText(step, style));
}
