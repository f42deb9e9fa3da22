import { blindSpots } from "../model/blind.ts";
import type { AuditReport } from "../model/audit.ts";
import type { Report } from "../model/report.ts";
import { createFamilies, type Families } from "./families.ts";
import { familyMaker } from "./family-maker.ts";
import { fillBlind, fillMainPids, fillUnits } from "./fill-units.ts";
import { fillSockets, forgetSockets } from "./fill-sockets.ts";
import { fillRemediation } from "./remediation-families.ts";

/** What a page for node_exporter is made of. */
export interface TextfileFacts {
  readonly report: Report;
  /** Undefined: systemd was not asked. */
  readonly audit: AuditReport | undefined;
  /** Nothing that matters was hidden from the look. */
  readonly complete: boolean;
  readonly version: string;
  readonly node: string;
}

/** What a single look cannot know: it follows nothing, so it is blind to neither. */
const followed = new Set(["journal", "watch"]);

/**
 * The metrics that one look knows, in the classic text format, for node_exporter's textfile
 * collector. No counter is among them, nothing that takes a second look (`confirmed`, open
 * incidents), and nothing about this process, whose names are node_exporter's own.
 */
export async function textfilePage(facts: TextfileFacts): Promise<string> {
  const { report, audit } = facts;
  const families = createFamilies(false);
  forgetSockets(families);
  families.lastCompleteScan.remove();
  families.reloadSuccess.remove();
  families.reloadTime.remove();
  families.remediationBreaker.remove();
  families.remediationPaused.remove();
  families.remediationUnfinished.remove();
  fillSockets(families, report, new Map());
  fillMainPids(families, report);
  if (audit !== undefined) fillUnits(families, audit);
  if (report.remediation !== undefined) fillRemediation(families, report.remediation);
  fillBlind(families, report);
  for (const what of blindSpots) if (followed.has(what)) families.blind.remove({ what });
  const takenAt = Date.parse(report.takenAt) / 1000;
  if (facts.complete) families.lastCompleteScan.set(takenAt);
  families.buildInfo.set({ version: facts.version, node: facts.node }, 1);
  familyMaker(families.registry)
    .gauge(
      "onemaster_textfile_timestamp_seconds",
      "When the look that this file tells of was taken, in seconds since 1970.",
      [],
    )
    .set(takenAt);
  return await gaugesWithSamples(families);
}

/** Families without a sample are left out, and counters and histograms, which begin at zero. */
async function gaugesWithSamples({ registry }: Families): Promise<string> {
  const pages: string[] = [];
  for (const { name } of registry.getMetricsAsArray()) {
    const page = await registry.getSingleMetricAsString(name);
    const lines = page.split("\n").filter((line) => line !== "");
    const isGauge = lines[1]?.endsWith(" gauge") === true;
    if (isGauge && lines.length > 2) pages.push(`${lines.join("\n")}\n`);
  }
  return pages.join("\n");
}
