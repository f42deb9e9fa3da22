import type { Blindness } from "../model/blind.ts";
import { parseProcStat } from "../parse/proc-stat.ts";
import type { Census, Found } from "./census.ts";
import type { Files } from "./files.ts";
import type { HolderSearch } from "./holders.ts";
import { heldInodes, servedInodes } from "./link-table.ts";
import type { ProcPaths } from "./paths.ts";
import type { ProcessTable } from "./process-table.ts";
import type { Slices } from "./slices.ts";
import type { SocketTable } from "./socket-tables.ts";

/**
 * Decides when a scan has to look further than at the processes it already watches: at the
 * start, when a listener has come whose holder is not known, and at a low rate for what
 * announces itself by no listener, such as a container that starts.
 */
export interface Discovery {
  /**
   * Looks for gunicorns if there is a reason to; true when it has looked because of new rows.
   * `watched` are the listeners at watched paths as far as they are known: those of a socket
   * unit outlive their server, and announce the next one by no new row.
   */
  discover(
    tables: readonly SocketTable[],
    watched: ReadonlySet<number>,
    uptimeSeconds: number,
    slices: Slices,
  ): Promise<boolean>;
  /** Looks for holders of listeners at watched paths that no watched process holds. */
  searchHolders(inodes: ReadonlySet<number>, slices: Slices): Promise<boolean>;
  blind(): readonly Blindness[];
}

const NEW_EVERY_MS = 60_000;
const ALL_EVERY_MS = 900_000;
/** While a watched path has a listener that nobody is known to hold, or nobody but systemd. */
const RESTLESS_EVERY_MS = 1_000;

/** Discovery that adds what it finds to `processes`. */
export function createDiscovery(
  processes: ProcessTable,
  census: Census,
  holders: HolderSearch,
  proc: ProcPaths,
  files: Files,
  monotonicMs: () => number,
): Discovery {
  let newAtMs = Number.NEGATIVE_INFINITY;
  let allAtMs = Number.NEGATIVE_INFINITY;
  let restless = false;
  /** Listeners without a known holder that a census has not explained; looked at no more. */
  let passedOver = new Set<number>();
  let lastTables: readonly SocketTable[] = [];
  let lastHeld = new Set<number>();
  let blindness: readonly Blindness[] = [];

  function due(nowMs: number, newRows: boolean, awaited: boolean): "all" | "new" | undefined {
    if (nowMs - allAtMs >= ALL_EVERY_MS) return "all";
    const everyMs = restless || awaited ? RESTLESS_EVERY_MS : NEW_EVERY_MS;
    return newRows || nowMs - newAtMs >= everyMs ? "new" : undefined;
  }

  /** True when a watched listener is still there and no server holds it. */
  function awaitServer(tables: readonly SocketTable[], watched: ReadonlySet<number>): boolean {
    const served = servedInodes(processes);
    return [...watched].some(
      (inode) => !served.has(inode) && tables.some(({ rows }) => rows.has(inode)),
    );
  }

  /** True when there are listeners without a known holder that were not there, or had one, before. */
  function haveNewRows(tables: readonly SocketTable[]): boolean {
    const held = heldInodes(processes);
    const lost = [...lastHeld].some((inode) => !held.has(inode));
    lastHeld = held;
    if (!lost && sameTables(tables, lastTables)) return false;
    lastTables = tables;
    const rows = tables.flatMap((table) => [...table.rows.keys()]);
    const unheld = rows.filter((inode) => !held.has(inode));
    const news = unheld.some((inode) => !passedOver.has(inode));
    passedOver = new Set(unheld);
    return news;
  }

  return {
    async discover(tables, watched, uptimeSeconds, slices) {
      const nowMs = monotonicMs();
      const newRows = haveNewRows(tables);
      const which = due(nowMs, newRows, awaitServer(tables, watched));
      if (which === undefined) return false;
      newAtMs = nowMs;
      if (which === "all") allAtMs = nowMs;
      const taken = await census.take(which, uptimeSeconds, slices);
      if (!taken.ok) {
        blindness = [{ what: "processes", reason: taken.failure.why }];
        return newRows;
      }
      blindness = hiddenFrom(taken.value);
      for (const stat of taken.value.gunicorns) processes.add(stat, false);
      return newRows;
    },
    async searchHolders(inodes, slices) {
      restless = inodes.size > 0;
      const pids = await holders.find(inodes, slices);
      for (const pid of pids) {
        const stat = files.parsed(proc.of(pid, "stat"), parseProcStat);
        if (stat.ok) processes.add(stat.value, true);
      }
      return pids.length > 0;
    },
    blind: () => blindness,
  };
}

/** hidepid=2 leaves out pids of others, hidepid=1 lists them and refuses their files (proc(5)). */
function hiddenFrom({ pids, unread }: Found): readonly Blindness[] {
  const reason = "pids of other users are hidden (hidepid or ProtectProc)";
  if (!pids.includes(1)) return [{ what: "processes", reason }];
  return unread === undefined ? [] : [{ what: "processes", reason: unread }];
}

function sameTables(one: readonly SocketTable[], other: readonly SocketTable[]): boolean {
  return one.length === other.length && one.every((table, index) => table === other[index]);
}
