import type { Eyes, Hands } from "../model/acting.ts";
import type {
  CutoverAnyStep,
  CutoverOutcome,
  CutoverRecord,
  CutoverStepRecord,
  CutoverTold,
} from "../model/cutover-record.ts";
import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import type { UnitProperties } from "../model/unit.ts";
import type { HostTool } from "../act/host-tool.ts";
import type { ActClock } from "../act/parts.ts";
import type { SystemdCalls } from "../act/systemd-calls.ts";
import type { SiteAnswer, SitePlace } from "../probe/site-ask.ts";
import type { ActingLook } from "./remediation-parts.ts";
import { reasonOf } from "./remediation-lock.ts";

/** What a cutover works with. */
export interface CutoverParts {
  readonly settings: Settings;
  readonly bootId: string;
  readonly eyes: Eyes;
  readonly hands: Hands;
  readonly clock: ActClock;
  readonly tool: HostTool;
  readonly systemd: SystemdCalls;
  /** A fresh look at all sockets. It asks no systemd, so it is cheap enough to wait with. */
  readonly look: () => Promise<Report>;
  /** The same with all that is to be known before a group is ended. */
  readonly lookForActing: () => Promise<ActingLook>;
  /** What systemd says of a unit; undefined: it could not be asked. */
  readonly unit: (name: string) => Promise<UnitProperties | undefined>;
  /** All pids in a unit's cgroup; undefined: could not be told. */
  readonly members: (unit: string) => Promise<readonly number[] | undefined>;
  /** The unit that a process is in; undefined: none, or it is gone. */
  readonly unitOf: (pid: number) => string | undefined;
  /** Folder of drop-ins that last until the next boot: /run/systemd/system. */
  readonly dropIns: string;
  /** systemd still makes units of init scripts: it does until version 260. */
  readonly hasGenerator: () => boolean;
  readonly ask: (place: SitePlace, patienceMs: number) => Promise<SiteAnswer>;
  /** Writes the record so that it survives a crash. Rejects when it could not. */
  readonly keep: (record: CutoverRecord) => Promise<void>;
  readonly told: CutoverTold;
  /** True: somebody asked to stop; what is begun is then undone. */
  readonly stopAsked: () => boolean;
}

/** One cutover under way. */
export interface CutoverWalk {
  readonly parts: CutoverParts;
  record(): CutoverRecord;
  /** Changes the record; written with the next step. */
  amend(change: Partial<CutoverRecord>): void;
  /** Writes the record; resolves with why that was not possible, or undefined. */
  keep(): Promise<string | undefined>;
  /** Takes a step: it is written down, done, and what became of it kept for the next write. */
  step(step: CutoverAnyStep, text: string, work: () => Promise<StepEnd>): Promise<StepEnd>;
  /** What people should know besides; told, and part of the ending. */
  note(text: string): void;
  notes(): readonly string[];
  /** Completes the record and writes it. */
  finish(outcome: CutoverOutcome, ending: string): Promise<CutoverRecord>;
}

/** How a step ended. `failed`: what comes after it must not be done. */
export interface StepEnd {
  readonly result: "done" | "skipped" | "failed";
  readonly text: string;
}

/** A step that went well. */
export function done(text: string): StepEnd {
  return { result: "done", text };
}

/** A step for which there was nothing to do. */
export function skipped(text: string): StepEnd {
  return { result: "skipped", text };
}

/** A step that met a surprise. */
export function failed(text: string): StepEnd {
  return { result: "failed", text };
}

/** A walk that starts with this record. */
export function createCutoverWalk(start: CutoverRecord, parts: CutoverParts): CutoverWalk {
  const { clock } = parts;
  const notes: string[] = [];
  let record = start;

  const now = (): string => new Date(clock.wallMs()).toISOString();

  async function keep(): Promise<string | undefined> {
    try {
      await parts.keep(record);
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** Nobody who listens may stop the walk. */
  function tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      notes.push(`not all could be told: ${reasonOf(error)}`);
    }
  }

  function note(text: string): void {
    if (notes.includes(text)) return;
    notes.push(text);
    tell(() => parts.told.note(text));
  }

  return {
    parts,
    record: () => record,
    amend(change) {
      record = { ...record, ...change };
    },
    keep,
    async step(step, text, work) {
      const begun: CutoverStepRecord = { step, at: now(), result: "begun", tookMs: null, text };
      record = { ...record, steps: [...record.steps, begun] };
      const at = record.steps.length - 1;
      const unkept = await keep();
      tell(() => parts.told.step(begun));
      const sinceMs = clock.monotonicMs();
      let end: StepEnd;
      if (unkept !== undefined && record.undoing === null) {
        end = failed(`it could not be written down before it is taken: ${unkept}`);
      } else {
        // the way back is gone also where nobody will be able to read of it
        if (unkept !== undefined) note(`step ${step} could not be written down: ${unkept}`);
        end = await work().catch((error: unknown) => failed(reasonOf(error)));
      }
      const tookMs = Math.round(clock.monotonicMs() - sinceMs);
      const over: CutoverStepRecord = { ...begun, ...end, tookMs };
      record = { ...record, steps: record.steps.with(at, over) };
      tell(() => parts.told.step(over));
      return end;
    },
    note,
    notes: () => notes,
    async finish(outcome, ending) {
      const whole = [ending, ...notes].join("; ");
      record = { ...record, endedAt: now(), outcome, ending: whole };
      const unkept = await keep();
      if (unkept === undefined) return record;
      return { ...record, ending: `${whole}; this end could not be written down: ${unkept}` };
    },
  };
}
