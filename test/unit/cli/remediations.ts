import type { PidfileRepair } from "../../../agent/model/remediate-actor.ts";
import type {
  EndingPlan,
  RemediationRecord,
  StepRecord,
} from "../../../agent/model/remediation.ts";
import { path } from "./reports.ts";

const MiB = 1_048_576;

/** The plan for the stale master 49 of `reports.ts`, whose path master 68 owns. */
export function plan(change: Partial<EndingPlan> = {}): EndingPlan {
  return {
    schema: 1,
    socket: path,
    role: "stale",
    bootId: "boot-1",
    master: { pid: 49, startTicks: 4_900 },
    workers: [50, 51, 52, 53].map((pid) => ({ pid, startTicks: 4_900 + pid - 49 })),
    others: [],
    listenerInode: 25_049,
    owner: { master: { pid: 68, startTicks: 6_800 }, listenerInode: 25_068 },
    file: { device: 65_024, inode: 2_172_946 },
    graceMs: 35_000,
    reclaimableBytes: 370 * MiB,
    steps: [
      {
        step: "link",
        signals: [],
        text: "The live socket file gets a second name, .sampleplatform.sock.onemaster-49, to put it back by.",
        check: "It is file 2172946.",
      },
      {
        step: "stop-master",
        signals: [{ signal: "SIGSTOP", pids: [49] }],
        text: "Master 49 is stopped: it can replace no worker and run no handler.",
        check: "Its start ticks, its signals and its listener 25049 are read again.",
      },
      {
        step: "end-workers",
        signals: [
          { signal: "SIGTERM", pids: [50, 51, 52, 53] },
          { signal: "SIGKILL", pids: [] },
        ],
        text: "Its workers finish their requests, for 35s at most; then what is left below it is ended.",
        check: undefined,
      },
      {
        step: "end-master",
        signals: [{ signal: "SIGKILL", pids: [49] }],
        text: "Master 49 is ended without a chance to remove the socket file.",
        check: undefined,
      },
      {
        step: "verify",
        signals: [],
        text: "Nobody of the group is left, file 2172946 is at the path, master 68 answers.",
        check: undefined,
      },
      { step: "unlink", signals: [], text: "The second name is removed.", check: undefined },
    ],
    refusals: [],
    ...change,
  };
}

/** Four workers whose master is dead. */
export const orphans: EndingPlan = plan({
  role: "orphaned",
  master: null,
  steps: plan().steps.filter((one) => one.step === "end-workers" || one.step === "verify"),
});

/** The same group, which must not be ended. */
export const refused: EndingPlan = plan({
  refusals: [
    {
      reason: "owner-not-answering",
      why: "Master 68 did not answer OPTIONS / within 2s; look at its log, and try again once it does.",
    },
    { reason: "paused", why: "/var/lib/onemaster/pause is there; remove it to go on." },
  ],
});

/** A step as a record has it. */
export function step(
  name: StepRecord["step"],
  result: StepRecord["result"],
  tookMs: number | null,
  text: string,
): StepRecord {
  return { step: name, at: "2026-11-22T13:20:10.000Z", result, tookMs, text };
}

/** An attempt that went well; `change` overrides. */
export function record(change: Partial<RemediationRecord> = {}): RemediationRecord {
  return {
    schema: 1,
    id: "20261122T132010Z-stale-49",
    by: "person",
    dryRun: false,
    plan: plan(),
    startedAt: "2026-11-22T13:20:10.000Z",
    endedAt: "2026-11-22T13:20:12.345Z",
    outcome: "ended",
    ending: "The stale group of master 49 is gone; master 68 answers, at the same file.",
    rescueLink: "/var/www/sample-platform/.sampleplatform.sock.onemaster-49",
    foundStopped: false,
    steps: [
      step("link", "begun", null, "second name"),
      step("link", "skipped", 1, "EROFS: the folder cannot be written to"),
      step("stop-master", "begun", null, "SIGSTOP to master 49"),
      step("stop-master", "done", 12, "stopped master 49, it is the one of the plan"),
      step("end-workers", "begun", null, "SIGTERM to workers 50 51 52 53"),
      step("end-workers", "done", 1_949, "workers 50 51 52 53 have ended after SIGTERM"),
      step("end-master", "done", 3, "master 49 has ended"),
      step("verify", "done", 375, "file 2172946 is at the path, master 68 answered 200 in 4ms"),
    ],
    memory: {
      predictedBytes: 370 * MiB,
      usedBeforeBytes: 1_000 * MiB,
      usedAfterBytes: 632 * MiB,
    },
    ...change,
  };
}

/** The attempt of an agent that died while the workers ended. */
export const unfinished: RemediationRecord = record({
  by: "agent",
  endedAt: null,
  outcome: null,
  ending: null,
  steps: [
    step("link", "done", 1, "second name"),
    step("stop-master", "done", 12, "stopped master 49"),
    step("end-workers", "begun", null, "SIGTERM to 50 51 52 53"),
  ],
  memory: { predictedBytes: 370 * MiB, usedBeforeBytes: 1_000 * MiB, usedAfterBytes: null },
});

/** A pidfile that is not there; `change` overrides. */
export function repair(change: Partial<PidfileRepair> = {}): PidfileRepair {
  return {
    socket: path,
    path: "/var/www/sample-platform/gunicorn.pid",
    master: { pid: 68, startTicks: 6_800 },
    found: "it is missing",
    refusals: [],
    ...change,
  };
}
