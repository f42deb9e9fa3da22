import { closeSync } from "node:fs";
import { isatty } from "node:tty";

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

/**
 * Lets a process whose terminal was lost meanwhile end with its exit code. At its end Node gives
 * each terminal that it started with its settings back, and aborts, or crashes while it does,
 * where that fails; a descriptor that is closed by then it leaves alone. To be called at the start.
 */
export function outliveTerminals(): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on("exit", () => {
    // isatty(3) fails with EIO once the other side is gone
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}
