import { type Claim, readAgentLine } from "./claim.ts";
import { type Fate, fatesOf, judgeClaim, type Rules, type Standing } from "./judge.ts";
import { type Timeline, timelineOf } from "./timeline.ts";
import type { Observation, Tick } from "./truth.ts";

/** What was seen of one host, by the truth and by the agent. */
export interface Evidence {
  readonly observations: readonly Observation[];
  readonly ticks: readonly Tick[];
  /** Lines of the agent's log, in their order. */
  readonly log: readonly string[];
}

/** A claim that the truth did not see. */
export interface Doubt {
  readonly standing: Exclude<Standing, "seen">;
  readonly claim: Claim;
  /** What really was, half a second before it and a little after. */
  readonly around: Timeline;
}

/** How often the agent said a thing, and how that stood to the truth. */
export type Standings = Readonly<Record<Standing, number>>;

/** What the agent said of a host, counted against the truth. */
export interface Tally {
  /** By what was claimed: a verdict, a duplicate suspected or confirmed, or that none is left. */
  readonly claims: Readonly<Record<string, Standings>>;
  readonly doubts: readonly Doubt[];
  /** Duplicates that really were, in order of place and time. */
  readonly fates: readonly (Fate & { readonly place: string })[];
  readonly missed: number;
  /** How often each thing could not be seen. */
  readonly blind: Readonly<Record<string, number>>;
  /** Failures that the agent logged, and what was no line of its log. */
  readonly errors: readonly string[];
  /** Lines of its log. */
  readonly lines: number;
}

/** Counts. Pure: the same evidence gives the same tally. */
export function tally({ observations, ticks, log }: Evidence, rules: Rules): Tally {
  const lines = log.map(readAgentLine);
  const claims = lines.flatMap((line) => (line.kind === "claim" ? [line.claim] : []));
  const lookedMs = ticks.at(-1)?.lookedMs ?? 0;
  const places = [...new Set(observations.map(({ place }) => place))];
  const timelines = new Map(
    places.map((place) => {
      const own = observations.filter((one) => one.place === place);
      return [place, timelineOf(own, lookedMs)];
    }),
  );
  const judged = claims.map((claim) => {
    // of a socket that there is not nothing is true
    const standing = judgeClaim(claim, timelines.get(claim.socket) ?? [], rules);
    return { claim, standing };
  });
  const fates = [...timelines].flatMap(([place, timeline]) => {
    const own = claims.filter(({ socket }) => socket === place);
    return fatesOf(timeline, own, rules).map((fate) => ({ ...fate, place }));
  });
  return {
    claims: standingsOf(judged),
    doubts: judged.flatMap(({ claim, standing }) =>
      standing === "seen" ? [] : [{ claim, standing, around: around(claim, timelines) }],
    ),
    fates,
    missed: fates.filter(({ missed }) => missed).length,
    blind: counted(lines.flatMap((line) => (line.kind === "blind" ? line.what : []))),
    errors: lines.flatMap((line) => (line.kind === "error" ? [line.message] : [])),
    lines: lines.length,
  };
}

function around({ atMs, socket }: Claim, timelines: ReadonlyMap<string, Timeline>): Timeline {
  return (timelines.get(socket) ?? []).filter(
    ({ fromMs, untilMs }) => untilMs >= atMs - 500 && fromMs <= atMs + 100,
  );
}

/** The heading under which a claim is counted. */
function headingOf({ verdict, confirmed }: Claim): string {
  if (verdict === "duplicate") {
    return confirmed ? "duplicate, confirmed" : "duplicate, suspected";
  }
  return verdict ?? "none left";
}

function standingsOf(
  judged: readonly { readonly claim: Claim; readonly standing: Standing }[],
): Readonly<Record<string, Standings>> {
  const found: Record<string, Standings> = {};
  for (const { claim, standing } of judged) {
    const heading = headingOf(claim);
    const before = found[heading] ?? { seen: 0, between: 0, false: 0 };
    found[heading] = { ...before, [standing]: before[standing] + 1 };
  }
  return found;
}

function counted(words: readonly string[]): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const word of words) {
    found[word] = (found[word] ?? 0) + 1;
  }
  return found;
}
