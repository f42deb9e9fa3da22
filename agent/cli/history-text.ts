import type { Evidence } from "../model/cause.ts";
import type { Occurrence, OccurrenceMaster } from "../model/occurrence.ts";
import { formatDuration } from "../parse/duration.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import type { HistoryAnswer } from "./history-ask.ts";
import { pictureOf } from "./history-picture.ts";
import type { SourceReport } from "./history-reports.ts";
import { summaryOf } from "./history-summary.ts";
import { utcText } from "./status-socket.ts";
import type { TextStyle } from "./text-style.ts";
import { labelled, wrap } from "./wrap.ts";

/** How to dress the text, and what stretch of time it is about. */
export interface HistoryStyle extends TextStyle {
  /** Undefined: nothing was read, so nobody knows. */
  readonly sinceMs: number | undefined;
  readonly untilMs: number;
}

/** The answer for people, with a line end: what it comes to, each occurrence, then the sources. */
export function historyText(answer: HistoryAnswer, style: HistoryStyle): string {
  const blocks = answer.occurrences.map((one, index) => occurrenceLines(one, index + 1, style));
  const lines = [
    ...summaryLines(answer, style),
    "",
    ...blocks.flatMap((block) => [...block, ""]),
    ...sourceLines(answer.sources, style),
  ];
  return `${lines.join("\n")}\n`;
}

function count(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`;
}

function summaryLines(
  { occurrences }: HistoryAnswer,
  { sinceMs, width, colours }: HistoryStyle,
): readonly string[] {
  if (sinceMs === undefined) return [colours.warning("nothing could be read, so nothing is known")];
  const { proven, confirmedInJournal, possible } = summaryOf(occurrences);
  const since = new Date(sinceMs).toISOString().slice(0, 10);
  const journal = proven === 0 ? "" : `, ${confirmedInJournal} confirmed in the journal`;
  const more =
    possible === 0
      ? ""
      : `; ${count(possible, "more is possible", "more are possible")}: ` +
        "the first master left no last word";
  const text = `${count(proven, "occurrence")} since ${since}${journal}${more}`;
  return wrap(text, width).map(colours.bold);
}

function occurrenceLines(
  one: Occurrence,
  number: number,
  { width, colours }: HistoryStyle,
): readonly string[] {
  const { certainty, cause, beganAt } = one;
  const where = escapeUnprintable(one.address ?? one.unit ?? "address unknown");
  const word = certainty === "possible" ? "possible  " : "";
  const title = `#${number}  ${word}${utcText(beganAt)}  ${where}`;
  const by = cause.by === null ? "" : `, by ${escapeUnprintable(cause.by)}`;
  const facts: readonly (readonly [string, string])[] = [
    ["trigger", `${cause.trigger}${by}`],
    ["unit", one.unit ?? "not known"],
    ["masters", mastersText(one)],
    ["lasted", lastedText(one)],
    ["known by", one.sources.join(", ")],
  ];
  return [
    colours.bold(title),
    ...facts.flatMap(([label, text]) => labelled(`    ${label.padEnd(9)} `, text, width)),
    ...cause.evidence.flatMap((piece, index) => evidenceLines(piece, index, width)),
    ...pictureOf(one, width - 4).map((line) => `    ${line}`),
  ];
}

function evidenceLines({ at, text, source }: Evidence, index: number, width: number): string[] {
  const label = `    ${(index === 0 ? "evidence" : "").padEnd(9)} `;
  return labelled(label, `${utcText(at)} ${escapeUnprintable(text)} (${source})`, width);
}

function mastersText({ first, second, cause, certainty }: Occurrence): string {
  const was = certainty === "proven" ? "was there" : "may have been there";
  const there =
    first.length === 0
      ? `one of ${cause.survivors.join(", ")} ${was}`
      : `${first.map(masterText).join("; ")} ${was}`;
  return second === null ? there : `${there}; ${masterText(second)} came`;
}

function masterText({ pid, ending, goneBy }: OccurrenceMaster): string {
  const by = goneBy === null ? "" : ` ${utcText(goneBy)}`;
  switch (ending) {
    case "still-there":
      return `${pid} (still there)`;
    case "open":
      return `${pid} (end not known)`;
    case "shutdown":
      return `${pid} (told to end${by})`;
    case "crashed":
      return `${pid} (crashed${by})`;
    case "killed":
      return `${pid} (killed, gone by${by})`;
    case "pid-reused":
      return `${pid} (gone by${by}: another process had its pid)`;
    case "rebooted":
      return `${pid} (the host booted${by})`;
    case "rebound":
      return `${pid} (took another address${by})`;
  }
}

function lastedText({ atLeastSeconds, atMostSeconds, ongoing, certainty }: Occurrence): string {
  const least = formatDuration(atLeastSeconds * 1_000);
  if (ongoing) return `${least} so far`;
  const most = atMostSeconds === null ? undefined : formatDuration(atMostSeconds * 1_000);
  if (most === least) return least;
  const upTo = most === undefined ? "" : `at most ${most}`;
  if (atLeastSeconds === 0 || certainty === "possible") return upTo === "" ? "not known" : upTo;
  return upTo === "" ? `at least ${least}` : `at least ${least}, ${upTo}`;
}

function sourceLines(
  sources: readonly SourceReport[],
  { width, colours }: HistoryStyle,
): readonly string[] {
  const lines = sources.flatMap((source, index) =>
    labelled(index === 0 ? "sources   " : "          ", sourceText(source), width),
  );
  const logs = sources.some(({ kind }) => kind === "error.log");
  const advice = logs
    ? []
    : labelled(
        "          ",
        "no error.log is known: name it with --error-log, or as error_log in the settings",
        width,
      ).map(colours.warning);
  return [...lines, ...advice];
}

const units = {
  "error.log": "line",
  journal: "entry",
  apt: "run",
  processes: "master",
} as const satisfies Readonly<Record<SourceReport["kind"], string>>;

function sourceText(source: SourceReport): string {
  const { kind, name, read, notUnderstood, remarks, failures } = source;
  const unit = units[kind];
  const parts = [count(read, unit, unit === "entry" ? "entries" : `${unit}s`)];
  if (notUnderstood > 0) parts.push(`${notUnderstood} not understood`);
  parts.push(...remarks, ...failures.map(({ why }) => `could not be read: ${why}`));
  return `${escapeUnprintable(name)}: ${parts.join(", ")}`;
}
