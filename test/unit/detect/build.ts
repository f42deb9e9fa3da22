import { detect } from "../../../agent/detect/detect.ts";
import type { GroupMemory } from "../../../agent/model/memory.ts";
import type { Place, SocketFile } from "../../../agent/model/place.ts";
import type { ProcessFacts, SignalRole, SocketLinks } from "../../../agent/model/process.ts";
import type { GroupReport, Report } from "../../../agent/model/report.ts";
import type { Listener, Snapshot } from "../../../agent/model/snapshot.ts";

/** The host was booted an hour before the look; pid 10 started ten seconds after the boot. */
export const bootTimeMs = Date.UTC(2026, 10, 22, 12);
export const takenAtMs = Date.UTC(2026, 10, 22, 13);

/** The socket of every case that does not name another. */
export const path = "/srv/app/app.sock";
export const key = "2049:7/app.sock";

/** What a case may say of a process. */
export interface Traits {
  /** Pid of its parent; absent: pid 1. */
  readonly of?: number;
  /** Listeners that it holds; absent: listener 100. */
  readonly holds?: readonly number[] | "denied" | "not-asked";
  readonly startTicks?: number;
  readonly state?: string;
  readonly comm?: string;
  readonly uid?: number | undefined;
  readonly unit?: string | undefined;
  /** Absent: `unit` is one of the system's own manager. */
  readonly systemUnit?: string | undefined;
}

/** A process that catches what a gunicorn master catches. */
export function master(pid: number, traits: Traits = {}): ProcessFacts {
  return processFacts(pid, "master", traits);
}

/** A process that catches what a gunicorn worker catches. */
export function worker(pid: number, traits: Traits & { readonly of: number }): ProcessFacts {
  return processFacts(pid, "worker", traits);
}

/** Any other process; it holds no listener unless the case says so. */
export function other(pid: number, traits: Traits = {}): ProcessFacts {
  return processFacts(pid, "other", { holds: [], comm: "git", ...traits });
}

/** A master with its workers, all holding the same. */
export function crew(pid: number, workers: readonly number[], traits: Traits = {}): ProcessFacts[] {
  return [master(pid, traits), ...workers.map((one) => worker(one, { ...traits, of: pid }))];
}

function processFacts(pid: number, signalRole: SignalRole, traits: Traits): ProcessFacts {
  const { of: parentPid = 1, holds = [100], startTicks = pid * 100, state = "S" } = traits;
  const { comm = "gunicorn" } = traits;
  return {
    id: { pid, startTicks },
    parentPid,
    state,
    signalRole,
    comm,
    command: `${comm} ${pid}`,
    uid: "uid" in traits ? traits.uid : 33,
    unit: traits.unit,
    systemUnit: "systemUnit" in traits ? traits.systemUnit : traits.unit,
    sockets: linksTo(holds),
  };
}

function linksTo(holds: readonly number[] | "denied" | "not-asked"): SocketLinks {
  return typeof holds === "string" ? { kind: holds } : { kind: "read", inodes: holds };
}

/** The inode of the file that a listener is bound to, unless the case says otherwise. */
function fileOf(listenerInode: number): number {
  return listenerInode * 10;
}

/** A listener bound to its own file at the usual place. */
export function listener(inode: number, changes: Partial<Listener> = {}): Listener {
  return {
    inode,
    boundAs: "app.sock",
    netns: "net:[1]",
    binding: bound(fileOf(inode)),
    place: key,
    ...changes,
  };
}

/** A binding to a file of device 8:1. */
export function bound(inode32: number): Listener["binding"] {
  return { kind: "file", file: { inode32, deviceMajor: 8, deviceMinor: 1 } };
}

/** A binding that could not be asked for. */
export const unasked: Listener["binding"] = { kind: "unknown", why: "ss is not installed" };

/** A place where the file of listener 100 stands. */
export function place(changes: Partial<Place> = {}): Place {
  return { key, path, reachablePath: path, state: standing({}), ...changes };
}

/** A place with the file that listener `inode` is bound to. */
export function ownedBy(inode: number, changes: Partial<Place> = {}): Place {
  return place({ state: standing({ inode: fileOf(inode) }), ...changes });
}

/** The usual place with nothing at its path. */
export function emptyPlace(changes: Partial<Place> = {}): Place {
  return place({ state: { kind: "absent" }, ...changes });
}

/** A socket file on device 8:1, that is st_dev 2049. */
export function standing(changes: Partial<SocketFile>): Place["state"] {
  const mountDevice = { major: 8, minor: 1 };
  const rights = { mode: "0770", uid: 33, gid: 33 };
  return {
    kind: "socket",
    file: { device: 2049, inode: fileOf(100), ...rights, mountDevice, ...changes },
  };
}

/** A look that found listener 100 owning the usual place, and nothing else. */
export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    takenAtMs,
    bootTimeMs,
    host: { name: "vm", memory: { totalBytes: 2_000_000, availableBytes: 1_000_000 } },
    processes: [],
    listeners: [listener(100)],
    places: [place()],
    configured: [],
    expected: [],
    memory: [],
    pidfiles: [],
    unitLimits: [],
    blind: [],
    names: { users: new Map([[33, "www-data"]]), groups: new Map([[33, "web"]]) },
    ...changes,
  };
}

/** The usual place as one that the settings name. */
export const asked: Snapshot["configured"] = [{ place: key, unit: undefined }];

/** Five different figures, so that no two can be mixed up. */
export function memoryOf(bytes: number): GroupMemory {
  return {
    rssBytes: bytes * 5,
    pssBytes: bytes * 4,
    ussBytes: bytes * 3,
    swapBytes: bytes * 2,
    reclaimableBytes: bytes,
  };
}

/** What `detect` says without a budget from the settings. */
export function see(saw: Snapshot): Report {
  return detect(saw, { budgetBytes: undefined });
}

/** A socket report in few words; every group and every finding stands in it. */
export interface Gist {
  readonly verdict: string;
  readonly evidence: string;
  readonly masters: number | null;
  /** `role master: workers + others`, `-` for a dead master. */
  readonly groups: readonly string[];
  /** `kind: message`. */
  readonly findings: readonly string[];
}

/** A host, what was seen of it, and what is to be said of its one socket. */
export interface Scenario {
  readonly host: string;
  readonly saw: Snapshot;
  readonly says: Gist;
}

/** Every socket of a report in few words, by path. */
export function gistOf(report: Report): Readonly<Record<string, Gist>> {
  return Object.fromEntries(
    report.sockets.map(({ path: at, verdict, evidence, masters, groups, findings }) => [
      at,
      {
        verdict,
        evidence,
        masters,
        groups: groups.map(groupInWords),
        findings: findings.map(({ kind, message }) => `${kind}: ${message}`),
      },
    ]),
  );
}

function groupInWords({ role, master: head, workers, others }: GroupReport): string {
  const below = workers.map(({ pid }) => pid).join(" ");
  const beside = others.map(({ pid }) => pid).join(" ");
  return `${role} ${head?.pid ?? "-"}: ${below}${beside === "" ? "" : ` + ${beside}`}`;
}
