import type { BlindReport } from "../model/report.ts";
import type { Clock } from "../model/clock.ts";
import { unitEventKinds, type JournalEvent, type UnitEventKind } from "../model/journal.ts";
import { eventText } from "../detect/event-text.ts";
import type { Metrics } from "../expose/metrics.ts";
import { createCursorKeeper, loadCursor } from "../history/journal-cursor.ts";
import { createJournalFollower } from "../probe/journal-follower.ts";
import type { Logger } from "./logger.ts";

/** What the watch works with. */
export interface JournalWatchParts {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly accountName: (uid: number) => string | undefined;
  /** Called for every event of a followed unit: a reason to look. */
  readonly happened: (event: JournalEvent) => void;
}

/** Follows the journal of the units that matter. */
export interface JournalWatch {
  /** Follows these units from now on; the same set costs nothing. */
  follow(units: readonly string[]): void;
  /** Why events of the journal may go unseen; none while all is well. */
  blindness(): readonly BlindReport[];
  stop(): Promise<void>;
}

/** What has to be known before the next start makes a duplicate of it. */
const alarming: ReadonlySet<string> = new Set([
  "leftover-after-stop",
  "leftover-at-start",
  "unit-oom",
]);

const unitKinds: ReadonlySet<string> = new Set(unitEventKinds);

/** Starts to follow once there is a unit, from where an earlier agent ended. */
export function createJournalWatch(parts: JournalWatchParts): JournalWatch {
  const { stateDir, clock, metrics, logger } = parts;
  let follower: ReturnType<typeof createJournalFollower> | undefined;
  let reason: string | undefined;

  const cursor = createCursorKeeper(stateDir, clock, ({ what, why }) => {
    metrics.countStateFailure();
    logger.error({ what, why }, "the place in the journal could not be kept");
  });

  function onEvent(event: JournalEvent): void {
    if (!("unit" in event)) return parts.happened(event);
    if (isUnitKind(event.kind)) metrics.countJournalEvent(event.unit, event.kind);
    tell(event);
    parts.happened(event);
  }

  function tell(event: JournalEvent): void {
    const level = alarming.has(event.kind) ? "warn" : "debug";
    logger[level]({ event }, eventText(event));
  }

  function start(units: readonly string[]): void {
    const saved = loadCursor(stateDir);
    if (!saved.ok) {
      metrics.countStateFailure();
      logger.warn(
        { failure: saved.failure },
        "the place in the journal is lost: going on from now",
      );
    }
    follower = createJournalFollower({
      units,
      cursor: saved.ok ? saved.value : undefined,
      clock,
      accountName: parts.accountName,
      onEvent,
      onBlind: (why) => {
        reason = why;
        if (why === undefined) logger.info("the journal can be followed again");
        else logger.warn({ reason: why }, "the journal cannot be followed");
      },
      onCursor: (place) => cursor.keep(place),
    });
  }

  return {
    follow(units) {
      metrics.followJournal(units);
      if (follower !== undefined) follower.setUnits(units);
      else if (units.length > 0) start(units);
    },
    blindness: () => (reason === undefined ? [] : [{ what: "journal", reason }]),
    async stop() {
      await follower?.stop();
      const failure = cursor.flush();
      if (failure === undefined) return;
      metrics.countStateFailure();
      logger.error({ failure }, "the place in the journal could not be kept");
    },
  };
}

function isUnitKind(kind: JournalEvent["kind"]): kind is UnitEventKind {
  return unitKinds.has(kind);
}
