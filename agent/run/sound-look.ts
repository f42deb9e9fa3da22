import type { Answer } from "../model/acting.ts";
import type { Report } from "../model/report.ts";
import { socketAt } from "../model/settings-defaults.ts";
import type { Settings, SocketSettings } from "../model/settings.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { workersArgument } from "../parse/workers-argument.ts";
import { askOwner } from "../probe/owner-answer.ts";
import { createUnitLook, hostUnits } from "../probe/unit-look.ts";
import { systemClock } from "./clock.ts";
import { lookAtSockets } from "./look.ts";

/** One look at the host with all that soundness is judged by. */
export interface SoundLook {
  readonly report: Report;
  readonly seen: UnitsSeen;
  /** By path of the socket. */
  readonly answers: ReadonlyMap<string, Answer>;
}

/** As long as a person would wait for one answer. */
const ANSWER_PATIENCE_MS = 10_000;

/** Looks at the sockets, their units and `unit`, and asks every socket for an answer. */
export async function lookForSoundness(
  settings: Settings,
  unit: string | undefined,
): Promise<SoundLook> {
  const report = await lookAtSockets(settings);
  const lookAtUnits = createUnitLook(hostUnits(systemClock.wallMs));
  const seen = await lookAtUnits(report, unit === undefined ? [] : [unit]);
  // with nobody at the path there is nobody to ask
  const served = report.sockets.filter(({ groups }) => groups.length > 0);
  const answers = await Promise.all(
    served.map(async ({ path }) => [path, await askOwner(path, ANSWER_PATIENCE_MS)] as const),
  );
  return { report, seen, answers: new Map(answers) };
}

/** What is expected of the sockets: what the settings say, else what the unit's command says. */
export function expectationsOf(
  { report, seen }: SoundLook,
  { sockets }: Settings,
): readonly SocketSettings[] {
  const known = new Set(sockets.map(({ path }) => path));
  const others = report.sockets.filter(({ path }) => !known.has(path));
  const all = [...sockets, ...others.map(({ path }) => socketAt(path))];
  return all.map((socket) => {
    const name = report.sockets.find(({ path }) => path === socket.path)?.unit?.name;
    const properties = seen.units.find((unit) => unit.name === name)?.properties;
    const start = properties?.ok === true ? properties.value.execStart?.[0] : undefined;
    const byCommand = start === undefined ? undefined : workersArgument(start.args);
    return { ...socket, expectedWorkers: socket.expectedWorkers ?? byCommand };
  });
}
