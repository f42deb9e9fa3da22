import type { Eyes, Hands, ProcessNow } from "../../../agent/model/acting.ts";
import type { Report } from "../../../agent/model/report.ts";
import type { RemediationSettings, Settings } from "../../../agent/model/settings.ts";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import type { RemediationEvent } from "../../../agent/expose/remediation-book.ts";
import type { Logger } from "../../../agent/run/logger.ts";
import type { ActingLook } from "../../../agent/run/remediation-parts.ts";
import { createRemediator } from "../../../agent/run/remediator.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { duplicate, path, report, socket } from "../cli/reports.ts";
import { seenIn } from "../detect/remediation/ending-story.ts";
import { fakeClock } from "./fake-clock.ts";

const twoMasters = report([duplicate]);
/** The incident is over. */
export const oneMaster = report([socket()]);
/** The incident as a cutover makes it. */
export const handingOver = report([
  {
    ...duplicate,
    findings: duplicate.findings.map((one) => ({ ...one, cutover: "platform.service" })),
  },
]);
const units = seenIn({});

/** What a fresh look finds of the incident: nothing has changed since the report. */
const eyes: Eyes = {
  process: (pid) => processNow(pid),
  sockets: (pid) =>
    duplicate.groups.flatMap(({ master, listener }) =>
      master?.pid === pid ? [listener.inode] : [],
    ),
  tcpPorts: () => [],
  below: (pids) =>
    duplicate.groups
      .filter(({ master }) => pids.includes(master?.pid ?? -1))
      .flatMap(({ workers }) => workers.map(({ pid }) => processNow(pid))),
  reclaimable: () => Promise.resolve(1_000),
  usedMemory: () => 1_000_000,
  file: () => ({
    kind: "socket",
    device: duplicate.file?.device ?? 0,
    inode: duplicate.file?.inode ?? 0,
  }),
  answer: () => Promise.resolve({ kind: "answered", status: 200, tookMs: 1 }),
};

function processNow(pid: number): ProcessNow {
  const group = duplicate.groups.find(({ master }) => master?.pid === pid);
  const owner = duplicate.groups.find(({ workers }) =>
    workers.some((worker) => worker.pid === pid),
  );
  const worker = owner?.workers.find((one) => one.pid === pid);
  return {
    id: { pid, startTicks: group?.master?.startTicks ?? worker?.startTicks ?? 0 },
    parentPid: owner?.master?.pid ?? 1,
    state: "S",
    signalRole: group === undefined ? "worker" : "master",
    endingPending: false,
    comm: "gunicorn",
  };
}

/** A remediator with a state directory, a clock and a log of its own, on the host of the incident. */
export function setUp(
  remediation: Partial<RemediationSettings>,
  signal: Hands["signal"] = allowed,
  unfinished = false,
) {
  const stateDir = temporaryFolder("remediator");
  let settings: Settings = {
    ...defaultSettings,
    stateDir,
    remediation: { ...defaultSettings.remediation, ...remediation },
  };
  const clock = fakeClock();
  const lines: string[] = [];
  const events: RemediationEvent[] = [];
  const signals: unknown[] = [];
  let looks = 0;
  let fresh = twoMasters;
  const log = (_facts: object, message: string): void => void lines.push(message);
  const remediator = createRemediator({
    settings: () => settings,
    bootId: "boot-1",
    clock,
    eyes,
    hands: {
      signal(pid, sent) {
        if (sent !== 0) signals.push([pid, sent]);
        return signal(pid, sent);
      },
      link: () => ({ kind: "failed", why: "no test links anything" }),
      unlink: () => ({ kind: "failed", why: "no test unlinks anything" }),
    },
    metrics: { countRemediation: (_, event) => void events.push(event) },
    logger: { info: log, warn: log, error: log } as unknown as Logger,
    look() {
      looks += 1;
      const look: ActingLook = {
        report: fresh,
        paths: new Set([path]),
        units: units ?? { units: [], heads: [], pidfiles: [] },
      };
      return Promise.resolve(look);
    },
    unfinished: () => unfinished,
    scanAfter: () => undefined,
  });
  return {
    remediator,
    stateDir,
    lines,
    events,
    signals,
    looks: () => looks,
    /** From now on looks before an attempt find this. */
    looksFind(found: Report) {
      fresh = found;
    },
    /** Lets so much time pass, scans, and waits for what came of it. */
    async scanAfter(ms: number, seen = twoMasters) {
      clock.pass(ms);
      remediator.scanned(seen, units);
      await remediator.idle();
    },
    set(change: Partial<RemediationSettings>) {
      settings = { ...settings, remediation: { ...settings.remediation, ...change } };
    },
  };
}

/** Hands that may send every signal. */
export function allowed(): { readonly kind: "done" } {
  return { kind: "done" };
}
