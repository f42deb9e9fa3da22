import { execFile } from "node:child_process";

/** systemd-notify waits by itself, for five seconds, until the manager has taken the message. */
const PATIENCE_MS = 10_000;

/**
 * Sends assignments such as `READY=1` to the service manager of NOTIFY_SOCKET, by systemd-notify,
 * whose messages a service takes with `NotifyAccess=all`. It does not end before the manager has
 * read them (systemd 246 and newer): a sender that is gone by then cannot be told to belong to the
 * service, and its message is dropped. Rejects when it cannot be started or fails.
 */
export function notifySystemd(assignments: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile("systemd-notify", assignments, { timeout: PATIENCE_MS }, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
