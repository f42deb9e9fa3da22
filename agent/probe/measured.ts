import type { ProcessId } from "../model/process.ts";
import type { ProcessTable, Tracked } from "./process-table.ts";

/**
 * The processes whose memory belongs to a group on a unix socket: holders of a listener, what
 * descends from them, and masters that have closed theirs while workers still hold it.
 * A gunicorn that only listens on TCP is left out: reading memory has its price.
 */
export function measuredProcesses(processes: ProcessTable): readonly ProcessId[] {
  const members = new Set<Tracked>();
  for (const known of processes.tracked.values()) {
    if (known.stat.state === "Z") continue;
    const parent = processes.tracked.get(known.stat.parentPid);
    if (holdsListener(known)) {
      members.add(known);
      if (parent?.signalRole === "master") members.add(parent);
    } else if (parent !== undefined && descendsFrom(parent, members, processes)) members.add(known);
  }
  return [...members].map(({ stat }) => ({ pid: stat.pid, startTicks: stat.startTicks }));
}

function holdsListener({ links }: Tracked): boolean {
  return links?.kind === "read" && links.descriptorOf.size > 0;
}

function descendsFrom(
  process: Tracked,
  members: ReadonlySet<Tracked>,
  processes: ProcessTable,
): boolean {
  const seen = new Set<Tracked>();
  let ancestor: Tracked | undefined = process;
  while (ancestor !== undefined && !seen.has(ancestor)) {
    if (members.has(ancestor) || holdsListener(ancestor)) return true;
    seen.add(ancestor);
    ancestor = processes.tracked.get(ancestor.stat.parentPid);
  }
  return false;
}
