import type { IncidentRecord } from "../model/incident-record.ts";
import type { EndingPlan, RemediationRecord } from "../model/remediation.ts";

/**
 * The attempts to end a group that an incident is about, in the order given. They are told by
 * socket, boot and the group's identity, never by time: a clock can be set, and an attempt may
 * begin before the incident is confirmed.
 */
export function remediationsOf(
  incident: Pick<IncidentRecord, "socket" | "bootId" | "subjects">,
  records: readonly RemediationRecord[],
): readonly RemediationRecord[] {
  return records.filter(
    ({ plan }) =>
      plan.socket === incident.socket &&
      plan.bootId === incident.bootId &&
      isAbout(incident.subjects, plan),
  );
}

/** Subjects name a group by its master, or its listener, some with the role before it. */
function isAbout(subjects: readonly string[], { master, listenerInode }: EndingPlan): boolean {
  const name = master === null ? `listener ${listenerInode}` : `${master.pid}:${master.startTicks}`;
  return subjects.some((subject) => subject === name || subject.endsWith(` ${name}`));
}
