import type { SoundCheck, Soundness } from "./sound.ts";

/** What a constant stream of requests met. */
export interface Metered {
  readonly asked: number;
  /** No answer, or one of a server that fails where it did not before. */
  readonly failed: number;
  /** From each first request that failed to the next that was answered, summed up. */
  readonly downtimeMs: number;
  /** Of those that were answered. */
  readonly slowestMs: number;
}

/** One step of a drill as it ended. */
export interface DrillRow {
  /** `1` and so on for restarts; the stop and the start at the end. */
  readonly step: number | "stop" | "start";
  /** Until all checks held, or it was given up. */
  readonly durationMs: number;
  /** 0: systemd follows no process of the unit; null: could not be told. */
  readonly mainPid: number | null;
  readonly masters: number | null;
  readonly workers: number | null;
  readonly processes: number | null;
  /** Null: nothing was asked, as while the unit is meant to be stopped. */
  readonly metered: Metered | null;
  readonly soundness: Soundness;
  readonly checks: readonly SoundCheck[];
  /** Why systemctl did not do it; null: it did. */
  readonly refused: string | null;
}

/** What `drill --json` prints where it does not begin, schema 1. */
export interface DrillPreview {
  readonly schema: 1;
  readonly unit: string;
  readonly sockets: readonly string[];
  readonly cycles: number;
  /** Of the unit as it is; with `--yes` it would begin where it is `sound`. */
  readonly soundness: Soundness;
  readonly checks: readonly SoundCheck[];
}

/** What `drill --yes --json` prints, schema 1. */
export interface DrillReport {
  readonly schema: 1;
  readonly unit: string;
  readonly sockets: readonly string[];
  /** How many were asked for. */
  readonly cycles: number;
  /** `unknown` as well when it was told to stop before it was through. */
  readonly soundness: Soundness;
  /** Why it ended before it was through; null: it was. */
  readonly endedEarly: string | null;
  readonly rows: readonly DrillRow[];
}

/** What came of asking systemd to do something with a unit. */
export type Controlled =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly why: string };
