import type { Blindness } from "../model/blind.ts";
import type { Place } from "../model/place.ts";
import type { SocketSettings } from "../model/settings.ts";
import type { Pidfile } from "../model/snapshot.ts";
import { parsePidfile } from "../parse/pidfile.ts";
import { parseProcStat } from "../parse/proc-stat.ts";
import { joinPath, pathText } from "../parse/path-text.ts";
import { type Files, pathBytes } from "./files.ts";
import type { HeldListener } from "./listeners.ts";
import type { ProcPaths } from "./paths.ts";
import type { ProcessTable } from "./process-table.ts";

/** A pidfile to look at, for the masters at one place. */
interface AskedPidfile {
  readonly place: string;
  /** In the eyes of the process, one character a byte. */
  readonly path: string;
  /** As the agent reaches it, one character a byte. */
  readonly reachablePath: string;
}

/** A pid and some white space; what is longer is none. */
const LONGEST_PIDFILE_BYTES = 4_096;

/** Pidfiles and what could not be seen of them. */
export interface FoundPidfiles {
  readonly pidfiles: readonly Pidfile[];
  readonly blind: readonly Blindness[];
}

/**
 * Reads the pidfiles that the settings name, and for other places those on the command line
 * of a master, which is to be seen only as long as no title has replaced it.
 */
export function readPidfiles(
  asked: readonly { readonly socket: SocketSettings; readonly place: Place }[],
  held: readonly HeldListener[],
  processes: ProcessTable,
  proc: ProcPaths,
  files: Files,
): FoundPidfiles {
  const wanted = new Map<string, AskedPidfile>();
  for (const { socket, place } of asked) {
    if (socket.pidfile === undefined) continue;
    const path = pathBytes(socket.pidfile);
    wanted.set(place.key, { place: place.key, path, reachablePath: path });
  }
  for (const { place, row } of held) {
    if (place === undefined || wanted.has(place.key)) continue;
    const hint = hintOf(place.key, row.inode, processes, proc, files);
    if (hint !== undefined) wanted.set(place.key, hint);
  }
  const read = [...wanted.values()].map((one) => readPidfile(one, proc, files));
  return {
    pidfiles: read.map(({ pidfile }) => pidfile),
    blind: read.flatMap(({ blind }) => blind),
  };
}

function hintOf(
  place: string,
  inode: number,
  processes: ProcessTable,
  proc: ProcPaths,
  files: Files,
): AskedPidfile | undefined {
  for (const [pid, { identity, links, signalRole }] of processes.tracked) {
    if (signalRole !== "master" || identity.pidfile === undefined) continue;
    if (links?.kind !== "read" || !links.descriptorOf.has(inode)) continue;
    const name = pathBytes(identity.pidfile);
    const base = proc.of(pid, name.startsWith("/") ? "root" : "cwd");
    const link = files.link(base);
    if (link.ok)
      return { place, path: joinPath(link.value, `./${name}`), reachablePath: `${base}/${name}` };
  }
  return undefined;
}

/** What stands in a pidfile, and whether that process lives. A missing file is an answer too. */
function readPidfile(
  asked: AskedPidfile,
  proc: ProcPaths,
  files: Files,
): { readonly pidfile: Pidfile; readonly blind: readonly Blindness[] } {
  const { place } = asked;
  const path = pathText(asked.path);
  const without = (problem: Pidfile["problem"]): Pidfile => {
    return { path, place, pid: undefined, problem, alive: false };
  };
  const read = files.regular(asked.reachablePath, LONGEST_PIDFILE_BYTES);
  if (!read.ok) {
    if (read.failure.kind === "gone") return { pidfile: without("missing"), blind: [] };
    const blind: Blindness = { what: "pidfile", place, reason: `${path}: ${read.failure.why}` };
    return { pidfile: without("unreadable"), blind: [blind] };
  }
  const content = parsePidfile(read.value);
  if (content.kind !== "pid") return { pidfile: without(content.kind), blind: [] };
  const { pid } = content;
  return {
    pidfile: { path, place, pid, problem: undefined, alive: lives(pid, proc, files) },
    blind: [],
  };
}

function lives(pid: number, proc: ProcPaths, files: Files): boolean {
  const stat = files.parsed(proc.of(pid, "stat"), parseProcStat);
  return stat.ok && stat.value.state !== "Z" && stat.value.state !== "X";
}
