/** What stands at a socket's path now. */
export type PathState =
  | { readonly kind: "socket"; readonly file: SocketFile; readonly knock?: Knock }
  | { readonly kind: "absent" }
  | { readonly kind: "not-a-socket"; readonly what: string }
  | { readonly kind: "unreadable"; readonly why: string };

/**
 * What came of connecting to a socket file that no listener in sight is bound to; absent where
 * there was no need. Network namespaces hide listeners, yet a socket file joins them all.
 */
export type Knock =
  | { readonly kind: "answered" }
  | { readonly kind: "refused" }
  | { readonly kind: "unheard"; readonly why: string };

/** The socket file at a path. */
export interface SocketFile {
  /** st_dev and st_ino as stat(2) gives them; the inode fits a double here (files above 2^53 are not met). */
  readonly device: number;
  readonly inode: number;
  /** Four octal digits, e.g. `0770`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /**
   * Device of the superblock from mountinfo, which differs from st_dev on btrfs and some
   * overlays; undefined where it could not be read.
   */
  readonly mountDevice: { readonly major: number; readonly minor: number } | undefined;
}

/**
 * Where a name leads: a directory by identity and a last component. Two binds are the same
 * socket exactly when their places have the same key, whatever the strings said.
 */
export interface Place {
  /** `device:inode/name` of the directory; equal keys mean the same path. */
  readonly key: string;
  /** Absolute path for people and labels, unprintable bytes escaped; unique among the places of one snapshot. */
  readonly path: string;
  /** The path to use from the agent's own mount namespace for watching, or through /proc/PID/root. Bytes as latin1. */
  readonly reachablePath: string;
  readonly state: PathState;
}
