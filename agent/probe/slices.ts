/**
 * Keeps long walks from holding up the event loop: `breathe` returns at once until the slice
 * is used up, then lets everything else that waits run first.
 */
export interface Slices {
  breathe(): Promise<void>;
}

/** Slices of at most `sliceMs` by the given monotonic clock. */
export function createSlices(monotonicMs: () => number, sliceMs: number): Slices {
  let endMs = monotonicMs() + sliceMs;
  return {
    async breathe() {
      if (monotonicMs() < endMs) return;
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      endMs = monotonicMs() + sliceMs;
    },
  };
}
