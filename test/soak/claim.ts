import { type Verdict, verdicts } from "../../agent/model/verdict.ts";

/** A master as the agent names it. */
export interface NamedMaster {
  readonly pid: number;
  readonly startTicks: number;
  /** Inode of its listener. */
  readonly inode: number;
}

/** What the agent said of a socket, once. */
export interface Claim {
  /** When it was logged, in milliseconds since 1970, cut off to whole ones. */
  readonly atMs: number;
  /**
   * When the scan began that first saw what is claimed now and was not before, in milliseconds
   * since 1970; undefined where the agent does not say that.
   */
  readonly scannedMs: number | undefined;
  readonly socket: string;
  /** Null: no gunicorn is left there. */
  readonly verdict: Verdict | null;
  readonly confirmed: boolean;
  readonly stale: readonly NamedMaster[];
  readonly message: string;
}

/** A line of the agent's log. */
export type AgentLine =
  | { readonly kind: "claim"; readonly claim: Claim }
  /** What it could not see, one entry each; empty: it sees all again. */
  | { readonly kind: "blind"; readonly what: readonly string[]; readonly message: string }
  /** It failed at something, or it wrote what is no line of its log. */
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "other"; readonly message: string };

/** pino's number for the level `error`; those above are worse. */
const errorLevel = 50;

/** Reads a line of the agent's log. What it does not understand is an error of the agent. */
export function readAgentLine(line: string): AgentLine {
  const entry = parsed(line);
  if (typeof entry?.["level"] !== "number" || typeof entry["msg"] !== "string") {
    return { kind: "error", message: line };
  }
  const message = entry["msg"];
  if (entry["level"] >= errorLevel) {
    return { kind: "error", message };
  }
  if (Array.isArray(entry["blind"])) {
    const what = entry["blind"].map((spot: unknown) => textOf(objectOf(spot)?.["what"]));
    return { kind: "blind", what, message };
  }
  if (!("verdict" in entry)) {
    return { kind: "other", message };
  }
  const claim = claimOf(entry, message);
  return claim === undefined ? { kind: "error", message: line } : { kind: "claim", claim };
}

function claimOf(entry: Entry, message: string): Claim | undefined {
  const { time, socket, verdict, confirmed = false, groups = [] } = entry;
  const atMs = typeof time === "string" ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(atMs) || typeof socket !== "string" || typeof confirmed !== "boolean") {
    return undefined;
  }
  if (!isVerdict(verdict) || !Array.isArray(groups)) {
    return undefined;
  }
  const stale = groups.flatMap((group: unknown) => staleMaster(objectOf(group)));
  return { atMs, scannedMs: scannedMs(entry), socket, verdict, confirmed, stale, message };
}

/** A finding is as old as the scan that saw it first; only duplicates and upgrades are older. */
function scannedMs({ verdict, previous, findings, groups }: Entry): number | undefined {
  if (verdict === previous || verdict === "duplicate" || !Array.isArray(findings)) {
    return undefined;
  }
  const upgrades =
    Array.isArray(groups) && groups.some((group) => objectOf(group)?.["role"] === "successor");
  const since = objectOf(findings[0])?.["since"];
  return upgrades || typeof since !== "string" ? undefined : Date.parse(since);
}

function staleMaster(group: Entry | undefined): readonly NamedMaster[] {
  const master = objectOf(group?.["master"]);
  if (group?.["role"] !== "stale" || master === undefined) {
    return [];
  }
  const inode = Number(objectOf(group["listener"])?.["inode"]);
  return [{ pid: Number(master["pid"]), startTicks: Number(master["startTicks"]), inode }];
}

type Entry = Readonly<Record<string, unknown>>;

function parsed(line: string): Entry | undefined {
  try {
    return objectOf(JSON.parse(line));
  } catch {
    // told by the caller as an error of the agent
    return undefined;
  }
}

function objectOf(value: unknown): Entry | undefined {
  return typeof value === "object" && value !== null ? (value as Entry) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isVerdict(value: unknown): value is Verdict | null {
  return value === null || verdicts.some((verdict) => verdict === value);
}
