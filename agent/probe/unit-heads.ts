import type { Report } from "../model/report.ts";
import type { HeadFacts } from "../model/unit.ts";
import type { ProcessId } from "../model/process.ts";
import { parseCgroup, unitOfCgroup } from "../parse/cgroup.ts";
import { parseCmdline } from "../parse/cmdline.ts";
import { parseSession } from "../parse/proc-session.ts";
import { parseProcStat } from "../parse/proc-stat.ts";
import { pathText } from "../parse/path-text.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";
import type { SlowFiles } from "./slow-files.ts";

/** A chain of parents is no longer; a ring, read while pids were reused, ends here too. */
const MOST_ANCESTORS = 32;

/** The process at the head of each group of a report: its master, or the first of its workers. */
export function headsOf({ sockets }: Report): readonly ProcessId[] {
  const heads = new Map<number, ProcessId>();
  for (const { master, workers } of sockets.flatMap(({ groups }) => groups)) {
    const head = master ?? workers[0];
    if (head !== undefined) heads.set(head.pid, { pid: head.pid, startTicks: head.startTicks });
  }
  return [...heads.values()];
}

/** Reads what the audit needs of one process; undefined once it has left. */
export async function readHead(
  id: ProcessId,
  proc: ProcPaths,
  files: Files,
  slow: SlowFiles,
): Promise<HeadFacts | undefined> {
  const stat = files.parsed(proc.of(id.pid, "stat"), parseProcStat);
  if (!stat.ok || stat.value.startTicks !== id.startTicks) return undefined;
  const session = files.parsed(proc.of(id.pid, "stat"), parseSession);
  const cgroup = files.text(proc.of(id.pid, "cgroup"));
  const paths = cgroup.ok ? parseCgroup(cgroup.value) : undefined;
  const workingDirectory = files.link(proc.of(id.pid, "cwd"));
  const cmdline = await slow.bytes(proc.of(id.pid, "cmdline"));
  if (!session.ok) return undefined;
  const both = [paths?.systemd, paths?.unified].filter((path) => path !== undefined);
  // a hierarchy that systemd does not use, or has left already, says "/"
  const own = both.find((path) => unitOfCgroup(path) !== undefined) ?? both[0];
  return {
    id,
    ancestors: ancestorsOf(stat.value.parentPid, proc, files),
    session: session.value,
    cgroup: own,
    unit: own === undefined ? undefined : unitOfCgroup(own),
    workingDirectory: workingDirectory.ok ? pathText(workingDirectory.value) : undefined,
    args: cmdline.ok ? parseCmdline(cmdline.value) : [],
  };
}

/** The parents of a process from the nearest on, as far as they can be read. */
export function ancestorsOf(parentPid: number, proc: ProcPaths, files: Files): readonly number[] {
  const ancestors: number[] = [];
  let pid = parentPid;
  while (pid > 0 && ancestors.length < MOST_ANCESTORS) {
    ancestors.push(pid);
    const stat = files.parsed(proc.of(pid, "stat"), parseProcStat);
    if (!stat.ok) break;
    pid = stat.value.parentPid;
  }
  return ancestors;
}
