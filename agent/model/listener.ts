/**
 * A row of /proc/PID/net/unix: a stream socket with a name, in state LISTEN. A hint only,
 * since any user can forge one; it counts once the fd link of some process carries its inode.
 */
export interface ListenerRow {
  /** The socket's own inode (sockfs), unique among the living sockets of the host. */
  readonly inode: number;
  /** The name as it was bound, one character a byte (latin1): relative names stay relative. */
  readonly name: string;
  /** Another row claims the same socket under another name: one of the two is forged. */
  readonly contested?: true;
}

/**
 * The file a listener is bound to, from unix_diag (UDIAG_VFS) through `ss -xlHe`.
 * The kernel gives the inode's low 32 bits and the device of the superblock.
 */
export interface BoundFile {
  readonly inode32: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/**
 * `file`: known. `none`: an abstract name, or bound to nothing on a file system.
 * `unknown`: could not be asked, or two answers disagreed.
 */
export type Binding =
  | { readonly kind: "file"; readonly file: BoundFile }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly why: string };
