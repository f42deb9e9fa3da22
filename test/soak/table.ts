import type { Course } from "./cost.ts";
import type { Fate } from "./judge.ts";
import { type CycleKind, cycleKinds } from "./plan.ts";
import type { HostReport, SoakReport } from "./report.ts";
import type { Doubt } from "./tally.ts";
import type { Span } from "./timeline.ts";

type Row = readonly string[];

const shownDoubts = 20;

/** A report for people: one column a host, then each thing that was wrong in a line of its own. */
export function asText(report: SoakReport): string {
  const { hosts, rules } = report;
  const headings = [...new Set(hosts.flatMap(({ tally }) => Object.keys(tally.claims)))].toSorted();
  const groups: readonly (readonly Row[])[] = [
    [["", ...hosts.map(({ release }) => release)]],
    cycleRows(hosts),
    duplicateRows(hosts, rules.confirmForMs + rules.reactionMs),
    [
      ["said by the agent: seen / between looks / false", ...hosts.map(() => "")],
      ...headings.map((heading) => row(`  ${heading}`, hosts, (host) => standing(host, heading))),
    ],
    scanRows(hosts),
    costRows(hosts),
    [
      row("looks of the truth", hosts, ({ truth }) => count(truth.looks)),
      row("  the longest time between two", hosts, ({ truth }) => ms(truth.longestGapMs)),
    ],
  ];
  const wrong = hosts.flatMap(wrongIn);
  return [
    ...align(groups),
    ...(wrong.length === 0 ? [] : ["", ...wrong]),
    "",
    lastLine(report),
    "",
  ].join("\n");
}

function lastLine({ done, asked, tookMs, seed, ...wrong }: SoakReport): string {
  const took = `${count(done)} of ${count(asked)} cycles in ${Math.round(tookMs / 1000)} s`;
  const found = `${wrong.false} false, ${wrong.missed} missed, ${wrong.errors} errors`;
  return `${wrong.sound ? "sound" : "NOT SOUND"}: ${found}; ${took}, seed ${seed}`;
}

function cycleRows(hosts: readonly HostReport[]): readonly Row[] {
  const kinds = Object.keys(cycleKinds) as CycleKind[];
  return [
    ["cycles, and the mean time of one", ...hosts.map(() => "")],
    ...kinds.map((kind) =>
      row(`  ${cycleKinds[kind].what}`, hosts, ({ cycles }) => {
        const one = cycles[kind];
        return one === undefined ? "0" : `${count(one.cycles)}  ${ms(one.meanMs)}`;
      }),
    ),
    row("  races after which nothing ran", hosts, ({ cycles }) =>
      count(Object.values(cycles).reduce((sum, { down }) => sum + down, 0)),
    ),
  ];
}

function duplicateRows(hosts: readonly HostReport[], owedMs: number): readonly Row[] {
  const fates = (host: HostReport): readonly Fate[] => host.tally.fates;
  const lasting = (host: HostReport): readonly Fate[] =>
    fates(host).filter(({ lastedMs }) => lastedMs >= owedMs);
  const times = (pick: (fate: Fate) => number | undefined) => (host: HostReport) =>
    spread(fates(host).flatMap((fate) => pick(fate) ?? []));
  return [
    row("true duplicates", hosts, (host) => count(fates(host).length)),
    row(`  lasting ${ms(owedMs)} or more`, hosts, (host) => count(lasting(host).length)),
    row("    confirmed", hosts, (host) =>
      count(lasting(host).filter(({ confirmedMs }) => confirmedMs !== undefined).length),
    ),
    row("    missed", hosts, ({ tally }) => count(tally.missed)),
    row(
      "  first said after, median / most",
      hosts,
      times(({ suspectedMs }) => suspectedMs),
    ),
    row(
      "  confirmed after, median / most",
      hosts,
      times(({ confirmedMs }) => confirmedMs),
    ),
    row(
      "  withdrawn after its end, median / most",
      hosts,
      times(({ clearedMs }) => clearedMs),
    ),
  ];
}

function scanRows(hosts: readonly HostReport[]): readonly Row[] {
  return [
    ...countRows("scans, by cause", hosts, ({ scans }) => scans.byCause),
    row("  mean time", hosts, ({ scans }) => ms(scans.meanMs)),
    row("  over 100 ms", hosts, ({ scans }) => count(scans.slow)),
    ...countRows("failed reads, by kind", hosts, ({ scans }) => scans.readFailures),
    ...countRows("could not see, by what", hosts, ({ tally }) => tally.blind),
    row("  still at the end", hosts, ({ scans }) => scans.blind.join(" ") || "nothing"),
    row("lines of its log", hosts, ({ tally }) => count(tally.lines)),
    row("  errors", hosts, ({ tally }) => count(tally.errors.length)),
    row("verdict at the end", hosts, ({ lastVerdict }) => lastVerdict),
  ];
}

