import type { Blindness } from "../model/blind.ts";
import type { ListenerRow } from "../model/listener.ts";
import type { Place } from "../model/place.ts";
import { reasonOf } from "./failures.ts";
import type { Places } from "./places.ts";
import type { ProcessTable, Tracked } from "./process-table.ts";
import type { SocketTable } from "./socket-tables.ts";

/** A listener that a watched process holds, and the place its name leads to. */
export interface HeldListener {
  readonly row: ListenerRow;
  readonly table: SocketTable;
  /** Undefined where the place must not be looked at. */
  readonly place: Place | undefined;
}

/** Places that listeners were found at while their master lived, by listener inode. */
export type PlaceMemory = Map<number, string>;

/** All listeners with a watched holder, and the places that must not be seen. */
export function heldListeners(
  tables: readonly SocketTable[],
  processes: ProcessTable,
  places: Places,
  remembered: PlaceMemory,
): { readonly held: readonly HeldListener[]; readonly blind: readonly Blindness[] } {
  const holdersOf = holdersByInode(processes);
  const held: HeldListener[] = [];
  const blind: Blindness[] = [];
  for (const table of tables) {
    for (const row of table.rows.values()) {
      const holders = holdersOf.get(row.inode);
      if (holders === undefined) continue;
      const { place, unseen, gone } = placeOf(row, holders, places, remembered);
      blind.push(...unseen);
      if (!gone) held.push({ row, table, place });
    }
  }
  for (const inode of remembered.keys()) if (!holdersOf.has(inode)) remembered.delete(inode);
  return { held, blind };
}

/** Holders of each listener, masters first: their working directory is the one that was bound in. */
function holdersByInode(processes: ProcessTable): ReadonlyMap<number, readonly Tracked[]> {
  const holders = new Map<number, Tracked[]>();
  for (const known of processes.tracked.values()) {
    if (known.links?.kind !== "read" || known.stat.state === "Z") continue;
    for (const inode of known.links.descriptorOf.keys()) {
      const others = holders.get(inode) ?? [];
      if (known.signalRole === "master") others.unshift(known);
      else others.push(known);
      holders.set(inode, others);
    }
  }
  return holders;
}

interface FoundPlace {
  readonly place: Place | undefined;
  readonly unseen: readonly Blindness[];
  /** Every holder left while we looked. */
  readonly gone: boolean;
}

function placeOf(
  row: ListenerRow,
  holders: readonly Tracked[],
  places: Places,
  remembered: PlaceMemory,
): FoundPlace {
  const known = remembered.get(row.inode);
  if (known !== undefined && holders[0]?.signalRole !== "master") {
    return { place: places.ofPath(known), unseen: [], gone: false };
  }
  const unseen: Blindness[] = [];
  for (const { stat } of holders) {
    const resolved = places.boundBy(stat.pid, row.name);
    switch (resolved.kind) {
      case "place":
        remember(row.inode, resolved.place, remembered);
        return { place: resolved.place, unseen: [], gone: false };
      case "unseen":
        unseen.push({ what: "path", pid: stat.pid, reason: reasonOf(resolved.failure) });
        break;
      case "gone":
        break;
    }
  }
  return { place: undefined, unseen: unseen.slice(0, 1), gone: unseen.length === 0 };
}

/** Workers may change their directory; the path that their master bound stays the same. */
function remember(inode: number, { reachablePath }: Place, remembered: PlaceMemory): void {
  if (!/^\/proc\/\d/.test(reachablePath)) remembered.set(inode, reachablePath);
}
