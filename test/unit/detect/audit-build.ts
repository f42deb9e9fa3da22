import { auditUnit } from "../../../agent/detect/audit.ts";
import type { Expectation } from "../../../agent/detect/audit-case.ts";
import type { AuditItem, UnitAudit, UnitLink } from "../../../agent/model/audit.ts";
import type { SocketReport } from "../../../agent/model/report.ts";
import type {
  HeadFacts,
  PidfileFacts,
  UnitFacts,
  UnitProperties,
  UnitsSeen,
} from "../../../agent/model/unit.ts";
import { report, socket } from "../cli/reports.ts";

export const name = "platform.service";
const controlGroup = "/system.slice/platform.service";
export const pidfilePath = "/var/www/sample-platform/gunicorn.pid";

/** The properties of a native unit that serves with main process 68; `change` overrides. */
function properties(change: Partial<UnitProperties> = {}): UnitProperties {
  return {
    names: [name],
    loadState: "loaded",
    activeState: "active",
    subState: "running",
    result: "success",
    unitFileState: "enabled",
    fragmentPath: "/etc/systemd/system/platform.service",
    sourcePath: undefined,
    needDaemonReload: false,
    job: undefined,
    controlGroup,
    triggeredBy: [],
    serviceType: "simple",
    guessMainPid: true,
    pidFile: undefined,
    killMode: "control-group",
    mainPid: 68,
    rootDirectory: undefined,
    rootImage: undefined,
    execStart: [{ path: "/usr/bin/gunicorn", args: "/usr/bin/gunicorn -w 4 run:app" }],
    stateChangedMonotonicMs: 1_000,
    shown: { ControlGroup: controlGroup },
    ...change,
  };
}

/** What systemd-sysv-generator makes of /etc/init.d/platform. */
export const wrapped: Partial<UnitProperties> = {
  fragmentPath: "/run/systemd/generator.late/platform.service",
  sourcePath: "/etc/init.d/platform",
  unitFileState: "generated",
  serviceType: "forking",
  guessMainPid: false,
  killMode: "process",
  mainPid: 0,
  execStart: [{ path: "/etc/init.d/platform", args: "/etc/init.d/platform start" }],
};

/** The native unit, an hour in its state; `change` overrides. */
export function unit(
  change: Partial<UnitProperties> = {},
  facts: Partial<UnitFacts> = {},
): UnitFacts {
  return {
    name,
    properties: { ok: true, value: properties(change) },
    stateAgeMs: 3_600_000,
    initScript: {
      ok: true,
      value: { path: undefined, executable: false, redirects: false, links: [] },
    },
    program: {
      named: "/usr/bin/gunicorn",
      at: "/usr/bin/gunicorn",
      state: "executable",
      why: undefined,
      interpreter: { path: "/usr/bin/python3", missing: false },
    },
    gunicorns: ["/usr/bin/gunicorn"],
    defaultsFile: undefined,
    processes: { ok: true, value: [] },
    ...facts,
  };
}

/** A master below pid 1, in the unit's cgroup, in a session of its own. */
export function head(pid: number, change: Partial<HeadFacts> = {}): HeadFacts {
  return {
    id: { pid, startTicks: pid * 100 },
    ancestors: [1],
    session: pid,
    cgroup: controlGroup,
    unit: name,
    workingDirectory: "/var/www/sample-platform",
    args: ["gunicorn: master [run:app]"],
    ...change,
  };
}

/** A pidfile that names pid 68, a living master; `change` overrides. */
export function pidfile(change: Partial<PidfileFacts> = {}): PidfileFacts {
  return {
    path: pidfilePath,
    problem: undefined,
    pid: 68,
    writtenAtMs: 1_000_000,
    process: { signalRole: "master", command: "gunicorn: master", startedAtMs: 999_000 },
    ...change,
  };
}

/** What a case is about; what is left out is a native unit whose master 68 serves. */
export interface AuditedCase {
  readonly properties?: Partial<UnitProperties>;
  readonly facts?: Partial<UnitFacts>;
  readonly sockets?: readonly Partial<SocketReport>[];
  readonly heads?: readonly HeadFacts[];
  readonly pidfiles?: readonly PidfileFacts[];
  readonly expected?: Partial<Expectation>;
}

/** A socket of the unit, without a pidfile unless the case names one. */
export function unitSocket(change: Partial<SocketReport> = {}): SocketReport {
  return socket({ pidfile: null, ...change });
}

/** Audits the unit of a case. */
export function audited(saw: AuditedCase): UnitAudit {
  const sockets = (saw.sockets ?? [{}]).map(unitSocket);
  const seen = seenOf(sockets, saw);
  const expectation = settings({ path: sockets[0]?.path ?? "", ...saw.expected });
  return auditUnit(unit(saw.properties, saw.facts), report(sockets), seen, [expectation]);
}

/** What the settings expect of the unit's socket: nothing, but for what the case says. */
export function settings(expected: Partial<Expectation> = {}): Expectation {
  return {
    path: unitSocket().path,
    expectedWorkers: undefined,
    expectedMode: undefined,
    expectedOwner: undefined,
    ...expected,
  };
}

function seenOf(sockets: readonly SocketReport[], saw: AuditedCase): UnitsSeen {
  const tops = sockets.flatMap(({ groups }) => groups.flatMap((one) => one.master ?? []));
  const heads = saw.heads ?? tops.map(({ pid }) => head(pid));
  return { units: [], heads, pidfiles: saw.pidfiles ?? [] };
}

/** `state: evidence` of one link; undefined when the audit has no item for it. */
export function linkOf(saw: AuditedCase, link: UnitLink): string | undefined {
  const item = itemOf(saw, link);
  return item === undefined ? undefined : `${item.state}: ${item.evidence}`;
}

/** The item of one link. */
export function itemOf(saw: AuditedCase, link: UnitLink): AuditItem | undefined {
  return audited(saw).items.find((one) => one.link === link);
}
