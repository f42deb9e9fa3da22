import { uptime } from "node:os";
import type { Lasting } from "../model/cutover-facts.ts";
import type { GroupReport } from "../model/report.ts";
import type { UnitFacts } from "../model/unit.ts";
import { pathText } from "../parse/path-text.ts";
import { parseProcStat } from "../parse/proc-stat.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";

/** What a request has forked away, as a `git` of a web hook, is over by then. */
const LASTING_SECONDS = 30;
/** USER_HZ of all Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Processes of a unit that belong to no group of its socket and have been there for a while: its
 * script starts more than gunicorn. `uptimeSeconds` is for tests.
 */
export function lastingBesides(
  unit: UnitFacts | undefined,
  groups: readonly GroupReport[],
  proc: ProcPaths,
  files: Files,
  uptimeSeconds = uptime(),
): readonly Lasting[] {
  if (unit?.processes.ok !== true) return [];
  const members = new Set(
    groups.flatMap(({ master, workers, others }) =>
      [...(master === null ? [] : [master]), ...workers, ...others].map(({ pid }) => pid),
    ),
  );
  return unit.processes.value.flatMap((pid) => {
    if (members.has(pid)) return [];
    const read = files.text(proc.of(pid, "stat"));
    const stat = read.ok ? parseProcStat(read.value) : undefined;
    // one that is gone by now did not last
    if (stat === undefined || stat.state === "Z") return [];
    const ageSeconds = uptimeSeconds - stat.startTicks / TICKS_PER_SECOND;
    return ageSeconds < LASTING_SECONDS ? [] : [{ pid, command: pathText(stat.comm) }];
  });
}
