import type { EndingPlan, RemediationOutcome, RemediationRecord } from "../model/remediation.ts";
import type { StepRecord } from "../model/remediation.ts";
import { endingText } from "./ending-text.ts";
import { createGroup, type Group } from "./group-now.ts";
import type { ActParts } from "./parts.ts";
import { createPathGuard, type PathGuard, type PathNow } from "./path-guard.ts";
import type { Rescue } from "./rescue.ts";

/** One attempt under way: its record, and what all its steps share. */
export interface Walk {
  readonly parts: ActParts;
  readonly plan: EndingPlan;
  readonly group: Group;
  readonly path: PathGuard;
  /** True: an agent before this one may have ended something, so nothing is put back. */
  readonly resumed: boolean;
  /** What is not as it should be, each sentence once. Any of them makes the attempt `failed`. */
  readonly problems: Set<string>;
  /** What people should know besides, each sentence once. */
  readonly notes: Set<string>;
  /** The second name; undefined: there is none that may be touched. */
  rescue(): Rescue | undefined;
  /** From now on the path is put back from this. It is closed at the end of the walk. */
  pin(rescue: Rescue | undefined): void;
  /** True: somebody was asked to end, so that there is no way back. */
  hasAsked(): boolean;
  /** Somebody is about to be asked to end. */
  asking(): void;
  record(): RemediationRecord;
  /** Changes the record; written with the next step. */
  amend(change: Partial<RemediationRecord>): void;
  /** Writes the record; resolves with why that was not possible, or undefined. */
  keep(): Promise<string | undefined>;
  /** Writes the step down as begun; resolves as `keep` does. It is to be taken after that. */
  begin(step: StepRecord["step"], text: string): Promise<string | undefined>;
  /** Notes what became of the step that was begun last; written with the next one. */
  over(result: StepRecord["result"], text: string): void;
  /** Notes a step that was only walked through. Nothing is written. */
  note(step: StepRecord["step"], result: "would-do" | "failed", text: string): void;
  /** Waits, then looks after the path. */
  pause(ms: number): Promise<void>;
  /** Looks after the path now, and notes what is not as it should be. */
  guard(): PathNow;
  /** Completes the record without writing it. */
  close(outcome: RemediationOutcome, ending: string): RemediationRecord;
  /** Completes the record and writes it. */
  finish(outcome: RemediationOutcome, ending: string): Promise<RemediationRecord>;
}

/** A walk that starts with this record. */
export function createWalk(
  start: RemediationRecord,
  parts: ActParts,
  { resumed }: { readonly resumed: boolean },
): Walk {
  const { plan } = start;
  const { clock } = parts;
  let record = start;
  let untold: string | undefined;
  let begunMs = clock.monotonicMs();
  const problems = new Set<string>();
  const notes = new Set<string>();
  let rescue: Rescue | undefined;
  let asked = resumed;
  const path = createPathGuard(plan, parts, () => rescue);

  function now(): string {
    return new Date(clock.wallMs()).toISOString();
  }

  async function keep(): Promise<string | undefined> {
    try {
      await parts.keep(record);
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** Nobody who listens may stop the walk: a full disk behind stdout must not. */
  function tell(step: StepRecord): void {
    try {
      parts.told(step);
    } catch (error) {
      untold ??= `the steps could not be told: ${reasonOf(error)}`;
      notes.add(untold);
    }
  }

  async function begin(step: StepRecord["step"], text: string): Promise<string | undefined> {
    const begun: StepRecord = { step, at: now(), result: "begun", tookMs: null, text };
    record = { ...record, steps: [...record.steps, begun] };
    begunMs = clock.monotonicMs();
    const unkept = await keep();
    if (unkept !== undefined) notes.add(`step ${step} could not be written down: ${unkept}`);
    tell(begun);
    return unkept;
  }

  function over(result: StepRecord["result"], text: string): void {
    const begun = record.steps.at(-1);
    if (begun === undefined) throw new Error("no step was begun");
    const tookMs = Math.round(clock.monotonicMs() - begunMs);
    const step: StepRecord = { ...begun, result, tookMs, text };
    record = { ...record, steps: [...record.steps.slice(0, -1), step] };
    tell(step);
  }

  function note(step: StepRecord["step"], result: "would-do" | "failed", text: string): void {
    const noted: StepRecord = { step, at: now(), result, tookMs: 0, text };
    record = { ...record, steps: [...record.steps, noted] };
    tell(noted);
  }

  function guard(): PathNow {
    const seen = path.look();
    if (seen.kind === "restored") notes.add(`${plan.socket} was lost and put back`);
    else if (seen.kind !== "fine") notes.add(seen.why);
    return seen;
  }

  function close(outcome: RemediationOutcome, ending: string): RemediationRecord {
    record = { ...record, endedAt: now(), outcome, ending: endingText([ending, ...notes]) };
    return record;
  }

  return {
    parts,
    plan,
    group: createGroup(plan, start.members ?? [], parts.eyes),
    path,
    resumed,
    problems,
    notes,
    rescue: () => rescue,
    pin(next) {
      rescue?.folder.close();
      rescue = next;
    },
    hasAsked: () => asked,
    asking() {
      asked = true;
    },
    record: () => record,
    amend(change) {
      record = { ...record, ...change };
    },
    keep,
    begin,
    over,
    note,
    guard,
    async pause(ms) {
      await clock.sleep(ms);
      guard();
    },
    close,
    async finish(outcome, ending) {
      const closed = close(outcome, ending);
      const unkept = await keep();
      if (unkept === undefined) return closed;
      // whoever is handed the record learns of it; the disk cannot
      return {
        ...closed,
        ending: `${closed.ending}; this end could not be written down: ${unkept}`,
      };
    },
  };
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
