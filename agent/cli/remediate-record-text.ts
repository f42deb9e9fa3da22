import {
  type RemediationOutcome,
  type RemediationRecord,
  stepNames,
  type StepRecord,
} from "../model/remediation.ts";
import { formatDuration } from "../parse/duration.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { formatBytes } from "../parse/size.ts";
import { groupName } from "./remediate-plan-text.ts";
import type { Colours } from "./status-colours.ts";
import { utcText } from "./status-socket.ts";
import type { TextStyle } from "./text-style.ts";
import { labelled, textWidth } from "./wrap.ts";

type Result = StepRecord["result"];
type Paint = (text: string) => string;

const stepWidth = Math.max(...[...stepNames, "recover"].map((name) => name.length));
const leastTextWidth = 30;

const marks: Readonly<Record<Result, string>> = {
  begun: "…",
  done: "✓",
  skipped: "–",
  failed: "✗",
  "would-do": "○",
};

function plain(text: string): string {
  return text;
}

function resultPaint(result: Result, colours: Colours): Paint {
  switch (result) {
    case "begun":
    case "skipped":
      return colours.warning;
    case "failed":
      return colours.verdict("duplicate");
    case "done":
    case "would-do":
      return plain;
  }
}

/** A step's time, to a tenth of a second where it is seconds: `12ms`, `1.9s`, `2m 3s`. */
function tookText(tookMs: number | null): string {
  if (tookMs === null) return "–";
  if (tookMs < 1_000) return formatDuration(tookMs);
  // 59,950 and more would read as 60.0s
  if (tookMs >= 59_950) return formatDuration(Math.round(tookMs / 1_000) * 1_000);
  return `${(tookMs / 1_000).toFixed(1)}s`;
}

/** What a result adds to the text of its step. */
function resultText(result: Result): string {
  switch (result) {
    case "begun":
      return "begun, not known to be over: ";
    case "skipped":
      return "skipped: ";
    case "failed":
      return "failed: ";
    // the heading of a dry run says that nothing was done
    case "would-do":
    case "done":
      return "";
  }
}

/** One step of an attempt, for people: how it went, how long it took, what was done or seen. */
export function stepLine(step: StepRecord, style: TextStyle): string {
  const { width, colours } = style;
  const label = `  ${marks[step.result]} ${step.step.padEnd(stepWidth)} ${tookText(step.tookMs).padStart(6)}  `;
  const text = escapeUnprintable(resultText(step.result) + step.text);
  const lines =
    width - textWidth(label) < leastTextWidth
      ? [label.trimEnd(), ...labelled("    ", text, width)]
      : labelled(label, text, width);
  return `${lines.map(resultPaint(step.result, colours)).join("\n")}\n`;
}

/** The steps without the `begun` of those that are over. */
function overOrOpen(steps: readonly StepRecord[]): readonly StepRecord[] {
  return steps.filter(
    ({ step, result }, index) =>
      result !== "begun" || !steps.slice(index + 1).some((later) => later.step === step),
  );
}

function outcomeWords(outcome: RemediationOutcome | null): string {
  switch (outcome) {
    case "put-back":
      return "put back";
    case "dry-run":
      return "dry run";
    case "ended":
    case "failed":
      return outcome;
    case null:
      return "not finished";
  }
}

function outcomePaint(outcome: RemediationOutcome | null, colours: Colours): Paint {
  switch (outcome) {
    case "ended":
      return colours.verdict("one-master");
    case "failed":
      return colours.verdict("duplicate");
    case "put-back":
    case null:
      return colours.warning;
    case "dry-run":
      return plain;
  }
}

/** `368 MiB less in use on the host, 370 MiB predicted (99 %)`; undefined where nothing was to come back yet. */
function memoryText({ outcome, memory, steps }: RemediationRecord): string | undefined {
  const { predictedBytes, usedBeforeBytes, usedAfterBytes } = memory;
  const predicted = predictedBytes === null ? "unknown" : formatBytes(predictedBytes);
  if (outcome === "dry-run") return `nothing yet; ${predicted} predicted`;
  if (outcome === "put-back" || outcome === null) return undefined;
  if (usedBeforeBytes === null || usedAfterBytes === null) {
    return `not measured; ${predicted} predicted`;
  }
  const freed = usedBeforeBytes - usedAfterBytes;
  // the whole host is measured, where others come and go
  const change = `${formatBytes(Math.abs(freed))} ${freed < 0 ? "more" : "less"} in use on the host`;
  const percent =
    predictedBytes === null || predictedBytes === 0
      ? undefined
      : Math.round((freed / predictedBytes) * 100);
  if (wasRecovered(steps) || (percent !== undefined && (percent < 50 || percent > 150))) {
    return `${change} (others came and went meanwhile), ${predicted} predicted`;
  }
  return `${change}, ${predicted} predicted${percent === undefined ? "" : ` (${percent} %)`}`;
}

/** Nobody knows how long an attempt lay there before another one finished it. */
function wasRecovered(steps: readonly StepRecord[]): boolean {
  return steps.some(({ step }) => step === "recover");
}

/** The second name of the live socket file where it is left; undefined: it is gone. */
function linkLeft({ outcome, rescueLink, steps }: RemediationRecord): string | undefined {
  if (outcome !== "failed" && outcome !== null) return undefined;
  const removed = steps.some(({ step, result }) => step === "unlink" && result === "done");
  return removed ? undefined : (rescueLink ?? undefined);
}

function whenText({ startedAt, endedAt, by }: RemediationRecord): string {
  const who = by === "agent" ? "by the agent" : "by a person";
  if (endedAt === null) return `${utcText(startedAt)}, ${who}`;
  const tookMs = Date.parse(endedAt) - Date.parse(startedAt);
  return `${utcText(startedAt)}, ${who}, in ${tookMs < 0 ? "unknown time" : tookText(tookMs)}`;
}

/** How an attempt ended, for people, with a line end: without its steps. */
export function outcomeText(record: RemediationRecord, { width, colours }: TextStyle): string {
  const paint = outcomePaint(record.outcome, colours);
  const title = `${outcomeWords(record.outcome)}: ${groupName(record.plan)}`;
  const unfinished = "under way at this moment, or left by one who died at it";
  const facts: (readonly [string, string | undefined])[] = [
    ["socket", record.plan.socket],
    ["when", whenText(record)],
    ["how", record.outcome === null ? unfinished : (record.ending ?? undefined)],
    ["back", memoryText(record)],
    ["link", linkLeft(record)],
    ["record", record.dryRun ? undefined : record.id],
  ];
  const lines = facts.flatMap(([label, text]) =>
    text === undefined ? [] : labelled(`  ${label.padEnd(8)}`, escapeUnprintable(text), width),
  );
  const head = labelled("", title, width).map((line) => colours.bold(paint(line)));
  return `${[...head, ...lines].join("\n")}\n`;
}

/** A whole attempt for people, with a line end: its outcome, what came back, every step. */
export function recordText(record: RemediationRecord, style: TextStyle): string {
  const steps = overOrOpen(record.steps).map((step) => stepLine(step, style));
  return [outcomeText(record, style), ...steps].join("");
}
