/** Whether and by which signal this process was told to stop. */
export interface StopSignal {
  readonly asked: Promise<void>;
  aborted(): boolean;
  signal(): string | undefined;
}

/** Waits for SIGTERM or SIGINT; a second one ends the process the ordinary way. */
export function stopSignal(): StopSignal {
  let received: string | undefined;
  const asked = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => {
        received = signal;
        resolve();
      });
    }
  });
  return { asked, aborted: () => received !== undefined, signal: () => received };
}
