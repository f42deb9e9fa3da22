import { openSync } from "node:fs";
import { join } from "node:path";
import { allLiving, linksOf, type LivingProcess, ticksNow } from "./process.ts";
import { signal } from "./signal.ts";
import { waitFor } from "./wait.ts";

/**
 * A file of the test that a program and all its descendants inherit open. It marks exactly
 * what one start brought to life: across daemonizing, exec, other namespaces and the death of
 * parents, and whatever the processes call themselves.
 */
export interface Lease {
  readonly path: string;
  /** When it was opened, in clock ticks after boot: nothing older can hold it. */
  readonly openedTicks: number;
  /** Open in the test; hand it to the program as its first descriptor after stderr. */
  readonly fd: number;
}

let leases = 0;

/** Opens a new lease in the folder of leases. The caller closes `fd` once the program runs. */
export function openLease(folder: string): Lease {
  leases += 1;
  const path = join(folder, `${leases}.lease`);
  return { path, openedTicks: ticksNow(), fd: openSync(path, "w") };
}

/** Living processes that hold this lease, the test itself left out. */
export function holdersOf({ path, openedTicks }: Lease): readonly LivingProcess[] {
  return holding(openedTicks, (link) => link === path);
}

function holding(sinceTicks: number, isLease: (link: string) => boolean): readonly LivingProcess[] {
  return allLiving().filter(
    ({ pid, startTicks }) =>
      // one tick of slack, since uptime and start times are rounded apart
      startTicks >= sinceTicks - 1 && pid !== process.pid && linksOf(pid).some(isLease),
  );
}

/**
 * Kills every process that holds a lease of the folder, again until none is left; those that
 * started before `sinceTicks` cannot. Each one is
 * identified once more just before the signal. Throws when some stay alive.
 */
export async function endLeased(folder: string, sinceTicks: number): Promise<void> {
  await waitFor(`all processes with a lease in ${folder} to end`, () => {
    const left = holding(sinceTicks, (link) => link.startsWith(`${folder}/`));
    for (const one of left) {
      signal(one, "SIGKILL");
    }
    return left.length === 0;
  });
}
