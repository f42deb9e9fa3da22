import { masterAnswering } from "./answer.ts";
import { type CycleContext, type CycleOutcome, runCycle } from "./cycles.ts";
import { soakPlaces } from "./places.ts";
import { type CycleKind, cycleKinds } from "./plan.ts";
import type { SoakedHost } from "./soaked-host.ts";

/** A cycle that was begun. */
export interface CycleRecord {
  readonly host: string;
  readonly kind: CycleKind;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly tookMs: number;
  /** An error: how it failed. */
  readonly outcome: CycleOutcome | Error;
}

/** What lanes share. */
export interface LaneContext extends Omit<CycleContext, "host" | "observer"> {
  /** Cycles that were begun, in the order in which they ended. */
  readonly records: CycleRecord[];
  /** No cycle begins once this is aborted. */
  readonly stop: AbortSignal;
}

/**
 * Goes through cycles one after the other, and asks after each at the socket's path: the master
 * that answers has to be the one that the truth says owns it. Throws when a cycle fails before
 * it is told to stop.
 */
export async function runLane(
  kinds: readonly CycleKind[],
  { host, observer }: SoakedHost,
  { records, stop, ...timing }: LaneContext,
): Promise<void> {
  for (const kind of kinds) {
    if (stop.aborted) {
      return;
    }
    const startedMs = performance.now();
    const startedAt = new Date().toISOString();
    const end = (outcome: CycleRecord["outcome"]): void => {
      const tookMs = Math.round(performance.now() - startedMs);
      records.push({ host: host.name, kind, startedAt, tookMs, outcome });
    };
    try {
      const outcome = await runCycle(kind, { host, observer, ...timing });
      await ownerAnswers(kind, host, observer);
      end(outcome);
    } catch (error: unknown) {
      end(error instanceof Error ? error : new Error(String(error)));
      if (stop.aborted) {
        // a terminal's Ctrl-C also reached the command that was running
        return;
      }
      throw error;
    }
  }
}

/** The truth is checked too, by other means than its own. */
async function ownerAnswers(
  kind: CycleKind,
  host: SoakedHost["host"],
  observer: SoakedHost["observer"],
): Promise<void> {
  const place = soakPlaces[cycleKinds[kind].place];
  const answering = await masterAnswering(host, place.path);
  const { owner, processes } = observer.now(place);
  const owning = processes.find(
    (one) => one.kind === "master" && owner !== null && one.holds.includes(owner),
  );
  if (owning?.pid !== answering) {
    throw new Error(
      `${host.name}: master ${answering} answers at ${place.path}, the truth says ${owning?.pid}`,
    );
  }
}
