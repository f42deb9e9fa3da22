import { waitFor } from "../support/wait.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { type TrueMaster, twoMasters } from "./support-truth.ts";

/** The two sides of a USR2 upgrade, each with all its workers. */
export interface Upgrade {
  readonly old: TrueMaster;
  readonly next: TrueMaster;
}

/** Sends USR2 to a master, and waits until both sides have all their workers. */
export async function upgrade(host: TestHost, { pid }: TrueMaster): Promise<Upgrade> {
  await host.run(["kill", "-USR2", `${pid}`]);
  const { older: old, newer: next } = await twoMasters(host);
  if (old.pid !== pid || next.parentPid !== pid) {
    throw new Error(`${next.pid}, child of ${next.parentPid}, is no successor of ${pid}`);
  }
  return { old, next };
}

/** Ends a master with QUIT, its quick stop, and waits until the process has left. */
export async function quit(host: TestHost, { pid }: TrueMaster): Promise<void> {
  await host.run(["kill", "-QUIT", `${pid}`]);
  await waitFor(`master ${pid} to leave`, async () => {
    const { exitCode, stdout } = await host.attempt(["ps", "-o", "stat=", "-p", `${pid}`]);
    // ps exits 1 when there is no such process
    return exitCode === 1 || stdout.startsWith("Z");
  });
}
