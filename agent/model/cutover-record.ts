import type { CutoverFile, CutoverStepName, CutoverTarget } from "./cutover.ts";
import type { ProcessId } from "./process.ts";

/** What is done to come back from a cutover, in its order. */
export const cutoverUndoSteps = [
  "let-go", // masters that `--clean` had stopped, and not ended yet, go on
  "path-back", // the path leads to the master again that served before, where it still lives
  "stop-new", // the native unit is stopped
  "remove-unit", // its files go away
  "bring-back", // init script and links stand where they stood, and systemd knows it
  "move-back", // the old processes are in their unit again
  "start-old", // the init script starts the service, where nothing of it is left
  "check-old", // what serves now
  "restore-new", // the native unit serves again, where a rollback found that nothing else does
] as const;

/** One of them. */
export type CutoverUndoStepName = (typeof cutoverUndoSteps)[number];

/** Any step of a record; `recover`: the command before this one died. */
export type CutoverAnyStep = CutoverStepName | CutoverUndoStepName | "recover";

/** How a cutover ended. */
export type CutoverOutcome =
  | "done" // the native unit serves, and nothing else
  | "undone" // a surprise on the way: what served before serves
  | "rolled-back" // a person asked for it: the init script serves
  | "failed"; // neither: the record says what

/** What became of one step. Each is written down as `begun` before it is taken. */
export interface CutoverStepRecord {
  readonly step: CutoverAnyStep;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly result: "begun" | "done" | "skipped" | "failed";
  /** Null while it is only begun, or its command died in it. */
  readonly tookMs: number | null;
  /** What was done or seen, one sentence. */
  readonly text: string;
}

/** A file that was written; its text is not kept, since there may be secrets in it. */
export interface CutoverWritten extends Pick<CutoverFile, "path" | "mode" | "secret"> {
  /** Of the text, in hex: what stands there now is ours only if this is still true. */
  readonly sha256: string;
}

/** What requests met while it went on, by where they were asked. */
export interface CutoverAsked {
  /** `socket` or `nginx`. */
  readonly through: "socket" | "nginx";
  readonly asked: number;
  readonly failed: number;
  /** From the first request that failed to the next that did not, all such times summed. */
  readonly downMs: number;
  /** The longest that one waited for its answer, failed or not. */
  readonly slowestMs: number;
  /** Why the first ones failed, with how often each. */
  readonly failures: readonly { readonly why: string; readonly times: number }[];
}

/** One cutover of one unit: a file in the state directory, written before each step. */
export interface CutoverRecord {
  readonly schema: 1;
  /** Name of the unit that it is about, as it was before. */
  readonly unit: string;
  /** The kernel's boot id: pids and start ticks mean nothing in another boot. */
  readonly bootId: string;
  readonly mode: "live" | "clean";
  readonly socketActivation: boolean;
  readonly target: Omit<CutoverTarget, "files"> & { readonly files: readonly CutoverWritten[] };
  readonly startedAt: string;
  /** Null: under way, or whoever was at it died. */
  readonly endedAt: string | null;
  readonly outcome: CutoverOutcome | null;
  /** One sentence or more; null while it is under way. */
  readonly ending: string | null;
  /** From here on all is put back. `rollback`: because a person asked for it. */
  readonly undoing: null | "surprise" | "rollback";
  /** Who owned the path before; null: nobody was known to. */
  readonly served: { readonly master: ProcessId; readonly listenerInode: number } | null;
  /** Absolute path of the second name of the old socket file; null: there is none. */
  readonly keptName: string | null;
  /** Permissions of the socket's folder, where they are changed for an instant; null: they are not. */
  readonly folderMode: number | null;
  /** All processes that were moved out of the unit, or were to be ended. */
  readonly aside: readonly ProcessId[];
  /** Of the init script as it was copied, in hex; null: there is none, or not yet a copy. */
  readonly scriptSha256: string | null;
  /** Boot in which the way back has run the init script, with nobody in its unit; absent, null: none. */
  readonly scriptRanIn?: string | null;
  /** HTTP status before anything was changed; null: no answer, or not asked. */
  readonly statusBefore: { readonly socket: number | null; readonly nginx: number | null };
  readonly steps: readonly CutoverStepRecord[];
  /** Null: not measured yet. */
  readonly measured: readonly CutoverAsked[] | null;
}

/** What is told while it goes on. */
export interface CutoverTold {
  /** A step is begun, then again how it went. */
  step(step: CutoverStepRecord): void;
  /** It waits, for what, or something people should know: one text. */
  note(text: string): void;
}
