import type { Eyes } from "../model/acting.ts";
import type { PidfileRepair } from "../model/remediate-actor.ts";
import type { Report } from "../model/report.ts";
import type { SocketSettings } from "../model/settings.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { writePidfile } from "../act/pidfile-repair.ts";
import { pidfileRepairs } from "../detect/pidfile-repair.ts";
import { pauseFile } from "../history/remediation-places.ts";
import { isPaused } from "../history/remediation-state.ts";
import { parsePidfile } from "../parse/pidfile.ts";
import { createFailureLog } from "../probe/failures.ts";
import { createFiles, pathBytes } from "../probe/files.ts";
import { lockForActing } from "./remediation-lock.ts";
import type { RemediationParts } from "./remediation-parts.ts";

/** As gunicorn makes its own. */
const PIDFILE_MODE = 0o644;
/** A pid and a line end; whatever is longer is no pidfile. */
const LONGEST_BYTES = 64;

/** What became of a pidfile that was to be repaired. */
export interface RepairDone {
  readonly repair: PidfileRepair;
  readonly done: boolean;
  /** One sentence for people. */
  readonly text: string;
}

/**
 * The pidfiles that a unit's stop needs and that name nobody, each with why it is left alone. Only
 * those that the settings name: a path on a command line is what that process says, and anybody's
 * process could have this agent write anywhere.
 */
export function planRepairs(
  report: Report,
  units: UnitsSeen,
  sockets: readonly SocketSettings[],
): readonly PidfileRepair[] {
  const named = new Set(sockets.map(({ path, pidfile }) => `${path}\n${pidfile}`));
  return pidfileRepairs(report, units).filter(({ socket, path }) =>
    named.has(`${socket}\n${path}`),
  );
}

/** Writes the pidfiles that a fresh look under the lock still finds in want of it. */
export async function repairPidfiles(parts: RemediationParts): Promise<readonly RepairDone[]> {
  const lock = await lockForActing(parts.stateDir);
  if (lock.kind !== "taken") return [];
  try {
    const paused = await isPaused(parts.stateDir);
    const { report, paths, units } = await parts.look();
    const done: RepairDone[] = [];
    const own = planRepairs(report, units, parts.sockets).filter(({ socket }) => paths.has(socket));
    for (const repair of own) {
      if (paused.ok && !paused.value) done.push(await repairOne(repair, parts));
      else done.push(left(repair, `paused by ${pauseFile(parts.stateDir)}`));
    }
    return done;
  } finally {
    await lock.release();
  }
}

async function repairOne(
  repair: PidfileRepair,
  { eyes, dryRun }: RemediationParts,
): Promise<RepairDone> {
  const { path, master, refusals } = repair;
  const [refusal] = refusals;
  if (refusal !== undefined) return left(repair, `${refusal.reason}: ${refusal.why}`);
  const stillWanted = (): boolean => isMaster(repair, eyes) && namesNobody(path, eyes);
  if (!stillWanted()) return left(repair, `${path} or its master has changed since the look`);
  if (dryRun) return left(repair, `would write pid ${master.pid} of the one master to ${path}`);
  const written = await writePidfile(path, master.pid, { mode: PIDFILE_MODE, stillWanted });
  switch (written.kind) {
    case "done":
      return {
        repair,
        done: true,
        text: `${path} was ${repair.found}; it names master ${master.pid} now`,
      };
    case "gone":
      return left(repair, `${path} could not be written: its directory is gone`);
    case "denied":
    case "failed":
      return left(repair, `${path} could not be written: ${written.why}`);
  }
}

function left(repair: PidfileRepair, text: string): RepairDone {
  return { repair, done: false, text };
}

function isMaster({ master }: PidfileRepair, eyes: Eyes): boolean {
  const now = eyes.process(master.pid);
  return (
    typeof now === "object" &&
    now.id.startTicks === master.startTicks &&
    now.signalRole === "master" &&
    now.state !== "Z"
  );
}

/** What cannot be read may name somebody. */
function namesNobody(path: string, eyes: Eyes): boolean {
  const files = createFiles(createFailureLog());
  const read = files.regular(pathBytes(path), LONGEST_BYTES);
  if (!read.ok) return read.failure.kind === "gone";
  const told = parsePidfile(read.value);
  // what is neither empty nor a pid is somebody's file
  if (told.kind !== "pid") return told.kind === "empty";
  const named = eyes.process(told.pid);
  return named === "gone" || (typeof named === "object" && named.state === "Z");
}
