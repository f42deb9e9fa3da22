/** Why a read of the host failed. The four ways ask for four different reactions. */
export type ReadFailureKind = "gone" | "denied" | "malformed" | "failed";

/** All of them, in the order in which metrics and texts list them. */
export const readFailureKinds: readonly ReadFailureKind[] = [
  "gone",
  "denied",
  "malformed",
  "failed",
];

/**
 * `gone`: the process or file left while we looked, which is ordinary.
 * `denied`: the agent lacks a right. `malformed`: the kernel or tool said something unexpected.
 * `failed`: anything else, with its error code.
 */
export interface ReadFailure {
  readonly kind: ReadFailureKind;
  /** What was read: a path or a command. */
  readonly what: string;
  /** An error code such as `EACCES`, or a sentence. */
  readonly why: string;
}

/** A value, or why there is none. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: ReadFailure };
