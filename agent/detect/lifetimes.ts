import type { LifeEnding, LogMark, MasterLife } from "../model/occurrence.ts";

/** What the marks of one log tell. */
export interface LogLives {
  /** In the order in which they began to listen, as the log has it. */
  readonly lives: readonly MasterLife[];
  /** Starts that never came to listen: a pidfile that named a living process, mostly. */
  readonly refusedStarts: number;
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };
type Life = Mutable<MasterLife>;

/**
 * A successor has to load the application first, with --preload before it listens. Longer ago,
 * a USR2 is not taken to be its reason.
 */
const upgradeWindowMs = 5 * 60_000;

/**
 * A worker looks after its master at least every timeout/2: with the longest timeouts in use,
 * ten minutes, it says so at most five minutes after the master's death.
 */
const orphanNoticeMs = 5 * 60_000;

/**
 * The lives of masters that the marks of one log tell, in the order of the log. A start without
 * `Listening at` was refused and is no life. An end that left no line is open, or bounded from
 * above by what came later. Pure.
 */
export function livesOf(log: string, marks: Iterable<LogMark>): LogLives {
  const lives: Life[] = [];
  /** Those with no end yet, and those that were told to end, by pid. */
  const current = new Map<number, Life>();
  const starts = new Map<number, number>();
  let upgrades: { readonly life: Life; readonly atMs: number }[] = [];
  let refusedStarts = 0;

  function gone(life: Life, ending: LifeEnding, atMs: number, certain: boolean): void {
    // told to end before: then it closed its listener
    if (life.goneMs === undefined) {
      const end = Math.max(life.lastSeenMs, atMs);
      life.goneMs = end;
      if (certain) life.lastSeenMs = end;
    }
    life.ending = ending;
  }

  function listen(mark: LogMark & { readonly kind: "listen" }): void {
    const { pid, atMs, addresses, names } = mark;
    // a worker's captured output may hold anything
    if (names !== undefined && names !== pid) return;
    const before = current.get(pid);
    if (before?.goneMs === undefined && before !== undefined) {
      before.lastSeenMs = Math.max(before.lastSeenMs, atMs);
      if (sameAddresses(before.addresses, addresses)) return;
      gone(before, "rebound", atMs, true);
    }
    const upgrade = upgrades.find(
      ({ life, atMs: askedMs }) =>
        life.pid !== pid &&
        atMs - askedMs <= upgradeWindowMs &&
        sameAddresses(life.addresses, addresses),
    );
    upgrades = upgrades.filter((one) => one !== upgrade);
    const startedMs = starts.get(pid) ?? before?.startedMs;
    starts.delete(pid);
    const life: Life = {
      pid,
      log,
      addresses,
      startedMs,
      listeningMs: atMs,
      lastSeenMs: atMs,
      goneMs: undefined,
      ending: "open",
      successor: upgrade !== undefined,
      successorOf: upgrade?.life.pid,
    };
    lives.push(life);
    current.set(pid, life);
  }

  for (const mark of marks) {
    const { pid, atMs } = mark;
    const life = current.get(pid);
    switch (mark.kind) {
      case "start":
        if (life !== undefined) gone(life, endingOr(life, "pid-reused"), atMs, false);
        current.delete(pid);
        if (starts.has(pid)) refusedStarts += 1;
        starts.set(pid, atMs);
        break;
      case "listen":
        listen(mark);
        break;
      case "stop-signal":
        if (life !== undefined) gone(life, "shutdown", atMs, true);
        break;
      case "down":
        if (life !== undefined) {
          gone(life, "shutdown", atMs, true);
          life.successor ||= mark.upgrade;
        }
        current.delete(pid);
        break;
      case "crash":
        if (life !== undefined) gone(life, "crashed", atMs, true);
        current.delete(pid);
        break;
      case "usr2":
        if (life !== undefined) {
          seen(life, atMs);
          upgrades.push({ life, atMs });
        }
        break;
      case "promoted":
        if (life !== undefined) {
          seen(life, atMs);
          life.successor = true;
        }
        break;
      case "seen":
        if (life !== undefined) seen(life, atMs);
        break;
      case "orphan":
        orphaned(current, mark);
        break;
    }
  }
  return { lives, refusedStarts: refusedStarts + starts.size };
}

function endingOr({ goneMs, ending }: Life, otherwise: LifeEnding): LifeEnding {
  return goneMs === undefined ? otherwise : ending;
}

function seen(life: Life, atMs: number): void {
  if (life.goneMs === undefined) life.lastSeenMs = Math.max(life.lastSeenMs, atMs);
}

/**
 * A worker's master is dead. Which one that was nobody logs: it is told only when a single
 * master was there to boot the worker.
 */
function orphaned(
  current: ReadonlyMap<number, Life>,
  { atMs, bootedMs }: LogMark & { readonly kind: "orphan" },
): void {
  if (bootedMs === undefined) return;
  const parents = [...current.values()].filter(({ listeningMs }) => listeningMs <= bootedMs);
  const [parent] = parents;
  if (parent === undefined || parents.length > 1 || parent.goneMs !== undefined) return;
  parent.lastSeenMs = Math.max(parent.lastSeenMs, atMs - orphanNoticeMs);
  parent.goneMs = Math.max(parent.lastSeenMs, atMs);
  parent.ending = "killed";
}

function sameAddresses(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((address) => others.includes(address));
}
