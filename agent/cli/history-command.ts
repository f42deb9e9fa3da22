import { joinPath } from "../parse/path-text.ts";
import { formatBytes } from "../parse/size.ts";
import { effectiveSettings, type CommonOptions } from "./common-options.ts";
import { ExitCode } from "./exit-code.ts";
import { askHistory, type HistoryAnswer } from "./history-ask.ts";
import { failureLines } from "./history-reports.ts";
import { hostSources, type HistorySources } from "./history-sources.ts";
import { summaryOf } from "./history-summary.ts";
import { historyText } from "./history-text.ts";
import { typedTime } from "./history-time.ts";
import type { Output, Surroundings } from "./surroundings.ts";
import { textStyleFor } from "./text-style.ts";

/** Options of `onemaster history`, as typed. */
export interface HistoryOptions {
  readonly json: boolean;
  /** As journalctl takes it; undefined: as far back as anything tells. */
  readonly since: string | undefined;
  /** Undefined: until now. */
  readonly until: string | undefined;
  /** Empty: those that settings name. */
  readonly errorLogs: readonly string[];
}

/** How much is read between two lines of progress. */
const progressBytes = 64 * 1024 * 1024;

/** `onemaster history [UNIT]`: past occurrences, for people or as JSON. */
export async function historyCommand(
  unit: string | undefined,
  common: CommonOptions,
  options: HistoryOptions,
  surroundings: Surroundings,
  sources: HistorySources = hostSources(surroundings),
): Promise<number> {
  const { stdout, stderr, workingDirectory } = surroundings;
  const settings = await effectiveSettings(common, surroundings);
  const { since, until } = options;
  const sinceMs = since === undefined ? undefined : await typedTime("--since", since, sources);
  const untilMs =
    until === undefined ? sources.nowMs() : await typedTime("--until", until, sources);
  const progress = progressOn(stderr);
  const answer = await askHistory(
    {
      settings,
      errorLogs: options.errorLogs.map((path) => joinPath(workingDirectory, path)),
      unit: unit === undefined || unit.includes(".") ? unit : `${unit}.service`,
      sinceMs,
      untilMs,
      reading: { onProgress: progress.show },
    },
    sources,
  );
  progress.end();
  for (const line of failureLines(answer.sources)) stderr.write(`onemaster: ${line}\n`);
  const span = { sinceMs: sinceMs ?? answer.knownSinceMs, untilMs };
  if (options.json) {
    stdout.write(`${JSON.stringify(document(answer, span), undefined, 2)}\n`);
  } else {
    stdout.write(historyText(answer, { ...span, ...textStyleFor(common, surroundings) }));
  }
  return ExitCode.ok;
}

/** What `history --json` prints, schema 1. Times are ISO 8601 in UTC. */
function document(
  { occurrences, sources }: HistoryAnswer,
  { sinceMs, untilMs }: { readonly sinceMs: number | undefined; readonly untilMs: number },
): object {
  return {
    schema: 1,
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    summary: summaryOf(occurrences),
    sources,
    occurrences,
  };
}

/** Tells people at a terminal how far long work has come, on one line that is taken away again. */
function progressOn({ isTerminal, write }: Output): {
  readonly show: (bytes: number) => void;
  readonly end: () => void;
} {
  let shown = 0;
  return {
    show(bytes) {
      if (!isTerminal || bytes < shown + progressBytes) return;
      shown = bytes;
      write(`\r\u001B[Kreading error.log: ${formatBytes(bytes)}`);
    },
    end() {
      if (shown > 0) write("\r\u001B[K");
    },
  };
}
