/** Keeps long walks from holding up the event loop. */
export interface Slices {
  /** True once the slice is used up: then it is time to breathe. */
  spent(): boolean;
  /** Lets everything else that waits run first, where the slice is used up. */
  breathe(): Promise<void>;
}

/** Slices of at most `sliceMs` by the given monotonic clock. */
export function createSlices(monotonicMs: () => number, sliceMs: number): Slices {
  let endMs = monotonicMs() + sliceMs;
  const spent = (): boolean => monotonicMs() >= endMs;
  return {
    spent,
    async breathe() {
      if (!spent()) return;
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      endMs = monotonicMs() + sliceMs;
    },
  };
}
