import type { ProcessFacts } from "../model/process.ts";

/** Processes by pid and by parent. Zombies are left out: they hold nothing and are no group. */
export interface Lineage {
  readonly byPid: ReadonlyMap<number, ProcessFacts>;
  readonly childrenOf: ReadonlyMap<number, readonly ProcessFacts[]>;
}

/** Orders the living processes of a snapshot by who descends from whom. */
export function lineageOf(processes: readonly ProcessFacts[]): Lineage {
  const byPid = new Map<number, ProcessFacts>();
  const childrenOf = new Map<number, ProcessFacts[]>();
  for (const process of processes) {
    if (process.state === "Z" || process.state === "X") continue;
    byPid.set(process.id.pid, process);
    const siblings = childrenOf.get(process.parentPid);
    if (siblings === undefined) childrenOf.set(process.parentPid, [process]);
    else siblings.push(process);
  }
  return { byPid, childrenOf };
}

/**
 * All living descendants of a process, nearest first, not entering the processes in `except`.
 * Each is visited once, so parent links that were read at different moments and form a ring
 * do no harm.
 */
export function descendantsOf(
  lineage: Lineage,
  ancestor: ProcessFacts,
  except: ReadonlySet<ProcessFacts>,
): readonly ProcessFacts[] {
  const found = new Set<ProcessFacts>();
  const queue: ProcessFacts[] = [ancestor];
  for (const process of queue) {
    for (const child of lineage.childrenOf.get(process.id.pid) ?? []) {
      if (child === ancestor || found.has(child) || except.has(child)) continue;
      found.add(child);
      queue.push(child);
    }
  }
  return [...found];
}
