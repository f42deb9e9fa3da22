import type { Blindness } from "../model/blind.ts";
import type { ListenerRow } from "../model/listener.ts";
import { hasSameListeners, parseListeners } from "../parse/net-unix.ts";
import type { FailureLog } from "./failures.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";
import { basenameOf } from "./places.ts";

/** A process through which a namespace is read; `self` for the agent's own. */
export type Viewer = number | "self";

/** The listener rows of one network namespace. The same object as long as they are the same. */
export interface SocketTable {
  /** `net:[…]`. */
  readonly netns: string;
  readonly viewer: Viewer;
  readonly rows: ReadonlyMap<number, ListenerRow>;
  /** Inodes by the last component of the name. */
  readonly byBasename: ReadonlyMap<string, readonly number[]>;
}

/** Reads socket tables. */
export interface SocketTables {
  /**
   * The table of each namespace, read through the first of its viewers that has not left; one
   * whose last process has left has no rows.
   */
  read(viewers: ReadonlyMap<string, readonly Viewer[]>): {
    readonly tables: readonly SocketTable[];
    readonly blind: readonly Blindness[];
  };
}

/** Reads tables below `proc`, and remembers them: most scans find the listeners of the last one. */
export function createSocketTables(proc: ProcPaths, files: Files, log: FailureLog): SocketTables {
  let remembered = new Map<string, SocketTable>();

  function readOne(
    netns: string,
    [viewer, ...others]: readonly Viewer[],
    blind: Blindness[],
  ): SocketTable {
    if (viewer === undefined) return tableOf(netns, "self", []);
    const path = `${proc.root}/${viewer}/net/unix`;
    const read = files.bytes(path);
    if (!read.ok) {
      if (read.failure.kind === "gone" && viewer !== "self") return readOne(netns, others, blind);
      blind.push({ what: "listeners", reason: `${path}: ${read.failure.why}` });
      return tableOf(netns, viewer, []);
    }
    const known = remembered.get(netns);
    if (known?.viewer === viewer && hasSameListeners(read.value, known.rows)) return known;
    const { rows, malformed } = parseListeners(read.value);
    for (let row = 0; row < malformed; row += 1) {
      log.count({ kind: "malformed", what: path, why: "a row that is no listener" });
    }
    return tableOf(netns, viewer, rows);
  }

  return {
    read(viewers) {
      const blind: Blindness[] = [];
      const tables = [...viewers].map(([netns, all]) => readOne(netns, all, blind));
      remembered = new Map(tables.map((table) => [table.netns, table]));
      return { tables, blind };
    },
  };
}

function tableOf(netns: string, viewer: Viewer, rows: readonly ListenerRow[]): SocketTable {
  const byBasename = new Map<string, number[]>();
  for (const { inode, name } of rows) {
    const basename = basenameOf(name);
    const others = byBasename.get(basename);
    if (others === undefined) byBasename.set(basename, [inode]);
    else others.push(inode);
  }
  return { netns, viewer, rows: new Map(rows.map((row) => [row.inode, row])), byBasename };
}
