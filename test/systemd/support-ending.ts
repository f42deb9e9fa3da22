import { waitFor } from "../support/wait.ts";
import type { TestHost } from "../testbed/test-host.ts";

/** The one safe way to end a stale group by hand: its master neither unlinks nor replaces anything. */
export async function endSafely(
  host: TestHost,
  master: number,
  workers: readonly number[],
): Promise<void> {
  await host.run(`kill -STOP ${master}; kill -TERM ${workers.join(" ")}`);
  await waitFor(
    "the workers to leave",
    async () => {
      // a stopped master does not reap them
      const states = await host.run(`ps -o state= --ppid ${master} || true`);
      return /^[Z\s]*$/.test(states);
    },
    60_000,
  );
  await host.run(`kill -KILL ${master}`);
}
