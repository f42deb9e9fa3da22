import type { Claim, NamedMaster } from "./claim.ts";
import { isTrueOf, type Picture, staleIn } from "./picture.ts";
import type { Span, Timeline } from "./timeline.ts";

/**
 * How a claim stands to the truth: `seen` there too · `between` two looks of the truth, one of
 * which saw half of it: it may have been so for that moment · `false`: at no time that the claim
 * can be about.
 */
export type Standing = "seen" | "between" | "false";

/** What claims are judged by. */
export interface Rules {
  /**
   * How long before its line a scan may have looked, where the line does not say when that was.
   * The agent's scans are counted in buckets up to this time; a slower one can only make a true
   * claim false here, never the reverse.
   */
  readonly scanMs: number;
  /** The agent's setting. */
  readonly confirmForMs: number;
  /** By how much longer than `confirmForMs` a duplicate lasts that has to be confirmed. */
  readonly reactionMs: number;
}

/** Judges what the agent said of a socket by what really stood there. */
export function judgeClaim(claim: Claim, timeline: Timeline, rules: Rules): Standing {
  // a line's time is cut off to whole milliseconds
  const fromMs = Math.min(claim.atMs - rules.scanMs, claim.scannedMs ?? claim.atMs);
  const window = { fromMs, untilMs: claim.atMs + 1 };
  const spans = timeline.filter(
    ({ earliestMs, latestMs }) => earliestMs <= window.untilMs && latestMs >= window.fromMs,
  );
  if (claim.confirmed && claim.verdict === "duplicate" && tooEarly(claim, timeline, rules)) {
    return "false";
  }
  const seen = spans.some(
    (span) =>
      span.fromMs <= window.untilMs && span.untilMs >= window.fromMs && agrees(claim, span.picture),
  );
  if (seen) {
    return "seen";
  }
  const explained = spans.some((span, index) => {
    const next = spans[index + 1];
    if (agrees(claim, span.picture)) {
      return true;
    }
    const inGap =
      next !== undefined && span.untilMs <= window.untilMs && next.fromMs >= window.fromMs;
    return inGap && mayLieBetween(claim, span.picture, next.picture);
  });
  return explained ? "between" : "false";
}

/** Right about the verdict, and about who is stale. */
function agrees({ verdict, stale }: Claim, picture: Picture): boolean {
  if (!isTrueOf(verdict, picture)) {
    return false;
  }
  const really = staleIn(picture);
  return stale.every((named) => really.some((one) => isSame(one, named)));
}

/**
 * Whether on the way from one picture to the next there can have been one that the claim agrees
 * with. For a duplicate its own two sides have to be among what those pictures show: the stale
 * master on its listener, and another listener that owns the path. One that names nobody has to
 * have been seen.
 */
function mayLieBetween({ verdict, stale }: Claim, before: Picture, after: Picture): boolean {
  if (verdict !== "duplicate") {
    return true;
  }
  const pictures = [before, after];
  const told = stale.length > 0;
  return (
    told &&
    stale.every((named) =>
      pictures.some(
        ({ listening }) =>
          listening.some((one) => isSame(one, named)) &&
          pictures.some(({ owner }) => owner !== null && owner !== named.inode),
      ),
    )
  );
}

/** Confirmed although no stale master that it names can have been there for so long. */
function tooEarly(claim: Claim, timeline: Timeline, { confirmForMs }: Rules): boolean {
  const old = duplicatesIn(timeline).filter(
    ({ earliestMs, latestMs }) => Math.min(claim.atMs + 1, latestMs) - earliestMs >= confirmForMs,
  );
  return (
    claim.stale.length > 0 &&
    !claim.stale.some((named) => old.some(({ stale }) => isSame(stale, named)))
  );
}

/** A stale master and the time for which it was one. */
export interface Duplicate extends Omit<Span, "picture"> {
  readonly stale: NamedMaster;
}

/** Every time without a break for which a master was stale. */
export function duplicatesIn(timeline: Timeline): readonly Duplicate[] {
  const found: Duplicate[] = [];
  for (const { picture, ...span } of timeline) {
    for (const { pid, startTicks, inode } of staleIn(picture)) {
      const stale = { pid, startTicks, inode };
      const open = found.findIndex(
        (one) => isSame(one.stale, stale) && one.latestMs === span.fromMs,
      );
      const old = found[open];
      if (old === undefined) {
        found.push({ stale, ...span });
      } else {
        found[open] = { ...old, untilMs: span.untilMs, latestMs: span.latestMs };
      }
    }
  }
  return found;
}

/** What became of a duplicate that really was. Times are after its first look, in milliseconds. */
export interface Fate {
  readonly duplicate: Duplicate;
  readonly lastedMs: number;
  /** When the agent said so first; undefined: never while it lasted. */
  readonly suspectedMs: number | undefined;
  readonly confirmedMs: number | undefined;
  /** It lasted long enough that it had to be confirmed, and was not. */
  readonly missed: boolean;
  /** After its last look: when the agent's next line about the socket named it no more. */
  readonly clearedMs: number | undefined;
}

/** Follows every duplicate through what the agent said of the same socket. */
export function fatesOf(
  timeline: Timeline,
  claims: readonly Claim[],
  rules: Rules,
): readonly Fate[] {
  return duplicatesIn(timeline).map((duplicate) => fateOf(duplicate, claims, rules));
}

function fateOf(duplicate: Duplicate, claims: readonly Claim[], rules: Rules): Fate {
  const { stale, earliestMs, fromMs, untilMs, latestMs } = duplicate;
  const names = (claim: Claim): boolean => claim.stale.some((named) => isSame(named, stale));
  const during = claims.filter(
    (claim) =>
      claim.verdict === "duplicate" &&
      claim.atMs + 1 >= earliestMs &&
      claim.atMs <= latestMs + rules.scanMs &&
      names(claim),
  );
  const suspected = during[0]?.atMs;
  const confirmed = during.find((claim) => claim.confirmed)?.atMs;
  const cleared = claims.find((claim) => claim.atMs > untilMs && !names(claim))?.atMs;
  const lastedMs = untilMs - fromMs;
  return {
    duplicate,
    lastedMs,
    suspectedMs: suspected === undefined ? undefined : suspected - fromMs,
    confirmedMs: confirmed === undefined ? undefined : confirmed - fromMs,
    missed: lastedMs >= rules.confirmForMs + rules.reactionMs && confirmed === undefined,
    clearedMs: cleared === undefined || suspected === undefined ? undefined : cleared - untilMs,
  };
}

function isSame(one: NamedMaster, other: NamedMaster): boolean {
  return one.pid === other.pid && one.startTicks === other.startTicks && one.inode === other.inode;
}
