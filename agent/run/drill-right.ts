import { dirname } from "node:path";
import { realPathOf } from "../act/real-path.ts";
import { lockFolderOf, lockForActing } from "./remediation-lock.ts";

type Release = () => Promise<void>;

/**
 * Takes the right to drill: the lock of the state directory, so that nobody ends a group or cuts
 * over meanwhile, and every signal that ends or stops a process. Whoever drills has the service
 * stopped for a while, and must live to start it again. Resolves with why somebody else has it.
 */
export async function beginDrill(stateDir: string): Promise<
  | string
  | {
      readonly lockFoldersOf: (sockets: readonly string[]) => Promise<string | undefined>;
      readonly isTold: () => boolean;
      readonly release: Release;
    }
> {
  const lock = await lockForActing(stateDir);
  if (lock.kind !== "taken") return lock.refusal.why;
  const signals = holdSignals();
  const releases: Release[] = [lock.release];
  return {
    async lockFoldersOf(sockets) {
      // by their real names: a folder that is locked twice would wait for itself
      const folders = new Set(sockets.flatMap((path) => realPathOf(dirname(path)) ?? []));
      for (const folder of folders) {
        const taken = await lockFolderOf(`${folder}/socket`);
        if (taken.kind !== "taken") return taken.refusal.why;
        releases.push(taken.release);
      }
      return undefined;
    },
    isTold: signals.isTold,
    async release() {
      for (const release of releases.toReversed()) await release();
      signals.release();
    },
  };
}

/** The second Ctrl-C is held as well, and a terminal that is lost; each asks to stop. */
function holdSignals(): { readonly isTold: () => boolean; readonly release: () => void } {
  let told = false;
  const hold = (): void => {
    told = true;
  };
  const asking = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP"] as const;
  const stopping = ["SIGTSTP", "SIGTTIN", "SIGTTOU"] as const;
  for (const name of asking) process.on(name, hold);
  for (const name of stopping) process.on(name, nothing);
  return {
    isTold: () => told,
    release() {
      for (const name of asking) process.off(name, hold);
      for (const name of stopping) process.off(name, nothing);
    },
  };
}

function nothing(): void {
  // held
}
