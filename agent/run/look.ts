import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { unitsToAsk } from "../detect/ending-case.ts";
import { detect } from "../detect/detect.ts";
import { CUTOVER_MS } from "../detect/handing-over.ts";
import { advance } from "../detect/reducer.ts";
import { withUnits } from "../detect/unit-report.ts";
import { createUnitLook, hostUnits, unitsIn } from "../probe/unit-look.ts";
import { createProbe } from "../probe/probe.ts";
import { systemClock } from "./clock.ts";
import type { ActingLook } from "./remediation-parts.ts";
import { lookAtRemediation } from "./remediation-view.ts";

/** One full look at the host. Nothing is confirmed by it, which takes a second look. */
export async function lookOnce(settings: Settings): Promise<Report> {
  const report = await lookAtSockets(settings);
  const { units } =
    // a child process that tells nothing where there is no unit
    unitsIn(report).length === 0 ? { units: [] } : await askUnits(report);
  const remediation = await lookAtRemediation(settings);
  return { ...withUnits(report, units), remediation };
}

/** One full look with all that is to be known before a group is ended. */
export async function lookForActing(settings: Settings): Promise<ActingLook> {
  const own = await lookAtSockets(settings);
  const report = await withAllSockets(own, settings);
  const units = await askUnits(report);
  const paths = new Set(own.sockets.map(({ path }) => path));
  return { report: withUnits(report, units.units), paths, units };
}

/** All sockets of the host, without their units: systemd is not asked. */
export async function lookAtAllSockets(settings: Settings): Promise<Report> {
  return await withAllSockets(await lookAtSockets(settings), settings);
}

/** Asks about the units and the heads of the groups of a report, anew. */
export async function askUnits(report: Report): Promise<UnitsSeen> {
  const look = createUnitLook(hostUnits(systemClock.wallMs));
  const seen = await look(report, []);
  // what a scope or another unit is, is asked only where something may be ended
  const others = unitsToAsk(report, seen);
  return others.length === 0 ? seen : await look(report, others);
}

/**
 * The report with the sockets of a look at everything beside its own: with sockets named in the
 * settings a master may serve another path, or stand in another role there, out of sight.
 */
export async function withAllSockets(report: Report, settings: Settings): Promise<Report> {
  if (settings.sockets.length === 0) return report;
  const all = await lookAtSockets({ ...settings, sockets: [] });
  const known = new Set(report.sockets.map(({ path }) => path));
  const others = all.sockets.filter(({ path }) => !known.has(path));
  return { ...report, sockets: [...report.sockets, ...others] };
}

/** The sockets alone: without their units, and without what is done about them. */
export async function lookAtSockets(settings: Settings): Promise<Report> {
  const { wallMs, monotonicMs } = systemClock;
  const probe = createProbe({
    sockets: settings.sockets,
    wallMs,
    monotonicMs,
    procRoot: "/proc",
    cgroupRoot: "/sys/fs/cgroup",
  });
  const seen = detect(await probe.look(), { budgetBytes: settings.memory.budgetBytes });
  const limits = { ...settings.scan, cutoverMs: CUTOVER_MS };
  return advance(new Map(), seen, monotonicMs(), limits).report;
}
