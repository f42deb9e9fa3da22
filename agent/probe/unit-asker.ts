import type { Clock } from "../model/clock.ts";
import type { Report } from "../model/report.ts";
import { settlingMs, type UnitFacts, type UnitsSeen } from "../model/unit.ts";
import { type LookAtUnits, unitsIn } from "./unit-look.ts";

/** What the asker works with. */
export interface UnitAskerParts {
  readonly clock: Pick<Clock, "monotonicMs" | "after">;
  readonly lookAtUnits: LookAtUnits;
  /** Called when there is a new answer: `see` gives it from now on. */
  readonly answered: () => void;
  /** Called when a look failed by itself, which is a bug. */
  readonly failed: (error: unknown) => void;
}

/** Keeps what is known of the units of the agent's reports, and asks again when it may be old. */
export interface UnitAsker {
  /**
   * What is known of this report's units, at once. Undefined as long as nothing was asked since
   * its masters came. Asks in the background when the set of masters or their pidfiles changed,
   * and otherwise once a minute.
   */
  see(report: Report): UnitsSeen | undefined;
  /** The last answer about this unit, however old; undefined: there was none. */
  last(unit: string): UnitFacts | undefined;
  /** Something happened to a unit: what is known is asked again soon. */
  told(): void;
  /** No answer is given any more. A systemctl that runs ends by itself within its patience. */
  stop(): void;
}

const OLDEST_MS = 60_000;
/** A unit that is started over and over must not cost a child process each time. */
const LEAST_APART_MS = 1_000;

interface Answer {
  readonly about: string;
  readonly seen: UnitsSeen;
}

/** An asker that has not asked yet. */
export function createUnitAsker(parts: UnitAskerParts): UnitAsker {
  const { clock, lookAtUnits, answered, failed } = parts;
  let current: { readonly report: Report; readonly about: string } | undefined;
  let answer: Answer | undefined;
  let askedAtMs = -Infinity;
  let asking = false;
  let again = false;
  let stopped = false;
  let cancelTimer = nothing;

  /** Asks as soon as it may: not while it asks already, and not too often. */
  function askSoon(): void {
    if (stopped || current === undefined) return;
    if (asking) {
      again = true;
      return;
    }
    cancelTimer();
    const waitMs = askedAtMs + LEAST_APART_MS - clock.monotonicMs();
    if (waitMs > 0) cancelTimer = clock.after(waitMs, askSoon);
    else ask(current).catch(failed);
  }

  async function ask({ report, about }: { report: Report; about: string }): Promise<void> {
    asking = true;
    again = false;
    askedAtMs = clock.monotonicMs();
    try {
      const seen = await lookAtUnits(report, []);
      answer = { about, seen };
    } finally {
      asking = false;
    }
    if (stopped) return;
    const delayMs = settlesInMs(answer.seen);
    if (again || current?.about !== about) askSoon();
    else if (delayMs !== undefined) cancelTimer = clock.after(delayMs, askSoon);
    answered();
  }

  return {
    see(report) {
      const about = subjectOf(report);
      const changed = current?.about !== about;
      current = { report, about };
      if (report.sockets.length === 0) return nobody;
      const isOld = clock.monotonicMs() - askedAtMs >= OLDEST_MS;
      if (changed || (isOld && !asking)) askSoon();
      return answer?.about === about ? answer.seen : undefined;
    },
    last: (unit) => answer?.seen.units.find(({ name }) => name === unit),
    told: askSoon,
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
}

function nothing(): void {
  // no timer is running
}

const nobody: UnitsSeen = { units: [], heads: [], pidfiles: [] };
/** systemd's clock is read a moment before ours. */
const SLACK_MS = 100;

/** What an answer is about: another one has to be asked when this changes. */
function subjectOf(report: Report): string {
  const { sockets } = report;
  return JSON.stringify([
    unitsIn(report),
    sockets.map(({ path, pidfile, groups }) => [
      path,
      pidfile,
      groups
        .map(({ master, workers }) => master ?? workers[0])
        .map((head) => [head?.pid, head?.startTicks]),
    ]),
  ]);
}

/** When to look again at units that are amid a change; undefined: none is. */
function settlesInMs({ units }: UnitsSeen): number | undefined {
  const waits = units.flatMap(({ properties, stateAgeMs }) => {
    if (!properties.ok) return [];
    const { activeState = "" } = properties.value;
    if (/^(?:de)?activating$|^reloading$/.test(activeState)) return [settlingMs + SLACK_MS];
    return stateAgeMs !== undefined && stateAgeMs < settlingMs
      ? [settlingMs + SLACK_MS - stateAgeMs]
      : [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}
