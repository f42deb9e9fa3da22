import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import { joinPath } from "../parse/path-text.ts";
import { effectiveSettings, type CommonOptions } from "./common-options.ts";
import { ExitCode } from "./exit-code.ts";
import { statusText } from "./status-text.ts";
import type { Surroundings } from "./surroundings.ts";
import { textStyleFor } from "./text-style.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

/** Options of `onemaster status`. */
export interface StatusOptions {
  readonly json: boolean;
  /** Look again and again, this many milliseconds apart; undefined: once. */
  readonly watchMs: number | undefined;
  /** Write metrics to this file and print nothing; as typed. Undefined: print. */
  readonly textfile: string | undefined;
}

/** Home, then clear: the other way round would flicker. */
const clearScreen = "\u001B[H\u001B[2J";

type Render = (report: Report) => string;

function renderer(
  common: CommonOptions,
  { json, watchMs }: StatusOptions,
  surroundings: Surroundings,
): Render {
  if (json) {
    // one line a report when there are several, so that a reader can tell them apart
    const indent = watchMs === undefined ? 2 : undefined;
    return (report) => `${JSON.stringify(report, undefined, indent)}\n`;
  }
  return (report) => statusText(report, textStyleFor(common, surroundings));
}

/** What makes a report worth printing again: not memory and ages, which change all the time. */
function essence({ verdict, blind, sockets }: Report): string {
  return JSON.stringify([
    verdict,
    blind,
    sockets.map((socket) => [
      socket.path,
      socket.verdict,
      socket.file,
      socket.findings.map(({ kind }) => kind),
      socket.pidfile,
      socket.groups.map(({ role, master, listener, workers }) => [
        role,
        master?.pid,
        master?.startTicks,
        listener.inode,
        workers.length,
      ]),
    ]),
  ]);
}

async function watch(
  settings: Settings,
  { everyMs, json, render }: { everyMs: number; json: boolean; render: Render },
  surroundings: Surroundings,
): Promise<void> {
  const stop = surroundings.stopSignal();
  const redraw = surroundings.stdout.isTerminal && !json;
  let before: string | undefined;
  while (!stop.aborted) {
    const report = await surroundings.look(settings);
    if (stop.aborted) return;
    const now = essence(report);
    if (redraw) surroundings.stdout.write(`${clearScreen}${render(report)}`);
    else if (now !== before) {
      surroundings.stdout.write(`${before === undefined || json ? "" : "\n"}${render(report)}`);
    }
    before = now;
    await surroundings.sleep(everyMs, stop);
  }
}

/** The file for node_exporter, which passes over every name without this ending. */
function textfilePath(typed: string, { workingDirectory }: Surroundings): string {
  if (!/[^/]\.prom$/.test(typed)) {
    throw new UsageError(
      `--textfile: "${typed}" does not end in .prom, so node_exporter would pass it over; write a ` +
        "path like /var/lib/prometheus/node-exporter/onemaster.prom",
    );
  }
  return joinPath(workingDirectory, typed);
}

/** Looks once and writes the metrics of it; the file stays as it was where that fails. */
async function writeMetrics(
  settings: Settings,
  path: string,
  surroundings: Surroundings,
): Promise<number> {
  const report = await surroundings.look(settings);
  // a status for people needs no metrics
  const { textfileOf, writeTextfile } = await import("../run/textfile.ts");
  const failure = await writeTextfile(path, await textfileOf(report, settings, version));
  if (failure === undefined) return ExitCode.ok;
  surroundings.stderr.write(`onemaster: ${path} could not be written: ${failure}\n`);
  return ExitCode.failure;
}

/** `onemaster status`: one look, or one after the other, for people, as JSON, or as metrics. */
export async function statusCommand(
  common: CommonOptions,
  options: StatusOptions,
  surroundings: Surroundings,
): Promise<number> {
  const settings = await effectiveSettings(common, surroundings);
  const { textfile } = options;
  if (textfile !== undefined) {
    return await writeMetrics(settings, textfilePath(textfile, surroundings), surroundings);
  }
  const render = renderer(common, options, surroundings);
  const { watchMs: everyMs, json } = options;
  if (everyMs === undefined) {
    surroundings.stdout.write(render(await surroundings.look(settings)));
  } else {
    await watch(settings, { everyMs, json, render }, surroundings);
  }
  return ExitCode.ok;
}
