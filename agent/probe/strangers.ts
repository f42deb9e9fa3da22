import type { Place } from "../model/place.ts";
import type { Listener } from "../model/snapshot.ts";
import { pathText } from "../parse/path-text.ts";
import type { BindingCache } from "./binding-cache.ts";
import type { HeldListener } from "./listeners.ts";
import type { SocketTable } from "./socket-tables.ts";

/**
 * Listeners of other programs that are bound to the file at a watched path: without them the
 * path would seem to belong to nobody.
 */
export function strangersAt(
  places: readonly Place[],
  tables: readonly SocketTable[],
  held: readonly HeldListener[],
  bindings: BindingCache,
): readonly Listener[] {
  const known = new Set(held.map(({ row }) => row.inode));
  const strangers: Listener[] = [];
  for (const { state } of places) {
    if (state.kind !== "socket") continue;
    for (const { netns, rows } of tables) {
      for (const inode of bindings.boundTo(netns, state.file.inode % 2 ** 32)) {
        const row = rows.get(inode);
        if (row === undefined || known.has(inode)) continue;
        known.add(inode);
        const binding = bindings.of(netns, inode);
        strangers.push({ inode, boundAs: pathText(row.name), netns, binding, place: undefined });
      }
    }
  }
  return strangers;
}
