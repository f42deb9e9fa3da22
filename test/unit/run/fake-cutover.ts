import type { Eyes, FileNow, Hands, ProcessNow } from "../../../agent/model/acting.ts";
import type { CutoverRecord, CutoverStepRecord } from "../../../agent/model/cutover-record.ts";
import type { SignalRole } from "../../../agent/model/process.ts";
import type { Report } from "../../../agent/model/report.ts";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import type { UnitProperties } from "../../../agent/model/unit.ts";
import type { SiteAnswer, SitePlace } from "../../../agent/probe/site-ask.ts";
import {
  createCutoverWalk,
  type CutoverParts,
  type CutoverWalk,
} from "../../../agent/run/cutover-walk.ts";
import { path as reportedPath } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";

/** What a walk finds on the host. Whatever is left out is not there. */
export interface FakeHost {
  readonly record: CutoverRecord;
  readonly report: Report;
  /** What stands at a path; one for all of them, or by path. */
  readonly file?: FileNow | ((path: string) => FileNow);
  readonly answer?: SiteAnswer;
  /** What it answers where it is asked, instead. */
  readonly answers?: (place: SitePlace) => SiteAnswer;
  /** Who lives, with start ticks 100 times the pid, and the inodes of its sockets. */
  readonly living?: ReadonlyMap<number, readonly number[]>;
  /** State letter of one that lives; absent: it sleeps. */
  readonly stateOf?: (pid: number) => string;
  /** What its signals tell; absent: a master. */
  readonly roleOf?: (pid: number) => SignalRole;
  /** Who of them has been told to end. */
  readonly toldToEnd?: readonly number[];
  /** What else one that lives is; absent: a master that is called gunicorn. */
  readonly isAs?: (pid: number) => Partial<Pick<ProcessNow, "signalRole" | "comm">>;
  /** Absent: nobody may be signalled. */
  readonly signal?: Hands["signal"];
  readonly unit?: (name: string) => Partial<UnitProperties>;
  readonly members?: (unit: string) => readonly number[] | undefined;
  /** In which unit a process is. */
  readonly unitOf?: (pid: number) => string | undefined;
  /** Where drop-ins are written. */
  readonly dropIns?: string;
  /** False: systemd makes no units of init scripts. */
  readonly generator?: boolean;
  /** What a call to systemd fails with. */
  readonly refuses?: (call: string) => string | undefined | Promise<string | undefined>;
  /** Is given the record each time that it is written; what it throws keeps it from being so. */
  readonly written?: (record: CutoverRecord) => void;
}

/** A walk on it, and every call to systemd that is made: `start platform.service`. */
export function fakeCutover(host: FakeHost): {
  readonly walk: CutoverWalk;
  readonly calls: readonly string[];
} {
  const calls: string[] = [];
  const call = async (text: string): Promise<string | undefined> => {
    calls.push(text);
    return await host.refuses?.(text);
  };
  let nowMs = 0;
  const parts: CutoverParts = {
    settings: defaultSettings,
    bootId: cutover().bootId,
    eyes: eyesOf(host),
    hands: { ...hands, ...(host.signal === undefined ? {} : { signal: host.signal }) },
    clock: {
      wallMs: () => nowMs,
      monotonicMs: () => nowMs,
      sleep(ms) {
        nowMs += ms;
        return new Promise((resolve) => setImmediate(resolve));
      },
    },
    tool: () => Promise.resolve({ ok: true, stdout: "", said: [], why: "" }),
    systemd: {
      reload: () => call("reload"),
      start: (unit) => call(`start ${unit}`),
      stop: (unit) => call(`stop ${unit}`),
      resetFailed: () => Promise.resolve(undefined),
      moveAside: (scope, _, pids) => call(`move ${pids.join(" ")} into ${scope}`),
      attach: (unit, pids) => call(`attach ${pids.join(" ")} to ${unit}`),
    },
    look: () => Promise.resolve(host.report),
    lookForActing: () => Promise.resolve({ report: host.report, paths: new Set(), units }),
    unit: (name) => Promise.resolve(propertiesOf(host.unit?.(name) ?? {})),
    members: (name) => Promise.resolve(host.members === undefined ? [] : host.members(name)),
    unitOf: (pid) => host.unitOf?.(pid),
    dropIns: host.dropIns ?? "/nonexistent/drop-ins",
    hasGenerator: () => host.generator !== false,
    ask: (place) =>
      Promise.resolve(host.answers?.(place) ?? host.answer ?? { kind: "silent", why: "ENOENT" }),
    // async: what it throws is a rejection, as in production
    async keep(record) {
      await Promise.resolve();
      host.written?.(record);
    },
    told: { step: () => undefined, note: () => undefined },
    stopAsked: () => false,
  };
  return { walk: createCutoverWalk(host.record, parts), calls };
}

function eyesOf({
  file = { kind: "absent" },
  living = new Map(),
  stateOf = () => "S",
  roleOf = () => "master",
  toldToEnd = [],
  isAs = () => ({}),
}: FakeHost): Eyes {
  return {
    process: (pid) =>
      living.has(pid)
        ? {
            id: { pid, startTicks: pid * 100 },
            parentPid: 1,
            state: stateOf(pid),
            signalRole: roleOf(pid),
            endingPending: toldToEnd.includes(pid),
            comm: "gunicorn",
            ...isAs(pid),
          }
        : "gone",
    sockets: (pid) => living.get(pid),
    tcpPorts: () => [],
    below: () => [],
    reclaimable: () => Promise.resolve(undefined),
    usedMemory: () => undefined,
    file: (path) => (typeof file === "function" ? file(path) : file),
    answer: () => Promise.resolve({ kind: "silent", why: "not asked" }),
  };
}

const units = { units: [], heads: [], pidfiles: [] };

/** Nothing of a cutover is to signal anybody by itself. */
const hands: Hands = {
  signal: (pid) => ({ kind: "failed", why: `${pid} is not to be signalled` }),
  link: () => ({ kind: "failed", why: "not to be linked" }),
  unlink: () => ({ kind: "failed", why: "not to be removed" }),
};

function propertiesOf(change: Partial<UnitProperties>): UnitProperties {
  return {
    names: ["platform.service"],
    loadState: "loaded",
    activeState: "active",
    subState: "exited",
    result: "success",
    unitFileState: "generated",
    fragmentPath: "/run/systemd/generator.late/platform.service",
    sourcePath: "/etc/init.d/platform",
    needDaemonReload: false,
    job: undefined,
    controlGroup: "/system.slice/platform.service",
    triggeredBy: [],
    serviceType: "forking",
    guessMainPid: false,
    pidFile: undefined,
    killMode: "process",
    mainPid: 0,
    rootDirectory: undefined,
    rootImage: undefined,
    execStart: [],
    stateChangedMonotonicMs: undefined,
    shown: {},
    ...change,
  };
}

/** A cutover of the socket of the reports that has taken these steps. */
export function taken(...steps: readonly CutoverStepRecord["step"][]): CutoverRecord {
  const { target } = cutover();
  return cutover({
    target: {
      ...target,
      socket: { ...target.socket, path: reportedPath },
      old: { ...target.old, pidfile: null },
      files: [],
    },
    keptName: null,
    aside: [],
    steps: steps.map((step) => ({
      step,
      at: "2026-11-23T00:39:55.990Z",
      result: "done",
      tookMs: 1,
      text: "done",
    })),
  });
}
