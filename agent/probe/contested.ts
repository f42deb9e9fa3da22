import type { Blindness } from "../model/blind.ts";
import { sameDevice, sameInode32 } from "../model/bound-file.ts";
import type { BindingCache } from "./binding-cache.ts";
import type { HeldListener } from "./listeners.ts";

/**
 * Sockets that two rows name differently, so that one of them is forged. The name that was
 * taken is right where the file at its path is the one that the kernel says the socket is bound
 * to. Where that does not settle it, the socket may belong to any path.
 */
export function contestedNames(
  held: readonly HeldListener[],
  bindings: BindingCache,
): readonly Blindness[] {
  return held.flatMap((one): Blindness[] => {
    if (one.row.contested !== true || isSettled(one, bindings)) return [];
    const reason = `two rows name socket ${one.row.inode} differently: one is forged`;
    return [{ what: "listeners", reason }];
  });
}

function isSettled({ row, table, place }: HeldListener, bindings: BindingCache): boolean {
  const binding = bindings.of(table.netns, row.inode);
  if (binding.kind !== "file" || place?.state.kind !== "socket") return false;
  const { file } = place.state;
  // anybody can make files until a number matches, but not on another's file system
  return sameInode32(binding.file, file) && sameDevice(binding.file, file);
}
