import type { ProcessNow } from "../model/acting.ts";
import type { Read } from "../model/read.ts";
import { parseProcStat } from "../parse/proc-stat.ts";
import { wholeNumber } from "../parse/whole-number.ts";
import { isDead, isGone, type LookAtProcess } from "./eyes-process.ts";
import type { FailureLog } from "./failures.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";

/** Descendants of processes by their parents; undefined: some of them could not be seen. */
export type LookBelow = (pids: readonly number[]) => readonly ProcessNow[] | undefined;

/** Children come and go while they are read: so often may two lists in a row differ. */
const TRIES = 8;

/**
 * Looks below processes. By /proc/PID/task/TID/children, which costs what the group costs; where
 * the kernel has no such file (CONFIG_PROC_CHILDREN), by the parents of all processes of the host.
 */
export function createLookBelow(
  proc: ProcPaths,
  files: Files,
  look: LookAtProcess,
  log: FailureLog,
): LookBelow {
  /** Undefined: unreadable, or too restless to be told. */
  function childrenOf(pid: number): readonly number[] | "no-file" | undefined {
    let last: string | undefined;
    for (let turn = 0; turn < TRIES; turn += 1) {
      const children = childrenOnce(pid, proc, files, log);
      if (!Array.isArray(children)) return children;
      // The kernel may leave out a child when the one that it printed before was reaped under it
      // (get_children_pid in fs/proc/array.c). Such a list names one that is no child by then, so
      // the next list differs: two equal lists in a row are both whole.
      const text = children.join(" ");
      if (text === last) return children;
      last = text;
    }
    return undefined;
  }

  function walk(): Map<number, number[]> | undefined {
    const listed = files.names(proc.root);
    if (!listed.ok) return undefined;
    const children = new Map<number, number[]>();
    for (const pid of listed.value.map(wholeNumber)) {
      if (pid === undefined) continue;
      const stat = files.parsed(proc.of(pid, "stat"), parseProcStat);
      if (!stat.ok) {
        if (stat.failure.kind === "gone") continue;
        return undefined;
      }
      const siblings = children.get(stat.value.parentPid);
      if (siblings === undefined) children.set(stat.value.parentPid, [pid]);
      else siblings.push(pid);
    }
    return children;
  }

  function descend(
    pids: readonly number[],
    children: (pid: number) => readonly number[] | "no-file" | undefined,
  ): readonly ProcessNow[] | "no-file" | undefined {
    const found = new Map<number, ProcessNow | undefined>(pids.map((pid) => [pid, undefined]));
    // a Map's iterator also visits what is added on the way
    for (const [pid, now] of found) {
      if (now !== undefined && isDead(now)) continue;
      const below = children(pid);
      if (below === undefined || below === "no-file") return below;
      for (const child of below) {
        if (found.has(child)) continue;
        const seen = look(child);
        if (seen === "unreadable") return undefined;
        // reaped or taken in by another parent meanwhile
        if (seen === "gone" || seen.parentPid !== pid) continue;
        found.set(child, seen);
      }
    }
    return [...found.values()].filter((now) => now !== undefined);
  }

  return (pids) => {
    const found = descend(pids, childrenOf);
    if (found !== "no-file") return found;
    const children = walk();
    if (children === undefined) return undefined;
    const walked = descend(pids, (pid) => children.get(pid) ?? []);
    return walked === "no-file" ? undefined : walked;
  };
}

/** Children of all threads of a process in one look; none of a process that is gone. */
function childrenOnce(
  pid: number,
  proc: ProcPaths,
  files: Files,
  log: FailureLog,
): readonly number[] | "no-file" | undefined {
  const threads = files.names(proc.of(pid, "task"));
  if (!threads.ok) return threads.failure.kind === "gone" && isGone(pid, log) ? [] : undefined;
  const children = new Set<number>();
  for (const thread of threads.value) {
    const read = files.text(proc.of(pid, `task/${thread}/children`));
    if (read.ok) {
      for (const child of numbersIn(read.value)) children.add(child);
      continue;
    }
    if (read.failure.kind !== "gone") return undefined;
    // the file can only be missing beside others when the kernel has none
    if (threadStands(files.stat(proc.of(pid, `task/${thread}/stat`)))) return "no-file";
  }
  return [...children];
}

function threadStands(stat: Read<unknown>): boolean {
  return stat.ok || stat.failure.kind !== "gone";
}

function numbersIn(text: string): readonly number[] {
  return text.split(" ").flatMap((word) => wholeNumber(word) ?? []);
}
