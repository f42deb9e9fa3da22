import type { DrillPreview, DrillReport, DrillRow } from "../model/drill.ts";
import type { Settings } from "../model/settings.ts";
import type { UnitSoundness } from "../model/sound.ts";
import { soundUnits } from "../detect/sound.ts";
import { type DrillPlan, type DrillParts, drill } from "../run/drill.ts";
import { asBefore, type Standing, standingOf } from "../run/drill-standing.ts";
import { expectationsOf, type SoundLook } from "../run/sound-look.ts";
import { unitsIn } from "../probe/unit-look.ts";
import { type CommonOptions, effectiveSettings } from "./common-options.ts";
import type { LookForSoundness } from "./cutover-verify-command.ts";
import { drillEnd, drillHead, drillPlanText, drillRowText } from "./drill-text.ts";
import { ExitCode } from "./exit-code.ts";
import { soundExits, soundText } from "./sound-text.ts";
import type { Surroundings } from "./surroundings.ts";
import { type TextStyle, textStyleFor } from "./text-style.ts";
import { unitAskedFor } from "./unit-asked-for.ts";
import { UsageError } from "./usage-error.ts";
import { createVoice, type Voice } from "./voice.ts";

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

/** The right to act on this host until it is released; no signal ends this process meanwhile. */
export interface DrillRight {
  /** Keeps others off these sockets too. Resolves with why that was not possible, or undefined. */
  lockFoldersOf(sockets: readonly string[]): Promise<string | undefined>;
  /** True: a signal asked to stop, or the terminal is gone. */
  isTold(): boolean;
  release(): Promise<void>;
}

/** What a drill touches outside of the command. */
export interface DrillHost {
  /** Resolves with why nothing may be done now where somebody else acts. */
  readonly begin: (stateDir: string) => Promise<DrillRight | string>;
  readonly look: LookForSoundness;
  readonly control: DrillParts["control"];
  readonly meter: DrillParts["meter"];
  readonly nowMs: DrillParts["nowMs"];
  /** What systemd and the journal say of the unit; never throws. */
  readonly story: (unit: string) => Promise<string>;
}

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

/** Units that systemd stops as soon as this one is down. */
function boundTo({ seen }: SoundLook, unit: string): string {
  const properties = seen.units.find(({ name }) => name === unit)?.properties;
  return properties?.ok === true ? (properties.value.shown["BoundBy"] ?? "") : "";
}

/** Looks at the unit as it is; a text where there is nothing that could be drilled. */
async function ready(
  settings: Settings,
  asked: string | undefined,
  cycles: number,
  host: DrillHost,
): Promise<Ready | string> {
  const look = await host.look(settings, asked);
  const unit = theUnit(look, asked);
  if (unit === undefined) return "no unit serves a unix socket here: there is nothing to drill";
  const standing: Standing | undefined = standingOf(look, unit);
  if (standing === undefined) {
    return `no socket of ${unit} was found: start it, or name the socket in the settings`;
  }
  const bound = boundTo(look, unit);
  if (bound !== "") {
    const why = `${bound} would be stopped with ${unit}, for good (BindsTo=)`;
    return `${why}: write Requires= there instead, and systemctl daemon-reload`;
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
  const asked = unitAskedFor(options.unit);
  const settings = await effectiveSettings(common, surroundings);
  const run = (right?: DrillRight): Promise<number> =>
    drillWith(right, { settings, asked, color: common.color }, options, surroundings, host);
  if (!options.yes) return await run();
  const right = await host.begin(settings.stateDir);
  if (typeof right === "string") return notBegun(right, surroundings);
  try {
    return await run(right);
  } finally {
    await right.release();
  }
}

function notBegun(why: string, { stderr }: Surroundings): number {
  stderr.write(`onemaster: nothing was done: ${why}\n`);
  return soundExits.unknown;
}

interface Told {
  readonly settings: Settings;
  readonly asked: string | undefined;
  readonly color: boolean;
}

async function drillWith(
  right: DrillRight | undefined,
  { settings, asked, color }: Told,
  options: DrillOptions,
  surroundings: Surroundings,
  host: DrillHost,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  const found = await ready(settings, asked, options.cycles, host);
  if (typeof found === "string") {
    stderr.write(`onemaster: ${found}\n`);
    return options.yes ? soundExits.unknown : ExitCode.ok;
  }
  const { plan, before } = found;
  const style = textStyleFor({ color }, surroundings);
  const sound = before?.soundness ?? "unknown";
  const begins = right !== undefined && (sound === "sound" || options.evenIfUnsound);
  if (!begins && options.json) stdout.write(preview(plan, before));
  if (right === undefined) {
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
  const unlocked = await right.lockFoldersOf(plan.before.sockets);
  if (unlocked !== undefined) return notBegun(unlocked, surroundings);
  const report = await carryOut(found, right, options, surroundings, host, style);
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
  right: DrillRight,
  { json }: DrillOptions,
  surroundings: Surroundings,
  host: DrillHost,
  style: TextStyle,
): Promise<DrillReport> {
  const voice = createVoice(surroundings);
  const { isTerminal } = surroundings.stderr;
  const stop = surroundings.stopSignal();
  const never = new AbortController().signal;
  // its paths by name, so that they are looked at when nobody listens there, too
  const looked: Settings = { ...settings, sockets: plan.expectations };
  if (!json) voice.out(drillHead(plan, style));
  const report = await drill(plan, {
    control: host.control,
    look: () => host.look(looked, plan.unit),
    meter: host.meter,
    nowMs: host.nowMs,
    pause: (ms) => surroundings.sleep(ms, never),
    stopped: () => stop.aborted || right.isTold(),
    told: (step) => voice.safely(() => tell(step, plan, { json, isTerminal }, voice, style)),
  });
  voice.release();
  const story = report.rows.some(needsStory) ? await host.story(plan.unit) : "";
  const end = drillEnd(report, story, style);
  if (!json) voice.out(end);
  else if (report.endedEarly !== null) voice.err(`onemaster: ${report.endedEarly}\n`);
  return report;
}

/** systemd has more to say where it did not do as it was told, or nothing serves. */
function needsStory({ step, refused, masters, soundness }: DrillRow): boolean {
  return refused !== null || (step !== "stop" && soundness !== "sound" && masters === 0);
}

function tell(
  step: DrillRow["step"] | DrillRow,
  { cycles, unit }: DrillPlan,
  { json, isTerminal }: { readonly json: boolean; readonly isTerminal: boolean },
  { out, err }: Voice,
  style: TextStyle,
): void {
  const began = typeof step !== "object";
  if (began && isTerminal) {
    const what = typeof step === "number" ? `restart ${step} of ${cycles}` : step;
    err(`${what}: ${unit} …\r`);
  }
  if (began) return;
  if (isTerminal) err("\u001B[K");
  if (!json) out(drillRowText(step, style));
}
