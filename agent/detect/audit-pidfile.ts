import type { PidfileFacts } from "../model/unit.ts";
import {
  type Found,
  isWrappedScript,
  leaves,
  living,
  type LivingGroup,
  livingIn,
  mastersText,
  serves,
  told,
  type UnitCase,
} from "./audit-case.ts";
import { restart, writePidfile } from "./audit-fixes.ts";

/** A file's time has steps, and the clock may have been adjusted between. */
const CLOCK_SLACK_MS = 2_000;

/** Whether the pidfile names the right process, where one is known or needed. */
export function pidfile(unitCase: UnitCase): Found {
  const { properties, pidfiles } = unitCase;
  const [worst] = pidfiles
    .map((file) => ofFile(unitCase, file))
    .toSorted((one, other) => order(one) - order(other));
  if (worst !== undefined) return worst;
  if (!isWrappedScript(properties)) return undefined;
  return {
    state: "unknown",
    evidence: `which pidfile ${properties.sourcePath} goes by is not known`,
    fix: settingsFix(unitCase),
  };
}

function order({ state }: NonNullable<Found>): number {
  return ["bad", "unknown", "warning", "ok"].indexOf(state);
}

/** A stop of these finds its process by the pidfile alone. */
function isNeeded({ properties }: UnitCase): boolean {
  return isWrappedScript(properties) || properties.pidFile !== undefined;
}

function settingsFix({ sockets }: UnitCase): string | null {
  const [socket] = sockets;
  if (socket === undefined) return null;
  return [
    "# in /etc/onemaster/onemaster.yml, with the path that the script has:",
    "sockets:",
    `  - path: ${JSON.stringify(socket.path)}`,
    "    pidfile: /path/of/gunicorn.pid",
  ].join("\n");
}

function ofFile(unitCase: UnitCase, file: PidfileFacts): NonNullable<Found> {
  const { path, problem, pid } = file;
  const masters = livingIn(unitCase).filter((placed) => !leaves(placed));
  if (problem === "unreadable") return told("unknown", `${path} could not be read`);
  if (problem !== undefined || pid === undefined) {
    const how = problem === "malformed" ? "holds no pid" : `is ${problem ?? "empty"}`;
    return namesNobody(unitCase, file, `${path} ${how}`, masters);
  }
  if (file.process === undefined) {
    return namesNobody(unitCase, file, `${path} names ${pid}, which is dead`, masters);
  }
  if (pid === unitCase.properties.mainPid) {
    return told("ok", `${path} names ${pid}, the main process`);
  }
  const named = living(unitCase.groups).find(({ master }) => master.pid === pid);
  return named === undefined
    ? namesStranger(unitCase, file, file.process, masters)
    : namesMaster(unitCase, file, named, masters);
}

function namesNobody(
  unitCase: UnitCase,
  { path }: PidfileFacts,
  evidence: string,
  masters: readonly LivingGroup[],
): NonNullable<Found> {
  if (masters.length === 0) return told("ok", `${evidence}, and no master runs`);
  if (!isNeeded(unitCase)) return told("ok", `${evidence}; a stop does not need it`);
  const what = `${evidence}: a stop would not find ${mastersText(masters)}`;
  return { state: "bad", evidence: what, fix: rewrite(path, masters) };
}

function namesMaster(
  unitCase: UnitCase,
  { path, pid }: PidfileFacts,
  { group, inside }: LivingGroup,
  masters: readonly LivingGroup[],
): NonNullable<Found> {
  const evidence = `${path} names ${pid}, the ${group.role} master`;
  if (group.role === "unclear") return told("unknown", evidence);
  if (group.role === "stale") {
    const what = `${evidence}: a stop would unlink the path of the one that serves`;
    return { state: "bad", evidence: what, fix: rewrite(path, masters) };
  }
  if (inside || group.role === "draining") return told("ok", evidence);
  const fix = isNeeded(unitCase) ? rewrite(path, masters) : null;
  return { state: "warning", evidence: `${evidence}, which is not in the unit`, fix };
}

function namesStranger(
  unitCase: UnitCase,
  { path, pid, writtenAtMs }: PidfileFacts,
  named: NonNullable<PidfileFacts["process"]>,
  masters: readonly LivingGroup[],
): NonNullable<Found> {
  const reused = writtenAtMs !== undefined && named.startedAtMs > writtenAtMs + CLOCK_SLACK_MS;
  const what = reused
    ? "which started after the file was written: the pid is another process's now"
    : named.signalRole === "worker"
      ? "a worker"
      : "which is no master of this unit";
  const evidence = `${path} names ${pid} (${named.command}), ${what}`;
  if (!isNeeded(unitCase)) {
    // gunicorn with --pid refuses to start while that process lives
    return { state: "warning", evidence, fix: masters.length === 0 ? `rm ${path}` : null };
  }
  if (masters.length > 0) return { state: "bad", evidence, fix: rewrite(path, masters) };
  return { state: "bad", evidence, fix: `rm ${path}\n${restart(unitCase)}` };
}

/** The pid of the master that a stop has to end: the one that serves, else the only one. */
function rewrite(path: string, masters: readonly LivingGroup[]): string | null {
  const right = masters.find(serves) ?? (masters.length === 1 ? masters[0] : undefined);
  return right === undefined ? null : writePidfile(path, right.master.pid);
}