/** A row for the sum of counts and one for each that is not zero everywhere. */
function countRows(
  title: string,
  hosts: readonly HostReport[],
  counts: (host: HostReport) => Readonly<Record<string, number>>,
): readonly Row[] {
  const names = new Set(
    hosts.flatMap((host) =>
      Object.entries(counts(host)).flatMap(([name, value]) => (value === 0 ? [] : name)),
    ),
  );
  const total = (host: HostReport): number =>
    Object.values(counts(host)).reduce((sum, value) => sum + value, 0);
  return [
    row(title, hosts, (host) => count(total(host))),
    ...[...names].map((name) => row(`  ${name}`, hosts, (host) => count(counts(host)[name] ?? 0))),
  ];
}

function costRows(hosts: readonly HostReport[]): readonly Row[] {
  const mib = (value: number): string => (value / 2 ** 20).toFixed(1);
  return [
    ["the agent at the start / at the end / at most", ...hosts.map(() => "")],
    row("  resident memory, MiB", hosts, ({ cost }) => course(cost.rssBytes, mib)),
    row("  anonymous memory, MiB", hosts, ({ cost }) => course(cost.anonymousBytes, mib)),
    row("  heap used, MiB", hosts, ({ cost }) => course(cost.heapUsedBytes, mib)),
    row("  open descriptors", hosts, ({ cost }) => course(cost.descriptors, count)),
    row("  threads", hosts, ({ cost }) => course(cost.threads, count)),
    row("  child processes", hosts, ({ cost }) => course(cost.children, count)),
    row("  CPU, seconds", hosts, ({ cost }) => cost.cpuSeconds.toFixed(1)),
  ];
}

function wrongIn({ release, tally, lastVerdict, cut }: HostReport): readonly string[] {
  const doubtful = tally.doubts.filter(({ standing: how }) => how === "false");
  const missed = tally.fates.filter((fate) => fate.missed);
  const more = doubtful.length - shownDoubts;
  return [
    ...doubtful.slice(0, shownDoubts).flatMap((doubt) => doubtText(release, doubt)),
    ...(more > 0 ? [`${release}: and ${more} more false ones`] : []),
    ...missed.map((fate) => `${release}: ${missedText(fate)}`),
    ...tally.errors.map((message) => `${release}: the agent's error: ${message}`),
    ...(cut > 0 || lastVerdict === "one-master"
      ? []
      : [`${release}: at rest it says ${lastVerdict}`]),
  ];
}

function doubtText(release: string, { claim, around }: Doubt): readonly string[] {
  return [
    `${release}: false: ${new Date(claim.atMs).toISOString()} ${claim.message}`,
    ...around.map((span) => `  ${spanText(span, claim.atMs)}`),
  ];
}

/** A span with its times before (-) and after a moment. */
function spanText({ picture, fromMs, untilMs }: Span, atMs: number): string {
  const { owner, listening, draining, orphans } = picture;
  const masters = listening.map(({ pid, inode, succeeds }) => {
    const where = inode === owner ? "at the path" : "not at the path";
    return `master ${pid} listens ${where}${succeeds ? " as a successor" : ""}`;
  });
  const facts = [
    ...(owner === null ? ["nobody owns the path"] : []),
    ...masters,
    ...draining.certain.map((pid) => `master ${pid} drains`),
    ...draining.ending.map((pid) => `master ${pid} has workers that are ending`),
    ...orphans.certain.map((pid) => `worker ${pid} has no master`),
    ...orphans.ending.map((pid) => `worker ${pid} has no master and is ending`),
  ];
  const [from, until] = [fromMs - atMs, untilMs - atMs].map((time) => time.toFixed(1));
  return `truth from ${from} to ${until} ms: ${facts.join(", ")}`;
}

function missedText(fate: Fate & { readonly place: string }): string {
  const { place, duplicate, lastedMs, suspectedMs } = fate;
  const { stale, fromMs } = duplicate;
  const since = new Date(fromMs).toISOString();
  const said = suspectedMs === undefined ? "never suspected" : `suspected after ${ms(suspectedMs)}`;
  return `missed: ${since} ${place}: master ${stale.pid} was stale for ${ms(lastedMs)}, ${said}`;
}

function row(name: string, hosts: readonly HostReport[], cell: (host: HostReport) => string): Row {
  return [name, ...hosts.map(cell)];
}

function standing({ tally }: HostReport, heading: string): string {
  const found = tally.claims[heading];
  return found === undefined
    ? "–"
    : `${count(found.seen)} / ${count(found.between)} / ${count(found.false)}`;
}

function course({ first, last, most }: Course, text: (value: number) => string): string {
  return [first, last, most]
    .map((value) => (value === undefined ? "not known" : text(value)))
    .join(" / ");
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const most = sorted.at(-1);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return median === undefined || most === undefined ? "–" : `${ms(median)} / ${ms(most)}`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function ms(value: number): string {
  return `${count(Math.round(value))} ms`;
}

/** Groups of rows under one another, a blank line between them, numbers to the right. */
function align(groups: readonly (readonly Row[])[]): readonly string[] {
  const rows = groups.flat();
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: Row): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  return groups.flatMap((group, index) => [...(index > 0 ? [""] : []), ...group.map(line)]);
}
