import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { SignalRole } from "../../../agent/model/process.ts";
import { type ProcPaths, procPaths } from "../../../agent/probe/paths.ts";

/** Caught signals 1 to 31 as gunicorn 20.1 has them, field 34 of /proc/PID/stat. */
const caught: Readonly<Record<SignalRole, number>> = {
  master: 0x8314a07,
  worker: 0x8304226,
  other: 2,
};

/** One process of a fake /proc: what a test does not name is that of an ordinary process. */
export interface FakeProcess {
  readonly comm?: string;
  readonly state?: string;
  readonly parent?: number;
  readonly startTicks?: number;
  readonly role?: SignalRole;
  readonly uid?: number;
  readonly cmdline?: string;
  readonly cgroup?: string;
  readonly netns?: string;
  /** Children by the thread that forked them. */
  readonly threads?: Readonly<Record<number, readonly number[]>>;
  /** Targets of fd links by descriptor. */
  readonly fds?: Readonly<Record<number, string>>;
  readonly cwd?: string;
  /** Content of net/unix without its head; undefined: no such file. */
  readonly unix?: string;
  readonly smapsRollup?: string;
}

/** A folder that looks like /proc. It is removed when the test is finished. */
export interface FakeProc {
  readonly root: string;
  readonly paths: ProcPaths;
  /** Puts a process there, in place of any other with this pid. */
  put(pid: number, process?: FakeProcess): void;
  remove(pid: number): void;
  /** Writes a file such as `uptime` or `self/net/unix`. */
  write(name: string, content: string | Buffer): void;
  /** Writes a symbolic link such as `self/ns/net`. */
  link(name: string, target: string): void;
}

/** Makes a folder for one test, without symbolic links in its path; removed with the test. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(realpathSync(tmpdir()), "om-probe-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A fake /proc with no process in it, in the network namespace `net:[1]`. */
export function fakeProc(): FakeProc {
  const root = temporaryFolder();

  function write(name: string, content: string | Buffer): void {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  function link(name: string, target: string): void {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    symlinkSync(target, path);
  }

  function remove(pid: number): void {
    rmSync(join(root, String(pid)), { recursive: true, force: true });
  }

  function put(pid: number, process: FakeProcess = {}): void {
    const { fds = {}, threads = { [pid]: [] }, uid = 33, netns = "net:[1]" } = process;
    remove(pid);
    write(`${pid}/stat`, statLine(pid, process));
    write(`${pid}/status`, statusText(process, uid));
    write(`${pid}/cgroup`, process.cgroup ?? "0::/\n");
    write(`${pid}/cmdline`, process.cmdline ?? "");
    mkdirSync(join(root, `${pid}/fd`));
    for (const [fd, target] of Object.entries(fds)) link(`${pid}/fd/${fd}`, target);
    for (const [thread, children] of Object.entries(threads)) {
      write(`${pid}/task/${thread}/children`, children.map((child) => `${child} `).join(""));
    }
    link(`${pid}/ns/net`, netns);
    link(`${pid}/ns/mnt`, "mnt:[1]");
    link(`${pid}/root`, "/");
    if (process.cwd !== undefined) link(`${pid}/cwd`, process.cwd);
    if (process.unix !== undefined) write(`${pid}/net/unix`, unixTable(process.unix));
    if (process.smapsRollup !== undefined) write(`${pid}/smaps_rollup`, process.smapsRollup);
  }

  link("self/ns/net", "net:[1]");
  link("self/ns/mnt", "mnt:[1]");
  write("self/net/unix", unixTable(""));
  write("self/mountinfo", "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n");
  write("uptime", "1000.00 2000.00\n");
  return { root, paths: procPaths(root), put, remove, write, link };
}

/** Rows of net/unix for listeners, below the kernel's head line. */
export function unixTable(rows: string): string {
  return `Num       RefCount Protocol Flags    Type St Inode Path\n${rows}`;
}

/** A row of net/unix for a listener. */
export function listenerRow(inode: number, name: string): string {
  return `00000000c0ffee00: 00000002 00000000 00010000 0001 01 ${inode} ${name}\n`;
}

function statLine(pid: number, process: FakeProcess): string {
  const { comm = "fake", state = "S", parent = 1, startTicks = 100, role = "other" } = process;
  const threads = Object.keys(process.threads ?? { 1: [] }).length;
  const untilThreads = [state, parent, ...zeros(15), threads];
  const untilCaught = [0, startTicks, 0, 250, ...zeros(9), caught[role]];
  return `${pid} (${comm}) ${[...untilThreads, ...untilCaught, ...zeros(18)].join(" ")}\n`;
}

function statusText({ role = "other" }: FakeProcess, uid: number): string {
  const mask = caught[role].toString(16).padStart(16, "0");
  return `Name:\tfake\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nSigCgt:\t${mask}\n`;
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}
