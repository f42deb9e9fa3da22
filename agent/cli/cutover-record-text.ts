import { counted } from "../model/counted.ts";
import type { CutoverAsked, CutoverRecord, CutoverStepRecord } from "../model/cutover-record.ts";
import { formatDuration } from "../parse/duration.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import type { TextStyle } from "./text-style.ts";
import { labelled } from "./wrap.ts";

const marks = { begun: "…", done: "✓", skipped: "-", failed: "✗" } as const;
/** What people feel. */
const SLOW_MS = 500;
/** `bring-back`, `remove-unit`. */
const stepWidth = 11;
const tookWidth = 6;

/** One step that is over, with how long it took. */
export function cutoverStepLine(step: CutoverStepRecord, { width, colours }: TextStyle): string {
  const took = step.tookMs === null ? "" : formatDuration(step.tookMs);
  const label = `  ${marks[step.result]} ${step.step.padEnd(stepWidth)} ${took.padStart(tookWidth)}  `;
  const text = `${labelled(label, escapeUnprintable(step.text), width).join("\n")}\n`;
  switch (step.result) {
    case "failed":
      return colours.verdict("duplicate")(text);
    case "skipped":
    case "begun":
      return colours.dim(text);
    case "done":
      return text;
  }
}

/** How a cutover ended, what requests met meanwhile, and what can be done next. */
export function cutoverEndText(record: CutoverRecord, { width, colours }: TextStyle): string {
  const { outcome, ending, unit } = record;
  const good = outcome === "done" || outcome === "rolled-back";
  const paint = colours.verdict(good ? "one-master" : "duplicate");
  const said = labelled(`${outcomeWords(outcome)}: `, escapeUnprintable(ending ?? ""), width);
  const asked = (record.measured ?? []).map(askedLine);
  return [paint(said.join("\n")), ...asked, ...nextLines(record, unit), ""].join("\n");
}

function outcomeWords(outcome: CutoverRecord["outcome"]): string {
  switch (outcome) {
    case "done":
      return "done";
    case "undone":
      return "put back";
    case "rolled-back":
      return "rolled back";
    case "failed":
      return "failed";
    case null:
      return "not finished";
  }
}

/** `through nginx: 1057 requests, 1 failed (answered 502), down 3 ms`. */
function askedLine({ through, asked, failed, ...met }: CutoverAsked): string {
  const { downMs, slowestMs, failures } = met;
  const where = through === "nginx" ? "through nginx" : "at the socket";
  // gunicorn binds before its workers have loaded the application: such requests wait, and none fails
  const slow = slowestMs < SLOW_MS ? "" : `, the slowest answer took ${formatDuration(slowestMs)}`;
  const what = `  asked ${where}: ${counted(asked, "request")}, ${failed} failed`;
  if (failed === 0) return `${what}${slow}`;
  const whys = failures.map(({ why, times }) => `${times} × ${escapeUnprintable(why)}`).join(", ");
  return `${what} (${whys}), down for ${formatDuration(downMs)}${slow}`;
}

function nextLines({ outcome, target, undoing }: CutoverRecord, unit: string): readonly string[] {
  // it is over, and the native unit in place: nothing is left to be taken up
  if (outcome === "failed" && undoing === null) {
    return [
      `  look:     onemaster status, and systemctl status ${target.service.name}`,
      `  way back: onemaster cutover rollback --unit ${unit} --yes`,
    ];
  }
  switch (outcome) {
    case "done":
      return [
        `  proof: onemaster cutover verify --unit ${target.service.name}`,
        `  way back: onemaster cutover rollback --unit ${unit} --yes`,
      ];
    case "undone":
    case "rolled-back":
      return [];
    case "failed":
    case null:
      return [
        `  again: onemaster cutover apply --yes brings it to an end, and`,
        `         onemaster cutover rollback --unit ${unit} --yes what was before`,
      ];
  }
}

/** What `cutover rollback` would do, without doing it; `against`: why it would do nothing now. */
export function rollbackPlanText(
  record: CutoverRecord,
  against: string | undefined,
  { width, colours }: TextStyle,
): string {
  const { unit, target, startedAt, outcome } = record;
  const { service, old, files, backup } = target;
  const lines = [
    `cutover of ${unit}, begun ${startedAt}, ${outcomeWords(outcome)}`,
    ...[
      old.initScript === null
        ? "puts nothing back: there was no init script; only masters that still live can serve"
        : `puts ${old.initScript} and ${counted(old.links.length, "link")} back from ${backup}`,
      `stops ${service.name}; requests fail from here on until the last step`,
      `removes ${files.map(({ path }) => path).join(", ")}`,
      ...(old.initScript === null
        ? []
        : [`starts ${old.unit} by its init script, and waits until it answers`]),
    ].flatMap((text) => labelled("  - ", escapeUnprintable(text), width)),
    ...(against === undefined ? [] : [colours.verdict("duplicate")(refusal(against, width))]),
    `carry it out: onemaster cutover rollback --unit ${unit} --yes`,
  ];
  return `${lines.join("\n")}\n`;
}

function refusal(against: string, width: number): string {
  return labelled("it is not carried out now: ", escapeUnprintable(against), width).join("\n");
}
