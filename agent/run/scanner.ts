import type { ScanCause } from "../model/scan.ts";

/** Makes scans one at a time. */
export interface Scanner<T> {
  /** A scan that starts after this call. Calls that come while one runs share the next one. */
  scan(cause: ScanCause): Promise<T>;
  /** Waits for the scan that runs, and makes no more. */
  stop(): Promise<void>;
}

/**
 * Joins overlapping requests. A request never gets the result of a scan that had already
 * begun, since that may have looked before the event that the request is about.
 */
export function createScanner<T>(scanNow: (cause: ScanCause) => Promise<T>): Scanner<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  let stopped = false;

  function start(cause: ScanCause): Promise<T> {
    const scan = scanNow(cause).finally(() => {
      if (running === scan) running = undefined;
    });
    running = scan;
    return scan;
  }

  async function startAfter(previous: Promise<T>, cause: ScanCause): Promise<T> {
    await previous.catch(() => undefined); // its own caller is told
    next = undefined;
    if (stopped) throw new Error("the agent is stopping");
    return await start(cause);
  }

  return {
    scan(cause) {
      if (stopped) return Promise.reject(new Error("the agent is stopping"));
      // first: while one waits, a scan that has just ended must not let another in before it
      if (next !== undefined) return next;
      if (running === undefined) return start(cause);
      next = startAfter(running, cause);
      return next;
    },
    async stop() {
      stopped = true;
      await running?.catch(() => undefined);
    },
  };
}
