import type { LogOfMasters } from "../../../agent/detect/occurrences-address.ts";
import { occurrencesOf, type Past } from "../../../agent/detect/occurrences.ts";
import type { LivingMaster, Occurrence } from "../../../agent/model/occurrence.ts";
import { at, seenIn, type Beside, type Told } from "./log-story.ts";

/** What else a story holds. */
export interface Story extends Beside {
  readonly past?: Partial<Past>;
  readonly sockets?: readonly string[];
}

/** The occurrences of one log, with what else is known. */
export function find(told: readonly Told[], story: Story = {}): readonly Occurrence[] {
  const { sockets = [], past = {}, ...beside } = story;
  const { events = [], living = [], nowMs = at(100_000) } = beside;
  const logs: LogOfMasters[] = told.length === 0 ? [] : [{ lives: seenIn(told, beside), sockets }];
  return occurrencesOf({
    logs,
    events,
    aptRuns: [],
    living,
    nowMs,
    units: new Map(),
    unit: undefined,
    sinceMs: -Infinity,
    untilMs: Infinity,
    ...past,
  });
}

/** Certainty, first pids, second pid, seconds at least, seconds at most, sources. */
export type Short = [string, number[], number | null, number, number | null, string];

/** An occurrence in short. */
export function short(one: Occurrence): Short {
  return [
    one.certainty,
    one.first.map(({ pid }) => pid),
    one.second?.pid ?? null,
    one.atLeastSeconds,
    one.atMostSeconds,
    one.sources.join("+"),
  ];
}

/** A master that runs now, since just after this second. */
export const living = (pid: number, second: number, unit?: string): LivingMaster => ({
  pid,
  startedMs: at(second) + 300,
  socket: "/srv/a/app.sock",
  unit,
});
