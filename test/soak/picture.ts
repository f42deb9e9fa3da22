import type { Verdict } from "../../agent/model/verdict.ts";
import type { PlaceState, TruthProcess } from "./truth.ts";

/** A master that listens at a place. */
export interface ListeningMaster {
  readonly pid: number;
  readonly startTicks: number;
  /** Inode of the listener. */
  readonly inode: number;
  /** Its parent listens on the same listener: it is the new side of a USR2 upgrade. */
  readonly succeeds: boolean;
}

/** What of a place's state decides what may be said of it. */
export interface Picture {
  /** Inode of the listener that new connections reach; null: there is none. */
  readonly owner: number | null;
  readonly listening: readonly ListeningMaster[];
  /** Masters that listen no more, while workers of theirs still hold the listener. */
  readonly draining: Remains;
  /** Workers whose master is dead. */
  readonly orphans: Remains;
}

/** Pids of what is left of groups that listen no more. */
export interface Remains {
  readonly certain: readonly number[];
  /**
   * Those of whom only workers are left that serve nobody any more, since Python is taking them
   * down, but still hold the listener: they may be counted or not.
   */
  readonly ending: readonly number[];
}

/** The picture of a state, the same for states that differ only in what decides nothing. */
export function pictureOf({ owner, processes }: PlaceState): Picture {
  const masters = processes.filter(({ kind }) => kind === "master");
  const byPid = new Map(masters.map((master) => [master.pid, master]));
  const childrenOf = (pid: number): readonly TruthProcess[] =>
    processes.filter(({ kind, parentPid }) => kind !== "master" && parentPid === pid);
  return {
    owner,
    listening: masters.flatMap((master) => listeningOf(master, byPid)),
    // the old side of an upgrade stays the new one's parent, but waits for workers of its own
    draining: remains(
      masters.filter(({ holds }) => holds.length === 0),
      ({ pid }) => childrenOf(pid),
    ),
    orphans: remains(
      processes.filter(({ kind, parentPid }) => kind !== "master" && !byPid.has(parentPid)),
      (orphan) => [orphan],
    ),
  };
}

function remains(
  processes: readonly TruthProcess[],
  leftOf: (process: TruthProcess) => readonly TruthProcess[],
): Remains {
  const isCertain = (process: TruthProcess): boolean =>
    leftOf(process).some(({ kind }) => kind === "worker");
  const left = processes.filter((process) => leftOf(process).length > 0);
  return {
    certain: left.filter(isCertain).map(({ pid }) => pid),
    ending: left.filter((process) => !isCertain(process)).map(({ pid }) => pid),
  };
}

function listeningOf(
  { pid, startTicks, parentPid, holds, children }: TruthProcess,
  masters: ReadonlyMap<number, TruthProcess>,
): readonly ListeningMaster[] {
  const above = masters.get(parentPid)?.holds ?? [];
  return holds.flatMap((inode) => {
    const succeeds = above.includes(inode);
    // a worker that was forked this moment still catches its master's signals
    return succeeds && children === 0 ? [] : [{ pid, startTicks, inode, succeeds }];
  });
}

/** Masters that listen while new connections reach another listener. */
export function staleIn({ owner, listening }: Picture): readonly ListeningMaster[] {
  return owner === null ? [] : listening.filter(({ inode }) => inode !== owner);
}

/**
 * Whether a verdict is true of a picture; null stands for "no gunicorn is left there". Nothing
 * makes `unknown` true here, where all can be seen.
 */
export function isTrueOf(verdict: Verdict | null, picture: Picture): boolean {
  const { owner, listening, draining, orphans } = picture;
  const heads = listening.filter(({ succeeds }) => !succeeds);
  const serving = heads.filter(({ inode }) => inode === owner);
  const groups = listening.length + draining.certain.length + orphans.certain.length;
  const isDraining = draining.certain.length + draining.ending.length > 0;
  switch (verdict) {
    case "duplicate":
      return staleIn(picture).length > 0 || serving.length > 1;
    case "unreachable":
      return owner === null && (listening.length + orphans.certain.length > 0 || isDraining);
    case "orphaned-workers":
      return orphans.certain.length + orphans.ending.length > 0;
    case "unknown":
      return false;
    case "no-master":
    case null:
      return groups === 0;
    case "handover":
      return owner !== null && (heads.length < listening.length || isDraining);
    case "one-master":
      return serving.length === 1 && groups === 1;
  }
}
