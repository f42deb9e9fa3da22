import type { Blindness } from "../model/blind.ts";
import type { Discovery } from "./discovery.ts";
import type { Files } from "./files.ts";
import { heldInodes, refreshLinks } from "./link-table.ts";
import type { ProcPaths } from "./paths.ts";
import type { ProcessTable, Tracked } from "./process-table.ts";
import type { Slices } from "./slices.ts";
import type { SocketTable, SocketTables, Viewer } from "./socket-tables.ts";

/** Listener tables of every namespace that counts, with the blind spots met on the way. */
export interface FoundSockets {
  readonly tables: readonly SocketTable[];
  readonly blind: readonly Blindness[];
}

/** The part of a scan that finds processes and what they hold. */
export interface ProcessFinder {
  /** `watchedNames`: last components of the paths that are watched. */
  find(
    watchedNames: ReadonlySet<string>,
    uptimeSeconds: number,
    slices: Slices,
  ): Promise<FoundSockets>;
}

/** Finds into `processes`, which it keeps up to date. */
export function createProcessFinder(
  processes: ProcessTable,
  discovery: Discovery,
  socketTables: SocketTables,
  proc: ProcPaths,
  files: Files,
): ProcessFinder {
  // a process that could not even read its own link would still be alone with itself
  const link = files.link(`${proc.root}/self/ns/net`);
  const own = link.ok ? link.value : "net:[own]";
  // an agent with a namespace of its own (PrivateNetwork=) still has to see the host's listeners
  const init = files.link(proc.of(1, "ns/net"));

  function readTables(): FoundSockets {
    const viewers = new Map<string, Viewer[]>([[own, ["self"]]]);
    if (init.ok && init.value !== own) viewers.set(init.value, [1]);
    for (const [pid, { identity, stat }] of processes.tracked) {
      const netns = identity.netns ?? own;
      if (netns === own || stat.state === "Z") continue;
      const others = viewers.get(netns);
      if (others === undefined) viewers.set(netns, [pid]);
      else others.push(pid);
    }
    return socketTables.read(viewers);
  }

  function listenersAt(names: ReadonlySet<string>, tables: readonly SocketTable[]): Set<number> {
    const inodes = new Set<number>();
    for (const { byBasename } of tables) {
      for (const name of names) for (const inode of byBasename.get(name) ?? []) inodes.add(inode);
    }
    return inodes;
  }

  function unheld(inodes: ReadonlySet<number>): Set<number> {
    const held = heldInodes(processes);
    return new Set([...inodes].filter((inode) => !held.has(inode)));
  }

  return {
    async find(watchedNames, uptimeSeconds, slices) {
      processes.refresh();
      await processes.settle();
      let found = readTables();
      const watched = listenersAt(watchedNames, found.tables);
      const newRows = await discovery.discover(found.tables, watched, uptimeSeconds, slices);
      await processes.settle();
      const byNetns = new Map(found.tables.map((table) => [table.netns, table]));
      const tableOf = ({ identity }: Tracked): SocketTable | undefined =>
        byNetns.get(identity.netns ?? own);
      if ([...processes.tracked.values()].some((known) => tableOf(known) === undefined)) {
        found = readTables();
        for (const table of found.tables) byNetns.set(table.netns, table);
      }
      await refreshLinks(processes, tableOf, newRows, proc, files, slices);
      if (await discovery.searchHolders(unheld(listenersAt(watchedNames, found.tables)), slices)) {
        await processes.settle();
        await refreshLinks(processes, tableOf, false, proc, files, slices);
      }
      return found;
    },
  };
}
