import type { GateAnswer, GateCaller, OutOfSight } from "../model/gate.ts";
import { socketAt } from "../model/settings-defaults.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { parseCgroup, unitOfCgroup } from "../parse/cgroup.ts";
import { wholeNumber } from "../parse/whole-number.ts";
import { createFailureLog, type FailureLog } from "../probe/failures.ts";
import { createFiles, type Files, pathBytes } from "../probe/files.ts";
import { lookFirst } from "../probe/first-look.ts";
import { procPaths } from "../probe/paths.ts";

/**
 * What the gate says of a path, its name as text. A path without a listener costs one read of
 * the kernel's table; everything else is loaded and looked at only when somebody may listen.
 */
export async function askGate(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GateAnswer> {
  const log = createFailureLog();
  const files = createFiles(log);
  const first = await lookFirst(pathBytes(path), files, log);
  if (first.kind === "nobody") {
    return { path, decision: "pass", message: first.what, cure: null, inTheWay: [] };
  }
  const { gateAt, isOutOfSight } = await import("../detect/gate.ts");
  const caller = await callerOf(files, environment);
  const snapshot = await look(path);
  const outOfSight = isOutOfSight(snapshot)
    ? await askOutOfSight(path, caller, files, log)
    : undefined;
  return gateAt(path, snapshot, caller, outOfSight);
}

async function look(path: string): Promise<Snapshot> {
  const { createProbe } = await import("../probe/probe.ts");
  const { systemClock } = await import("./clock.ts");
  const probe = createProbe({
    sockets: [socketAt(path)],
    wallMs: systemClock.wallMs,
    monotonicMs: systemClock.monotonicMs,
    procRoot: "/proc",
    cgroupRoot: "/sys/fs/cgroup",
  });
  return probe.look();
}

async function callerOf(
  files: Files,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GateCaller> {
  const { ancestorsOf } = await import("../probe/unit-heads.ts");
  const cgroup = files.text("/proc/self/cgroup");
  const paths = cgroup.ok ? parseCgroup(cgroup.value) : undefined;
  const unit = unitOfCgroup(paths?.systemd ?? "/") ?? unitOfCgroup(paths?.unified ?? "/");
  return {
    unit: unit?.endsWith(".service") === true ? unit : undefined,
    line: [process.pid, ...ancestorsOf(process.ppid, procPaths("/proc"), files)],
    upgradeOf: wholeNumber(environment["GUNICORN_PID"]),
  };
}

/** systemd first: a connection would start a service that it listens for. */
async function askOutOfSight(
  path: string,
  { unit }: GateCaller,
  files: Files,
  log: FailureLog,
): Promise<OutOfSight> {
  const { activatingSocket } = await import("../probe/socket-unit.ts");
  const { systemctl } = await import("../probe/unit-systemctl.ts");
  const activatedBy =
    unit === undefined ? undefined : await activatingSocket(unit, path, files, systemctl);
  if (activatedBy !== undefined) return { activatedBy, knock: undefined };
  const { knockAt } = await import("../probe/knocker.ts");
  return { activatedBy, knock: await knockAt(pathBytes(path), log) };
}
