import { socketInode } from "../parse/fd-link.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";
import type { Slices } from "./slices.ts";

/** The sockets behind the descriptors of a process, or that they must not be seen. */
export type Links =
  | { readonly kind: "read"; readonly descriptorOf: ReadonlyMap<number, number> }
  | { readonly kind: "denied"; readonly why: string };

/**
 * Reads which of `wanted` sockets a process holds, by the links in /proc/PID/fd. That needs
 * PTRACE_MODE_READ_FSCREDS (proc_pid_fd(5)): root, or CAP_SYS_PTRACE with CAP_DAC_READ_SEARCH.
 * A process that leaves meanwhile holds nothing.
 */
export async function readLinks(
  pid: number,
  wanted: (inode: number) => boolean,
  proc: ProcPaths,
  files: Files,
  slices: Slices,
): Promise<Links> {
  const listed = files.names(proc.of(pid, "fd"));
  if (!listed.ok) return withoutRights(listed.failure);
  const descriptorOf = new Map<number, number>();
  for (const name of listed.value) {
    const link = files.link(proc.of(pid, `fd/${name}`));
    if (!link.ok) {
      if (link.failure.kind === "denied") return withoutRights(link.failure);
      continue;
    }
    const inode = socketInode(link.value);
    if (inode !== undefined && wanted(inode)) descriptorOf.set(inode, Number(name));
    if (slices.spent()) await slices.breathe();
  }
  return { kind: "read", descriptorOf };
}

/** True while every descriptor that was found still leads to its socket. */
export function linksStillHold(pid: number, links: Links, proc: ProcPaths, files: Files): boolean {
  if (links.kind === "denied") return false;
  for (const [inode, descriptor] of links.descriptorOf) {
    const link = files.link(proc.of(pid, `fd/${descriptor}`));
    if (!link.ok || socketInode(link.value) !== inode) return false;
  }
  return true;
}

function withoutRights(failure: { readonly kind: string; readonly why: string }): Links {
  if (failure.kind === "gone") return { kind: "read", descriptorOf: new Map() };
  return { kind: "denied", why: failure.why };
}
