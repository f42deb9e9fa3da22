import type { Read, ReadFailure, ReadFailureKind } from "../model/read.ts";

/** Counts failed reads by kind since the start; only grows. */
export type ReadFailureTotals = Readonly<Record<ReadFailureKind, number>>;

/** Where every failed read of the host ends up, so that none is lost. */
export interface FailureLog {
  readonly totals: ReadFailureTotals;
  /** Counts a failure and hands it on. */
  count(failure: ReadFailure): ReadFailure;
}

/** An empty log. */
export function createFailureLog(): FailureLog {
  const totals = { gone: 0, denied: 0, malformed: 0, failed: 0 };
  return {
    totals,
    count(failure) {
      totals[failure.kind] += 1;
      return failure;
    },
  };
}

/**
 * Says what an error code means for a reader. ESRCH comes from a /proc file that was opened
 * while its process lived, ENOENT from one opened later: both mean that it has left.
 */
export function failureOf(what: string, error: unknown): ReadFailure {
  const code = codeOf(error);
  switch (code) {
    case "ENOENT":
    case "ESRCH":
    case "ENOTDIR":
      return { kind: "gone", what, why: code };
    case "EACCES":
    case "EPERM":
      return { kind: "denied", what, why: code };
    default:
      return { kind: "failed", what, why: code };
  }
}

/** A failure as the reason of a blind spot. */
export function reasonOf({ kind, why }: ReadFailure): string {
  return kind === "denied" ? "denied" : why;
}

/** A value as a read that went well. */
export function success<T>(value: T): Read<T> {
  return { ok: true, value };
}

function codeOf(error: unknown): string {
  if (error instanceof Error) return "code" in error ? String(error.code) : error.message;
  return String(error);
}
