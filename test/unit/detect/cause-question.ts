import type { CauseQuestion, FirstMaster } from "../../../agent/detect/cause-question.ts";
import { causeOf } from "../../../agent/detect/cause.ts";
import type { Cause } from "../../../agent/model/cause.ts";
import type { JournalEvent } from "../../../agent/model/journal.ts";
import { at, journal } from "./log-story.ts";

/** The first master, pid 7, there since second 10; the second one, pid 8, comes at 5000. */
export const first: FirstMaster = { pid: 7, startedMs: at(10), listeningMs: at(11) };

/** The cause of the second master, with what else is known. */
export function ask(changes: Partial<CauseQuestion> = {}): Cause {
  return causeOf({
    unit: "platform.service",
    secondStartedMs: at(5_000),
    secondPid: 8,
    first: [first],
    events: [],
    aptRuns: [],
    ...changes,
  });
}

/** A restart that the first master survives. */
export const restart: readonly JournalEvent[] = [
  ...journal.started(9),
  ...journal.survived(4_999, [7]),
  ...journal.started(5_000, [7]),
];
