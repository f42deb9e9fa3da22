import type { PidfileRepair } from "../model/remediate-actor.ts";
import { pathProblem } from "../model/plain-path.ts";
import type { PidfileReport, Report, SocketReport } from "../model/report.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { isWrappedScript } from "./audit-case.ts";
import { whyUnitsUnseen, whyUnseen } from "./ending-blind.ts";
import { type LivingGroupReport, servingIn, unitNamed } from "./ending-case.ts";
import { whyFileUnsure, whyTooYoung } from "./ending-owner.ts";
import { whyUnitJob } from "./ending-units.ts";
import { inOrder, refusals } from "./refusals.ts";

/**
 * Pidfiles that name nobody although one master serves and the stop of its unit goes by them:
 * the next stop would not find it, and the start after that would add a second. Each with every
 * reason against writing it that one look can tell. Pure.
 */
export function pidfileRepairs(
  report: Report,
  units: UnitsSeen | undefined,
): readonly PidfileRepair[] {
  const wanted = report.sockets.flatMap((socket) => wantedFor(socket, units));
  return wanted
    .filter(
      // a master with two sockets has one pidfile
      (want, index) => wanted.findIndex((other) => isSame(other, want)) === index,
    )
    .map((want) => repairOf(want, wanted, report, units));
}

/** A pidfile to be written, and the one group that its pid is of. */
interface Wanted {
  readonly socket: SocketReport;
  readonly pidfile: PidfileReport;
  /** What is wrong with it. */
  readonly found: string;
  readonly serving: LivingGroupReport;
}

function wantedFor(socket: SocketReport, units: UnitsSeen | undefined): readonly Wanted[] {
  const { pidfile, verdict, evidence, groups } = socket;
  const [serving] = servingIn(socket);
  if (pidfile === null || serving === undefined || groups.length !== 1) return [];
  if (verdict !== "one-master" || evidence !== "bound-file") return [];
  const found = foundText(pidfile);
  if (found === undefined || !dependsOnPidfile(socket, units)) return [];
  return [{ socket, pidfile, found, serving }];
}

/** What the file holds instead of a living process's pid; undefined: it names one, or is unseen. */
function foundText({ names, pid }: PidfileReport): string | undefined {
  if (names === "missing" || names === "empty") return names;
  // what is neither empty nor a pid is somebody's file, and is not written over
  return names === "dead" ? `names pid ${pid}, which is dead` : undefined;
}

/** True where a stop finds no process but by the pidfile, and where that could not be told. */
function dependsOnPidfile({ unit }: SocketReport, units: UnitsSeen | undefined): boolean {
  if (unit === null) return false;
  const read = unitNamed(units, unit.name)?.properties;
  if (read?.ok !== true) return true;
  const { mainPid, killMode } = read.value;
  // what systemd follows it ends by itself
  if (mainPid !== undefined && mainPid > 0) return false;
  return (
    mainPid === 0 || isWrappedScript(read.value) || killMode === "process" || killMode === "none"
  );
}

function isSame(one: Wanted, other: Wanted): boolean {
  const { master } = one.serving;
  return one.pidfile.path === other.pidfile.path && master.pid === other.serving.master.pid;
}

function repairOf(
  want: Wanted,
  wanted: readonly Wanted[],
  report: Report,
  units: UnitsSeen | undefined,
): PidfileRepair {
  const { socket, pidfile, found, serving } = want;
  const { pid, startTicks } = serving.master;
  const problem = pathProblem(pidfile.path);
  return {
    socket: socket.path,
    path: pidfile.path,
    master: { pid, startTicks },
    found,
    refusals: inOrder([
      ...refusals("evidence-weak", whyFileUnsure(serving, socket.file)),
      ...refusals("evidence-weak", whyAmbiguous(want, wanted)),
      ...refusals("supervised", whyFollowed(pid, units)),
      ...refusals("unit-job-running", whyUnitJob(units, socket)),
      ...refusals("owner-too-young", whyTooYoung(serving, report)),
      ...refusals("blind", [...whyUnseen(report, socket), ...whyUnitsUnseen(units, socket)]),
      ...refusals("blind", problem === undefined ? [] : [`${pidfile.path}: ${problem}`]),
    ]),
  };
}

/** Two services that are said to write one pidfile: one of them does not. */
function whyAmbiguous(want: Wanted, wanted: readonly Wanted[]): readonly string[] {
  const { path } = want.pidfile;
  return wanted.flatMap((other) => {
    if (other.pidfile.path !== path || isSame(want, other)) return [];
    const pids = `${want.serving.master.pid} and of master ${other.serving.master.pid}`;
    return [`${path} is said to be the pidfile of master ${pids}: see the settings`];
  });
}

/** Another unit ends this master by itself: a script's stop must not do it beside. */
function whyFollowed(pid: number, units: UnitsSeen | undefined): readonly string[] {
  return (units?.units ?? []).flatMap(({ name, properties }) =>
    properties.ok && properties.value.mainPid === pid
      ? [`master ${pid} is the main process of ${name}, which ends it without a pidfile`]
      : [],
  );
}
