/** The only way the agent learns or spends time. Tests hand in their own. */
export interface Clock {
  /** Wall clock, milliseconds since 1970: for people, never for intervals. */
  readonly wallMs: () => number;
  /** A clock that never jumps, in milliseconds from an arbitrary start. */
  readonly monotonicMs: () => number;
  /** Calls back once after `ms`; the returned function cancels. Never keeps the process alive by itself. */
  readonly after: (ms: number, call: () => void) => () => void;
}
