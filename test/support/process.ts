import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ProcessId } from "../../agent/model/process.ts";

/** What a test wants to know of a living process, read apart from the agent's own parsers. */
export interface LivingProcess extends ProcessId {
  readonly parentPid: number;
}

const signal = { hup: 1, abrt: 6, usr2: 12, chld: 17 } as const;

/** The process that has this pid now; undefined when there is none or only a zombie. */
export function living(pid: number): LivingProcess | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // comm may hold blanks and parentheses: fields are counted from the last one
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields === undefined || fields[0] === "Z" || fields[0] === "X") {
    return undefined;
  }
  return { pid, parentPid: Number(fields[1]), startTicks: Number(fields[19]) };
}

/** All living processes of the host. */
export function allLiving(): readonly LivingProcess[] {
  return pids().flatMap((pid) => living(pid) ?? []);
}

/** True while the very same process lives; a zombie and a reused pid do not count. */
export function alive(id: ProcessId): boolean {
  return living(id.pid)?.startTicks === id.startTicks;
}

/** Living children of a process, in order of pid. */
export function childrenOf(pid: number): readonly LivingProcess[] {
  return (
    read(`/proc/${pid}/task/${pid}/children`)
      ?.split(" ")
      .flatMap((child) => (child === "" ? [] : (living(Number(child)) ?? [])))
      .toSorted((one, other) => one.pid - other.pid) ?? []
  );
}

/** Clock ticks after boot that have passed by now, as start times count them. */
export function ticksNow(): number {
  const seconds = /^\S+/.exec(readFileSync("/proc/uptime", "latin1"))?.[0];
  // 100 a second on every architecture that Linux shows to user space
  return Math.floor(Number(seconds) * 100);
}

/** Children that have installed a gunicorn worker's signal handlers, in order of pid. */
export function workersOf(master: ProcessId): readonly LivingProcess[] {
  return childrenOf(master.pid).filter(({ pid }) => {
    const mask = caughtSignals(pid);
    return catches(mask, signal.abrt) && !catches(mask, signal.usr2) && !catches(mask, signal.hup);
  });
}

/** True once the process has installed a gunicorn master's signal handlers. */
export function catchesLikeMaster({ pid }: ProcessId): boolean {
  const mask = caughtSignals(pid);
  return [signal.hup, signal.usr2, signal.chld].every((number) => catches(mask, number));
}

/** Socket inodes of the descriptors of a process; empty when it is gone. */
export function socketsOf(pid: number): readonly number[] {
  return linksOf(pid).flatMap((target) => {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    return inode === undefined ? [] : [Number(inode)];
  });
}

/** Inodes of named stream listeners in the process's network namespace, from the socket table. */
export function listenerInodes(pid: number): readonly number[] {
  const table = read(`/proc/${pid}/net/unix`) ?? "";
  return [...table.matchAll(/^\S+ \S+ \S+ 00010000 0001 01 +(\d+) ./gm)].map((row) =>
    Number(row[1]),
  );
}

/** Targets of the descriptor links of a process; empty when it is gone. */
export function linksOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => readLink(`/proc/${pid}/fd/${fd}`) ?? []);
  } catch (error: unknown) {
    return ignoreGone(error) ?? [];
  }
}

/** The one line `AnonPages` of /proc/meminfo, in bytes. */
export function hostAnonymousBytes(): number {
  const kib = /^AnonPages: +(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "latin1"))?.[1];
  if (kib === undefined) {
    throw new Error("/proc/meminfo has no line AnonPages");
  }
  return Number(kib) * 1024;
}

function pids(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .toSorted((one, other) => one - other);
}

function caughtSignals(pid: number): bigint {
  const hex = /^SigCgt:\t([0-9a-f]+)$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return BigInt(`0x${hex ?? "0"}`);
}

function catches(mask: bigint, number: number): boolean {
  return ((mask >> BigInt(number - 1)) & 1n) === 1n;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error: unknown) {
    return ignoreGone(error);
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error: unknown) {
    return ignoreGone(error);
  }
}

/** Undefined for a process that left while we looked; anything else is thrown on. */
function ignoreGone(error: unknown): undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOENT" && code !== "ESRCH" && code !== "ENOTDIR") {
    throw error;
  }
  return undefined;
}
