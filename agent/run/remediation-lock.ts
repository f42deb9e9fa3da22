import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Refusal } from "../model/remediation.ts";
import { type Locking, takeFolderLock, takeLock } from "../act/lock.ts";

/** Why nothing may be done now. */
export type NoLock = { readonly kind: "refused-lock"; readonly refusal: Refusal };

/** Takes the lock of a state directory, which is made where it is missing. Never rejects. */
export async function lockForActing(
  stateDir: string,
): Promise<NoLock | { readonly kind: "taken"; readonly release: () => Promise<void> }> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o750 });
  } catch (error) {
    return noLock("no-record", `${stateDir} cannot be made: ${reasonOf(error)}`);
  }
  const path = join(stateDir, "remediation.lock");
  return asked(await takeLock(path), path);
}

/**
 * Takes the lock of a socket's own folder as well: agents with different state directories know
 * nothing of each other's. Never rejects.
 */
export async function lockFolderOf(
  socket: string,
): Promise<NoLock | { readonly kind: "taken"; readonly release: () => Promise<void> }> {
  const path = dirname(socket);
  return asked(await takeFolderLock(path), path);
}

function asked(
  lock: Locking,
  path: string,
): NoLock | { readonly kind: "taken"; readonly release: () => Promise<void> } {
  switch (lock.kind) {
    case "taken":
      return { kind: "taken", release: () => lock.release() };
    case "held": {
      const who = lock.by === undefined ? "another onemaster" : `process ${lock.by}`;
      return noLock("locked", `${who} is ending a group at this moment (it holds ${path})`);
    }
    case "failed":
      return noLock("no-record", `${path} cannot be locked: ${lock.why}`);
  }
}

function noLock(reason: Refusal["reason"], why: string): NoLock {
  return { kind: "refused-lock", refusal: { reason, why } };
}

/** An error's message, or whatever was thrown as text. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
