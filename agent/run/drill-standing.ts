import { processCount } from "../detect/sound.ts";
import type { SocketReport } from "../model/report.ts";
import type { SocketSettings } from "../model/settings.ts";
import type { SoundCheck } from "../model/sound.ts";
import type { SoundLook } from "./sound-look.ts";

/** How a unit stands before a drill. */
export interface Standing {
  /** Paths of its sockets. */
  readonly sockets: readonly string[];
  /** Null: could not be read. */
  readonly processes: number | null;
  /** Every process of its groups and its cgroup. */
  readonly pids: ReadonlySet<number>;
  /** A socket unit starts it. */
  readonly activated: boolean;
  /** The application answers with a server's error when all is well. */
  readonly failsAnyway: boolean;
}

const firstServerError = 500;

/** The sockets at which masters of the unit are, or that the settings give it. */
function socketsOf({ report }: SoundLook, unit: string): readonly SocketReport[] {
  return report.sockets.filter(
    (socket) =>
      socket.unit?.name === unit || socket.groups.some(({ master }) => master?.unit === unit),
  );
}

/** How a unit stands in a look; undefined where none of its sockets is known. */
export function standingOf(look: SoundLook, unit: string): Standing | undefined {
  const sockets = socketsOf(look, unit);
  const facts = look.seen.units.find(({ name }) => name === unit);
  if (sockets.length === 0 || facts === undefined) return undefined;
  const groups = sockets.flatMap((socket) => socket.groups);
  const members = groups.flatMap(({ master, workers, others }) => [
    ...(master?.unit === unit ? [master.pid] : []),
    ...(master?.unit === unit ? [...workers, ...others].map(({ pid }) => pid) : []),
  ]);
  const inside = facts.processes.ok ? facts.processes.value : [];
  const triggers = facts.properties.ok ? facts.properties.value.triggeredBy : [];
  const paths = sockets.map(({ path }) => path);
  return {
    sockets: paths,
    processes: processCount(facts, sockets) ?? null,
    pids: new Set([...members, ...inside]),
    activated: triggers.some((name) => name.endsWith(".socket")),
    failsAnyway: paths.some((path) => {
      const answer = look.answers.get(path);
      return answer?.kind === "answered" && answer.status >= firstServerError;
    }),
  };
}

/** What every later look has to find: what the settings expect, and else what is there now. */
export function asBefore(
  { report }: SoundLook,
  { sockets }: Standing,
  unit: string,
  expectations: readonly SocketSettings[],
): readonly SocketSettings[] {
  return expectations
    .filter(({ path }) => sockets.includes(path))
    .map((expected) => {
      const socket = report.sockets.find(({ path }) => path === expected.path);
      const serving = socket?.groups.find(({ role }) => role === "serving");
      const file = socket?.file ?? undefined;
      const mode = file === undefined ? undefined : Number.parseInt(file.mode, 8);
      const owner = file === undefined ? undefined : `${file.owner}:${file.group}`;
      return {
        ...expected,
        unit,
        expectedWorkers: expected.expectedWorkers ?? serving?.workers.length,
        expectedMode: expected.expectedMode ?? mode,
        expectedOwner: expected.expectedOwner ?? owner,
      };
    });
}

/**
 * Whether a stop has left nothing of the unit. A socket unit may have started it anew by the next
 * request: then nothing of what was there may be left, and what is there is another one.
 */
export function checkStopped(
  look: SoundLook,
  before: Standing,
  unit: string,
): readonly SoundCheck[] {
  const facts = look.seen.units.find(({ name }) => name === unit);
  const now = standingOf(look, unit);
  if (facts === undefined || !facts.processes.ok || !facts.properties.ok) {
    return [
      { check: "processes", state: "unknown", evidence: "its cgroup could not be read", fix: null },
    ];
  }
  const all = [...new Set([...(now?.pids ?? []), ...facts.processes.value])];
  const { activeState } = facts.properties.value;
  const again = before.activated && activeState === "active";
  const left = again ? all.filter((pid) => before.pids.has(pid)) : all;
  const nobody = again ? "all of it has ended; a request has started it again" : "none is left";
  const processes: SoundCheck = {
    check: "processes",
    state: left.length === 0 ? "ok" : "not",
    evidence: left.length === 0 ? nobody : `still there after the stop: ${left.join(" ")}`,
    fix: left.length === 0 ? null : `onemaster audit ${unit}`,
  };
  const listening = look.report.sockets.filter(
    ({ path, groups }) =>
      before.sockets.includes(path) && groups.some(({ master }) => master !== null),
  );
  const pids = listening.flatMap(({ groups }) => groups.flatMap(({ master }) => master?.pid ?? []));
  const free = again || pids.length === 0;
  const master: SoundCheck = {
    check: "one-master",
    state: free ? "ok" : "not",
    evidence: free ? "no master listens" : `master ${pids.join(", ")} still listens`,
    fix: null,
  };
  return [processes, master];
}
