import { systemClock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type { Notifier } from "./notify.ts";

/** Who tells systemd how it goes. Undefined, and no code for it, where nobody waits to be told. */
export async function notifierFor(
  intervalMs: () => number,
  logger: Logger,
): Promise<Notifier | undefined> {
  const { env, pid } = process;
  if (env["NOTIFY_SOCKET"] === undefined) return undefined;
  const { createNotifier } = await import("./notify.ts");
  return createNotifier({ env, pid, intervalMs, clock: systemClock, logger });
}
