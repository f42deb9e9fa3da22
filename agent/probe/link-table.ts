import type { Blindness } from "../model/blind.ts";
import type { Files } from "./files.ts";
import { linksStillHold, readLinks } from "./links.ts";
import type { ProcPaths } from "./paths.ts";
import type { ProcessTable, Tracked } from "./process-table.ts";
import type { Slices } from "./slices.ts";
import type { SocketTable } from "./socket-tables.ts";

/** True for a process whose sockets can decide a verdict. */
function matters(known: Tracked): boolean {
  return known.signalRole !== "other" || known.holder;
}

/**
 * Brings the links of all watched processes up to date. In a steady state that is one
 * readlink for each descriptor already known. `newRows`: listeners have come whose holder is
 * not known, so masters are read in full again.
 */
export async function refreshLinks(
  processes: ProcessTable,
  tableOf: (known: Tracked) => SocketTable | undefined,
  newRows: boolean,
  proc: ProcPaths,
  files: Files,
  slices: Slices,
): Promise<void> {
  for (const [pid, known] of processes.tracked) {
    if (!matters(known)) continue;
    const { links } = known;
    const again = newRows && (known.signalRole === "master" || known.holder);
    if (links !== undefined && !again && linksStillHold(pid, links, proc, files)) continue;
    const rows = tableOf(known)?.rows;
    const wanted = (inode: number): boolean => rows?.has(inode) === true;
    known.links = await readLinks(pid, wanted, proc, files, slices);
  }
}

/** Inodes of all listeners that some watched process is known to hold. */
export function heldInodes(processes: ProcessTable): Set<number> {
  const held = new Set<number>();
  for (const { links } of processes.tracked.values()) {
    if (links?.kind !== "read") continue;
    for (const inode of links.descriptorOf.keys()) held.add(inode);
  }
  return held;
}

/** As `heldInodes`, without those that only systemd holds, for a service that it may start. */
export function servedInodes(processes: ProcessTable): Set<number> {
  const served = new Set<number>();
  for (const [pid, { links, stat }] of processes.tracked) {
    if (links?.kind !== "read" || pid === 1 || stat.comm.startsWith("systemd")) continue;
    for (const inode of links.descriptorOf.keys()) served.add(inode);
  }
  return served;
}

/**
 * The gunicorn processes whose sockets must not be read. A worker below a known master is
 * left out: it holds nothing that could make another group.
 */
export function unreadableLinks(processes: ProcessTable): Blindness[] {
  const blind: Blindness[] = [];
  for (const [pid, { links, signalRole, stat }] of processes.tracked) {
    if (links?.kind !== "denied") continue;
    const parent = processes.tracked.get(stat.parentPid);
    if (signalRole === "worker" && parent?.signalRole === "master") continue;
    blind.push({ what: "fd-links", pid, reason: "denied" });
  }
  return blind;
}
