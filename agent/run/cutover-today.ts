import { counted } from "../model/counted.ts";
import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import type { UnitFacts, UnitsSeen } from "../model/unit.ts";
import { auditUnit } from "../detect/audit.ts";
import { systemClock } from "./clock.ts";
import { readJournalPast } from "./journal-past.ts";

const DAY_MS = 86_400_000;
/** As long as most hosts keep their journal. */
const LOOK_BACK_DAYS = 30;

/**
 * Why a unit should be cut over: the links that its audit finds broken, and how often the journal
 * tells of processes that a stop has left behind. One sentence each.
 */
export async function tellToday(
  unit: UnitFacts,
  report: Report,
  seen: UnitsSeen,
  { sockets, journal }: Settings,
): Promise<readonly string[]> {
  const { items } = auditUnit(unit, report, seen, sockets);
  const bad = items.filter(({ state }) => state === "bad");
  const broken = bad.map(({ link, evidence }) => `${link}: ${evidence}`);
  if (!journal.enabled) return broken;
  return [...broken, await journalText(unit.name)];
}

async function journalText(unit: string): Promise<string> {
  const untilMs = systemClock.wallMs();
  const sinceMs = untilMs - LOOK_BACK_DAYS * DAY_MS;
  const { events, failures } = await readJournalPast({ units: [unit], sinceMs, untilMs });
  const [failure] = failures;
  if (failure !== undefined) return `journal: ${failure.what} could not be read: ${failure.why}`;
  const mine = events.filter((event) => "unit" in event && event.unit === unit);
  const stops = new Set(mine.filter(({ kind }) => kind === "leftover-after-stop").map(minute));
  const starts = new Set(mine.filter(({ kind }) => kind === "leftover-at-start").map(minute));
  if (stops.size + starts.size === 0) {
    return `journal: no stop of ${unit} has left a process behind in ${LOOK_BACK_DAYS} days`;
  }
  return (
    `journal: in ${LOOK_BACK_DAYS} days ${counted(stops.size, "stop")} of ${unit} left processes ` +
    `behind, and ${counted(starts.size, "start")} began beside them`
  );
}

/** One stop tells of each process that it leaves, within the same moment. */
function minute({ atMs }: { readonly atMs: number }): number {
  return Math.floor(atMs / 2_000);
}
