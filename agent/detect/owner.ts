import { sameDevice, sameInode32 } from "../model/bound-file.ts";
import type { Knock, Place, SocketFile } from "../model/place.ts";
import type { Listener } from "../model/snapshot.ts";

/** Which listener new connections to a path reach. */
export type Owner =
  | { readonly kind: "listener"; readonly listener: Listener }
  /** Nobody: why, as the end of a sentence that begins with the path. */
  | { readonly kind: "nobody"; readonly why: string }
  /** It could not be told. */
  | { readonly kind: "unknown"; readonly why: string };

/**
 * Who owns a path: the listener whose bound file is the file that stands there now.
 * `listeners` are all that could be bound there, those of other programs too.
 */
export function ownerOf(place: Place, listeners: readonly Listener[]): Owner {
  const { state } = place;
  switch (state.kind) {
    case "absent":
      return { kind: "nobody", why: "does not exist" };
    case "not-a-socket":
      return { kind: "nobody", why: `is ${state.what}, not a socket` };
    case "unreadable":
      return { kind: "unknown", why: `cannot be looked at: ${state.why}` };
    case "socket":
      return ownerOfFile(place, state.file, listeners) ?? ownerUnseen(state.knock);
  }
}

/** The owner among the listeners in sight; undefined when it is none of them. */
function ownerOfFile(
  place: Place,
  file: SocketFile,
  listeners: readonly Listener[],
): Owner | undefined {
  const owners = listeners.filter((listener) => isBoundTo(listener, place, file));
  const [owner, second] = owners;
  if (second !== undefined) {
    return { kind: "unknown", why: "seems to be bound by two listeners at once" };
  }
  if (owner !== undefined) return { kind: "listener", listener: owner };
  for (const { binding, place: key } of listeners) {
    if (key === place.key && binding.kind === "unknown") {
      return { kind: "unknown", why: `may or may not be theirs: ${binding.why}` };
    }
  }
  return undefined;
}

/** A file that no listener in sight is bound to may be left over, or lead out of sight. */
function ownerUnseen(knock: Knock | undefined): Owner {
  switch (knock?.kind) {
    case "answered": {
      const where = "such as in another network namespace";
      return { kind: "unknown", why: `is listened at by a process out of sight, ${where}` };
    }
    case "unheard":
      return { kind: "unknown", why: `may lead to a listener out of sight: ${knock.why}` };
    case "refused":
    case undefined:
      return { kind: "nobody", why: "is a socket file that none of them is bound to" };
  }
}

/**
 * The kernel gives the low 32 bits of the inode and the superblock's device, which is not
 * always st_dev (btrfs, some overlays). Two living sockets bound in one directory never share
 * an inode, so there the inode decides; elsewhere the device has to agree as well.
 */
function isBoundTo(listener: Listener, place: Place, file: SocketFile): boolean {
  if (listener.binding.kind !== "file") return false;
  const bound = listener.binding.file;
  if (!sameInode32(bound, file)) return false;
  return listener.place === place.key || sameDevice(bound, file);
}
