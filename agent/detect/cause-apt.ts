import type { Evidence } from "../model/cause.ts";
import type { JournalEvent } from "../model/journal.ts";
import type { AptRun } from "../model/occurrence.ts";
import { moments, type Told, type TriggerCase } from "./cause-question.ts";
import { isoTime } from "./time.ts";

/** The unit that upgrades Debian by itself. */
const upgradeUnit = "apt-daily-upgrade.service";
/** Hooks and needrestart come after the packages, within the minute. */
const tailMs = 60_000;
/** How long a run is believed to have gone on that has no end in the log. */
const endlessMs = 60 * 60_000;
/** apt logs whole seconds. */
const resolutionMs = 1_000;

interface Span {
  readonly beganMs: number;
  readonly endedMs: number | undefined;
}

/** The trigger where a package run was going on, or had just ended; undefined: none had. */
export function aptTrigger(one: TriggerCase): Told | undefined {
  const during = (span: Span): boolean => moments(one).some((moment) => covers(span, moment));
  const job = upgradeJobs(one.events).find(during);
  const runs = one.question.aptRuns.filter(during);
  const unattended = runs.filter(isUnattended);
  if (job !== undefined || unattended.length > 0) {
    const evidence: Evidence[] = unattended.map(runEvidence);
    if (job !== undefined) {
      const text = `${upgradeUnit} was started${endText(job)}`;
      evidence.push({ at: isoTime(job.beganMs), text, source: "journal" });
    }
    return { trigger: "apt-daily-upgrade", by: null, evidence };
  }
  const [run] = runs;
  if (run === undefined) return undefined;
  return {
    trigger: "package-upgrade",
    by: run.requestedBy ?? null,
    evidence: runs.map(runEvidence),
  };
}

function covers({ beganMs, endedMs }: Span, moment: number): boolean {
  const untilMs = endedMs === undefined ? beganMs + endlessMs : endedMs + tailMs;
  return beganMs - resolutionMs <= moment && moment <= untilMs;
}

function isUnattended({ command }: AptRun): boolean {
  return command !== undefined && /(?:^|\/)unattended-upgrades?\b/.test(command);
}

function runEvidence(run: AptRun): Evidence {
  const what = run.command ?? "apt";
  const by = run.requestedBy === undefined ? "" : `, requested by ${run.requestedBy}`;
  return { at: isoTime(run.beganMs), text: `${what} ran${by}${endText(run)}`, source: "apt" };
}

function endText({ endedMs }: Span): string {
  return endedMs === undefined ? "; its end is not logged" : ` until ${isoTime(endedMs)}`;
}

/** The runs of the unit: a oneshot says `Finished` where others say `Started`. */
function upgradeJobs(events: readonly JournalEvent[]): readonly Span[] {
  const jobs: { beganMs: number; endedMs: number | undefined }[] = [];
  for (const event of events) {
    if (!("unit" in event) || event.unit !== upgradeUnit) continue;
    const open = jobs.findLast(({ endedMs }) => endedMs === undefined);
    if (event.kind === "start-begun") jobs.push({ beganMs: event.atMs, endedMs: undefined });
    else if (open !== undefined && ends.has(event.kind)) open.endedMs = event.atMs;
  }
  return jobs;
}

const ends: ReadonlySet<JournalEvent["kind"]> = new Set([
  "started",
  "start-failed",
  "stopped",
  "unit-failed",
]);
