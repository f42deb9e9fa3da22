import { readFileSync, readlinkSync } from "node:fs";
import type { ProcessId } from "../../agent/model/process.ts";
import type { Report, SocketReport } from "../../agent/model/report.ts";
import { childrenOf, living, type LivingProcess } from "../support/process.ts";
import type { ContainerHost } from "../testbed/host.ts";
import type { TrueMaster } from "./support-truth.ts";

/** A container's master as this machine counts pids; start ticks and inodes are the same. */
export function seenFromOutside(host: ContainerHost, master: TrueMaster): TrueMaster {
  const outside = pidsOutside(host);
  const translated = (id: ProcessId): LivingProcess => {
    const found = living(outside.get(id.pid) ?? 0);
    if (found?.startTicks !== id.startTicks) {
      throw new Error(`process ${id.pid} of ${host.name} was not found on this machine`);
    }
    return found;
  };
  return { ...master, ...translated(master), workers: master.workers.map(translated) };
}

/** A path of a container, as the agent on this machine writes it. */
export function pathFromOutside({ initPid }: ContainerHost, path: string): string {
  return `${readlinkSync(`/proc/${initPid}/ns/mnt`)}:${path}`;
}

/** The sockets of a report on which one of these masters is. */
export function socketsWith(
  { sockets }: Report,
  masters: readonly TrueMaster[],
): readonly SocketReport[] {
  const pids = new Set(masters.map(({ pid }) => pid));
  return sockets.filter(({ groups }) => groups.some(({ master }) => pids.has(master?.pid ?? 0)));
}

/** This machine's pids of all that a container's systemd has started, by their pids in there. */
function pidsOutside({ initPid }: ContainerHost): ReadonlyMap<number, number> {
  return new Map(
    descendants(initPid).flatMap((pid) => {
      const inside = pidInside(pid);
      return inside === undefined ? [] : [[inside, pid] as const];
    }),
  );
}

function descendants(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child.pid, ...descendants(child.pid)]);
}

/** Undefined for a process that left while we looked. */
function pidInside(pid: number): number | undefined {
  try {
    // the innermost namespace comes last, see proc_pid_status(5)
    const last = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return Number(last);
  } catch (error: unknown) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "ESRCH") {
      throw error;
    }
    return undefined;
  }
}
