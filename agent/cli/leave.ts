/** How long the event loop may go on once all is done. */
const PATIENCE_MS = 1_000;

/**
 * Ends a process that is done but cannot go. A read of /proc that waits for a lock in the
 * kernel keeps its thread, and Node waits for its threads even in `process.exit`; only a signal
 * without a handler ends such a process. Ordinarily nothing is left to wait for, and nothing of
 * this happens.
 */
export function leaveForSure(): void {
  setTimeout(() => {
    process.removeAllListeners("SIGTERM");
    process.kill(process.pid, "SIGTERM");
  }, PATIENCE_MS).unref();
}
