import type { LaunchFacts, ModelMaster } from "../model/cutover-facts.ts";
import type { GroupReport, MasterReport } from "../model/report.ts";
import { gunicornIn, gunicornLine } from "../parse/gunicorn-words.ts";
import { parseCmdline } from "../parse/cmdline.ts";
import { parseEnviron } from "../parse/environment-file.ts";
import { isRootsAlone, parseCredentials } from "../parse/proc-credentials.ts";
import { socketInode } from "../parse/fd-link.ts";
import { parseTcpListeners } from "../parse/net-tcp.ts";
import { parseListeners } from "../parse/net-unix.ts";
import { parseOpenFiles } from "../parse/open-files.ts";
import { pathText } from "../parse/path-text.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";
import { readPriorities } from "./priorities.ts";

/** What is read of the master whose work the native unit will do. */
export interface ReadMaster {
  readonly master: ModelMaster;
  readonly ownLaunch: LaunchFacts | undefined;
}

const title = /^gunicorn: master \[(.+?)(?:\.2)?\]$/;
/** open(2): one of them is set where a file is open for writing. */
const WRITES = 0o3;

/** Reads a master, its environment and open files included, which takes root. */
export function readMaster(
  { pid }: MasterReport,
  { workers }: GroupReport,
  proc: ProcPaths,
  files: Files,
): ReadMaster {
  const cwd = files.link(proc.of(pid, "cwd"));
  const directory = cwd.ok ? pathText(cwd.value) : undefined;
  const cmdline = files.bytes(proc.of(pid, "cmdline"));
  const args = cmdline.ok ? parseCmdline(cmdline.value) : [];
  const environ = files.text(proc.of(pid, "environ"));
  const own = files.text(proc.of(pid, "status"));
  const status = files.text(proc.of(workers[0]?.pid ?? pid, "status"));
  const limits = files.text(proc.of(pid, "limits"));
  const found = gunicornIn(args);
  return {
    master: {
      pid,
      isRoots: own.ok && isRootsAlone(own.value),
      listens: listensOf(pid, proc, files),
      title: title.exec(args[0] ?? "")?.[1],
      workingDirectory: directory,
      environment: environ.ok ? parseEnviron(asUtf8(environ.value)) : undefined,
      workers: workers.length,
      account: status.ok ? parseCredentials(status.value) : undefined,
      openFiles: limits.ok ? parseOpenFiles(limits.value) : undefined,
      priorities: readPriorities(pid, proc, files),
      writes: writtenBy(pid, proc, files),
    },
    ownLaunch:
      found === undefined
        ? undefined
        : {
            kind: "process",
            source: `command line of master ${pid}`,
            program: found.program,
            line: gunicornLine(found.rest),
            isWhole: true,
            directory,
          },
  };
}

/** What is no UTF-8 becomes U+FFFD, and is asked for later. */
function asUtf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}

/** Listeners that a process holds, in its own network. */
function listensOf(pid: number, proc: ProcPaths, files: Files): readonly string[] {
  const listed = files.names(proc.of(pid, "fd"));
  const inodes = new Set<number>();
  for (const name of listed.ok ? listed.value : []) {
    const link = files.link(proc.of(pid, `fd/${name}`));
    const inode = link.ok ? socketInode(link.value) : undefined;
    if (inode !== undefined) inodes.add(inode);
  }
  const tcp = ["net/tcp", "net/tcp6"].flatMap((table) => {
    const read = files.text(proc.of(pid, table));
    return (read.ok ? parseTcpListeners(read.value) : undefined) ?? [];
  });
  const unix = files.bytes(proc.of(pid, "net/unix"));
  const rows = unix.ok ? parseListeners(unix.value).rows : [];
  const all = [
    ...tcp.filter(({ inode }) => inodes.has(inode)).map(({ port }) => `TCP port ${port}`),
    ...rows.filter(({ inode }) => inodes.has(inode)).map(({ name }) => pathText(name)),
  ];
  return [...new Set(all)].toSorted();
}

/** Regular files that a process has open for writing; what is deleted has no name any more. */
function writtenBy(pid: number, proc: ProcPaths, files: Files): readonly string[] {
  const listed = files.names(proc.of(pid, "fd"));
  const paths = new Set<string>();
  for (const name of listed.ok ? listed.value : []) {
    const link = files.link(proc.of(pid, `fd/${name}`));
    if (!link.ok || !link.value.startsWith("/") || link.value.endsWith(" (deleted)")) continue;
    const info = files.text(proc.of(pid, `fdinfo/${name}`));
    const flags = info.ok ? /^flags:\s+(\d+)$/m.exec(info.value)?.[1] : undefined;
    if (flags === undefined || (Number.parseInt(flags, 8) & WRITES) === 0) continue;
    const stat = files.stat(link.value);
    if (stat.ok && stat.value.isFile()) paths.add(pathText(link.value));
  }
  return [...paths].toSorted();
}
