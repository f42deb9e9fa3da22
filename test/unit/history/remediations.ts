import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import type { RemediationRecord } from "../../../agent/model/remediation.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** A state directory of one test. */
export function stateDir(): string {
  return temporaryFolder("state");
}

/** A state directory on a file system of its own that holds so many kilobytes; needs root. */
export function smallStateDir(kilobytes: number): string {
  const folder = stateDir();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k,mode=755`, "tmpfs", folder]);
  onTestFinished(() => void execFileSync("umount", [folder]));
  return folder;
}

/** Does something with the rights of nobody; needs root. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** An attempt to end stale master 49 that began at `time`, written as in an id, and is under way. */
export function underWay(time: string): RemediationRecord {
  const at = time.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6.000Z");
  return {
    schema: 1,
    id: `${time}-stale-49`,
    by: "agent",
    dryRun: false,
    plan: {
      schema: 1,
      socket: "/run/app/app.sock",
      role: "stale",
      bootId: "5a0c1d6e-0000-4000-8000-000000000000",
      master: { pid: 49, startTicks: 4_900 },
      workers: [{ pid: 50, startTicks: 4_950 }],
      others: [90],
      listenerInode: 25_049,
      owner: { master: { pid: 68, startTicks: 6_800 }, listenerInode: 25_068 },
      file: { device: 65_024, inode: 77 },
      graceMs: 35_000,
      reclaimableBytes: 388_000_000,
      steps: [
        {
          step: "stop-master",
          signals: [{ signal: "SIGSTOP", pids: [49] }],
          text: "master 49 is stopped",
          check: undefined,
        },
      ],
      refusals: [{ reason: "paused", why: "for the test" }],
    },
    startedAt: at,
    endedAt: null,
    outcome: null,
    ending: null,
    rescueLink: "/run/app/.app.sock.onemaster-49",
    foundStopped: false,
    steps: [
      { step: "link", at, result: "done", tookMs: 0.7, text: "linked" },
      { step: "stop-master", at, result: "begun", tookMs: null, text: "stopping 49" },
    ],
    memory: { predictedBytes: 388_000_000, usedBeforeBytes: 900_000_000, usedAfterBytes: null },
  };
}

/** The same, ended as planned. */
export function ended(time: string): RemediationRecord {
  const begun = underWay(time);
  return { ...begun, endedAt: begun.startedAt, outcome: "ended", ending: "49 is gone" };
}

/** A record as it comes back from a file: JSON leaves out what is undefined. */
export function stored(record: RemediationRecord): unknown {
  return JSON.parse(JSON.stringify(record));
}
