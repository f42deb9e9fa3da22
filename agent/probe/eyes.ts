import type { Eyes, FileNow } from "../model/acting.ts";
import { pathProblem } from "../model/plain-path.ts";
import { socketInode } from "../parse/fd-link.ts";
import { parseUsedMemory } from "../parse/meminfo.ts";
import { parseTcpListeners } from "../parse/net-tcp.ts";
import { parseSmapsRollup } from "../parse/smaps-rollup.ts";
import { createLookBelow } from "./eyes-below.ts";
import { createLookAtProcess, isDead, isGone, type LookAtProcess } from "./eyes-process.ts";
import type { FailureLog } from "./failures.ts";
import { createFiles, type Files, pathBytes } from "./files.ts";
import { askOwner } from "./owner-answer.ts";
import { type ProcPaths, procPaths } from "./paths.ts";
import { createSlowFiles, type SlowFiles } from "./slow-files.ts";

/** As long as a scan waits for one. */
const MEMORY_PATIENCE_MS = 2_000;
const AT_ONCE = 4;

/**
 * Eyes on the host below `procRoot`, ordinarily `/proc`, which has to be of the agent's own pid
 * namespace. Nothing is remembered from look to look; reads that fail are counted in `log`.
 */
export function createEyes({
  procRoot,
  log,
}: {
  readonly procRoot: string;
  readonly log: FailureLog;
}): Eyes {
  const proc = procPaths(procRoot);
  const files = createFiles(log);
  const slow = createSlowFiles(log, MEMORY_PATIENCE_MS);
  const look = createLookAtProcess(proc, files, log);
  return {
    process: look,
    sockets: (pid) => socketsOf(pid, proc, files, log),
    tcpPorts: (pid) => tcpPortsOf(pid, proc, files, log),
    below: createLookBelow(proc, files, look, log),
    reclaimable: (pids) => reclaimableOf(pids, proc, slow, look, log),
    usedMemory() {
      const used = files.parsed(`${procRoot}/meminfo`, parseUsedMemory);
      return used.ok ? used.value : undefined;
    },
    file: (path) => fileAt(path, files),
    answer: askOwner,
  };
}

/**
 * By the links in /proc/PID/fd, which need PTRACE_MODE_READ_FSCREDS (proc_pid_fd(5)). A process
 * that is gone holds none.
 */
function socketsOf(
  pid: number,
  proc: ProcPaths,
  files: Files,
  log: FailureLog,
): readonly number[] | undefined {
  const listed = files.names(proc.of(pid, "fd"));
  if (!listed.ok) return listed.failure.kind === "gone" && isGone(pid, log) ? [] : undefined;
  const inodes = new Set<number>();
  for (const name of listed.value) {
    const link = files.link(proc.of(pid, `fd/${name}`));
    // closed since it was listed
    if (!link.ok && link.failure.kind === "gone") continue;
    if (!link.ok) return undefined;
    const inode = socketInode(link.value);
    if (inode !== undefined) inodes.add(inode);
  }
  return [...inodes];
}

/** By the TCP tables of its network namespace and the sockets that it holds. */
function tcpPortsOf(
  pid: number,
  proc: ProcPaths,
  files: Files,
  log: FailureLog,
): readonly number[] | undefined {
  const held = socketsOf(pid, proc, files, log);
  if (held === undefined) return undefined;
  const ports = new Set<number>();
  for (const table of ["net/tcp", "net/tcp6"]) {
    const read = files.text(proc.of(pid, table));
    // a kernel without IPv6 has no second table
    if (!read.ok && read.failure.kind === "gone") continue;
    const listeners = read.ok ? parseTcpListeners(read.value) : undefined;
    if (listeners === undefined) return undefined;
    for (const { port, inode } of listeners) if (held.includes(inode)) ports.add(port);
  }
  return [...ports];
}

async function reclaimableOf(
  pids: readonly number[],
  proc: ProcPaths,
  slow: SlowFiles,
  look: LookAtProcess,
  log: FailureLog,
): Promise<number | undefined> {
  async function ofOne(pid: number): Promise<number | undefined> {
    const path = proc.of(pid, "smaps_rollup");
    const read = await slow.bytes(path);
    if (!read.ok) return read.failure.kind === "gone" && holdsNothing(pid, look) ? 0 : undefined;
    const memory = parseSmapsRollup(read.value.toString("latin1"));
    if (memory === undefined) {
      log.count({ kind: "malformed", what: path, why: "fields are missing" });
    }
    return memory?.reclaimableBytes;
  }

  const all = [...new Set(pids)];
  let sum = 0;
  for (let start = 0; start < all.length; start += AT_ONCE) {
    for (const bytes of await Promise.all(all.slice(start, start + AT_ONCE).map(ofOne))) {
      if (bytes === undefined) return undefined;
      sum += bytes;
    }
  }
  return sum;
}

/** A zombie without living threads has given its memory back already. */
function holdsNothing(pid: number, look: LookAtProcess): boolean {
  const now = look(pid);
  return now === "gone" || (now !== "unreadable" && isDead(now));
}

function fileAt(path: string, files: Files): FileNow {
  const problem = pathProblem(path);
  if (problem !== undefined) return { kind: "unreadable", why: problem };
  const stat = files.stat(pathBytes(path));
  if (!stat.ok) {
    const { kind, why } = stat.failure;
    return kind === "gone" ? { kind: "absent" } : { kind: "unreadable", why };
  }
  if (!stat.value.isSocket()) return { kind: "other" };
  const { dev: device, ino: inode } = stat.value;
  if (!Number.isSafeInteger(device) || !Number.isSafeInteger(inode)) {
    return {
      kind: "unreadable",
      why: "its inode number is too large to be told from its neighbours",
    };
  }
  return { kind: "socket", device, inode };
}
