import type { Eyes, Hands } from "../model/acting.ts";
import type { RemediationRecord, StepRecord } from "../model/remediation.ts";

/** The only way in which acting learns or spends time. */
export interface ActClock {
  /** For what people read; may jump either way. */
  readonly wallMs: () => number;
  /** For durations and deadlines; never goes back. */
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What acting works with. */
export interface ActParts {
  readonly eyes: Eyes;
  /** None of them ever throws, nor is one that does caught: only a bug or a test does that. */
  readonly hands: Hands;
  readonly clock: ActClock;
  /** realpath(3): the path without links; undefined: it could not be told. Never throws. */
  readonly realPath: (path: string) => string | undefined;
  /** Writes the record so that it survives a crash. Rejects when it could not. */
  readonly keep: (record: RemediationRecord) => Promise<void>;
  /** Called with each step as it is begun and once it is over. */
  readonly told: (step: StepRecord) => void;
}
