import type { FindingReport, Report, SocketReport } from "../model/report.ts";
import type { Limits, Memory } from "./reducer.ts";
import { handoverSubject } from "./subjects.ts";
import { isoTime, msOf } from "./time.ts";

/**
 * A finding for each hand-over on this socket that lasts longer than its limit. A USR2
 * upgrade is as old as its new master, which a single look can tell; how long a master has
 * been draining is known only from earlier scans.
 */
export function stuckFindings(
  socket: SocketReport,
  memory: Memory,
  report: Report,
  nowMs: number,
  limits: Limits,
): readonly FindingReport[] {
  const seenBefore = memory.get(`handover ${socket.path}`)?.firstSeenMs;
  return socket.groups.flatMap((group) => {
    const seenMs = nowMs - (seenBefore?.get(handoverSubject(group)) ?? nowMs);
    if (group.role === "successor" && group.master !== null) {
      const ageMs = msOf(report.takenAt) - msOf(group.master.startedAt);
      const lastedMs = Math.max(seenMs, ageMs);
      return lastedMs < limits.handoverLimitMs ? [] : [stuck("USR2 upgrade", lastedMs, report)];
    }
    if (group.role !== "draining" || seenMs < limits.drainLimitMs) return [];
    return [stuck("graceful stop", seenMs, report)];
  });
}

function stuck(what: string, lastedMs: number, { takenAt }: Report): FindingReport {
  const seconds = Math.round(lastedMs / 1_000);
  return {
    kind: "handover-stuck",
    since: isoTime(msOf(takenAt) - lastedMs),
    message: `the ${what} is not over after ${seconds} s`,
  };
}
