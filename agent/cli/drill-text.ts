import type { DrillReport, DrillRow } from "../model/drill.ts";
import type { UnitSoundness } from "../model/sound.ts";
import { formatDuration } from "../parse/duration.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import type { DrillPlan } from "../run/drill.ts";
import { checkLines, fixLines, paintSound, soundText, soundWords } from "./sound-text.ts";
import type { TextStyle } from "./text-style.ts";
import { wrap } from "./wrap.ts";

const columns = [
  ["STEP", 6],
  ["TOOK", 7],
  ["MAINPID", 9],
  ["MASTERS", 8],
  ["WORKERS", 8],
  ["PROCS", 6],
  ["DOWN", 9],
  ["FAILED", 15],
] as const;

function line(cells: readonly string[], last: string): string {
  // what is too wide for its column pushes the others on
  const padded = cells.map((cell, column) => `${cell} `.padEnd(columns[column]?.[1] ?? 0));
  return `${padded.join("")}${last}\n`;
}

function known(value: number | null): string {
  return value === null ? "unknown" : String(value);
}

/** The table's head, with what is drilled. */
export function drillHead({ unit, before }: DrillPlan, { colours }: TextStyle): string {
  const title = `${colours.bold(unit)}  ${before.sockets.map(escapeUnprintable).join(" ")}\n\n`;
  return (
    title +
    colours.bold(
      line(
        columns.map(([name]) => name),
        "VERDICT",
      ).trimEnd(),
    ) +
    "\n"
  );
}

/** One step that has ended. */
export function drillRowText(row: DrillRow, { colours }: TextStyle): string {
  const { metered, soundness } = row;
  const cells = [
    String(row.step),
    formatDuration(row.durationMs),
    known(row.mainPid),
    known(row.masters),
    known(row.workers),
    known(row.processes),
    metered === null ? "–" : `${Math.round(metered.downtimeMs)} ms`,
    metered === null ? "–" : `${metered.failed} of ${metered.asked}`,
  ];
  return line(cells, paintSound(soundness, colours)(soundWords[soundness]));
}

function totals({ rows }: DrillReport): string {
  const met = rows.flatMap(({ metered }) => metered ?? []);
  const failed = met.reduce((sum, one) => sum + one.failed, 0);
  const asked = met.reduce((sum, one) => sum + one.asked, 0);
  const down = Math.round(met.reduce((sum, one) => sum + one.downtimeMs, 0));
  const slowest = Math.round(Math.max(0, ...met.map((one) => one.slowestMs)));
  const restarts = rows.filter(({ step }) => typeof step === "number").length;
  const times = restarts === 1 ? "1 restart" : `${restarts} restarts`;
  return (
    `${times}: ${failed} of ${asked} requests failed, ${down} ms without an answer, ` +
    `the slowest answer took ${slowest} ms`
  );
}

/** The fault in few words, where the number of masters says it all. */
function faultText(last: DrillRow | undefined): string | undefined {
  if (last === undefined || last.step === "stop" || last.masters === null) return undefined;
  if (last.masters === 1) return undefined;
  const when = typeof last.step === "number" ? `cycle ${last.step}` : "the start";
  return last.masters === 0
    ? `nothing serves after ${when}`
    : `${last.masters} masters after ${when}`;
}

function verdictText(report: DrillReport): string {
  const { unit, soundness, endedEarly, rows } = report;
  const last = rows.at(-1);
  const stands =
    last === undefined
      ? "nothing was done"
      : `MainPID ${known(last.mainPid)}, ${known(last.masters)} masters, ${known(last.workers)} workers now`;
  if (endedEarly !== null && soundness === "unknown") {
    return `${unit}: ended early, ${endedEarly}; ${stands}`;
  }
  switch (soundness) {
    case "sound":
      return `${unit} is sound: one master after every start, and none left after the stop`;
    case "not-sound":
      return `${unit} is NOT sound: ${faultText(last) ?? endedEarly ?? "see the checks above"}`;
    case "unknown":
      return `${unit}: could not tell; ${stands}`;
  }
}

/** What follows the rows: the checks that did not hold with their cures, totals, the verdict. */
export function drillEnd(report: DrillReport, story: string, style: TextStyle): string {
  const { width, colours } = style;
  const broken = report.rows.find((row) => row.soundness !== "sound");
  const checks = (broken?.checks ?? []).filter(
    ({ state }) => state === "not" || state === "unknown",
  );
  const why =
    broken?.refused === undefined || broken.refused === null
      ? []
      : ["", ...wrap(`systemd did not do it: ${escapeUnprintable(broken.refused)}`, width)];
  const told = story.split("\n").map(escapeUnprintable);
  const lines = [
    ...why,
    ...(checks.length === 0 ? [] : ["", ...checks.flatMap((check) => checkLines(check, style))]),
    ...fixLines(checks, style),
    ...(story === "" ? [] : ["", ...told]),
    "",
    ...wrap(totals(report), width),
    ...wrap(escapeUnprintable(verdictText(report)), width).map(
      paintSound(report.soundness, colours),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** What a drill would do, and whether it would begin. */
export function drillPlanText(
  { unit, cycles, before, expectations }: DrillPlan,
  now: UnitSoundness | undefined,
  { evenIfUnsound }: { readonly evenIfUnsound: boolean },
  style: TextStyle,
): string {
  const sound = now?.soundness ?? "unknown";
  const wanted = expectations.map(
    ({ path, expectedWorkers, expectedMode, expectedOwner }) =>
      `${path}: ${expectedWorkers ?? "any"} workers, ` +
      `mode ${expectedMode === undefined ? "as it comes" : `0${expectedMode.toString(8)}`}, ` +
      `owner ${expectedOwner ?? "as it comes"}`,
  );
  const gap = before.activated
    ? "a socket unit holds the path meanwhile: requests wait, none should fail"
    : "in each restart requests fail until the new master has bound the path";
  const begins =
    sound === "sound" || evenIfUnsound
      ? ["to do it:", `  onemaster drill --cycles ${cycles} --unit ${unit} --yes`]
      : ["it would not begin: what is not sound before proves nothing (--even-if-unsound)"];
  // whoever requires the unit is neither stopped nor restarted with it
  const alone = `--job-mode=ignore-dependencies ${unit}`;
  const steps = [
    `${cycles} times: systemctl reset-failed ${unit}; systemctl restart ${alone}`,
    "each time checked: MainPID is the one serving master, KillMode, workers, the socket's mode " +
      `and owner, an answer to OPTIONS /, at most ${before.processes ?? "as many"} processes; ` +
      "meanwhile one request after the other is asked, 2 ms apart",
    `then: systemctl stop ${alone}; no process of it may be left and no master listen`,
    `then: systemctl start ${unit}; all has to be as before`,
  ];
  return [
    ...(sound === "sound" || now === undefined ? [] : [soundText([now], style)]),
    `a drill of ${style.colours.bold(unit)}, which is ${soundWords[sound]} now:`,
    ...wanted.map((text) => `  ${escapeUnprintable(text)}`),
    "",
    ...steps.flatMap((step, index) =>
      wrap(step, style.width - 5).map((text, at) => `  ${at === 0 ? index + 1 : " "}  ${text}`),
    ),
    "",
    ...wrap(gap, style.width),
    "",
    ...begins,
    "",
  ].join("\n");
}
