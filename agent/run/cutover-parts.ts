import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { CutoverEnd } from "../model/cutover-actor.ts";
import type { CutoverTold } from "../model/cutover-record.ts";
import type { Settings } from "../model/settings.ts";
import { createHands } from "../act/hands.ts";
import { runTool } from "../act/host-tool.ts";
import { createSystemdCalls } from "../act/systemd-calls.ts";
import { writeCutover } from "../history/cutover-files.ts";
import { cgroupMembers, unitOfProcess } from "../probe/cgroup-members.ts";
import { createEyes } from "../probe/eyes.ts";
import { createFailureLog } from "../probe/failures.ts";
import { createFiles } from "../probe/files.ts";
import { askSite } from "../probe/site-ask.ts";
import { showUnits, systemctl } from "../probe/unit-systemctl.ts";
import { readBootId } from "./boot-id.ts";
import { systemClock } from "./clock.ts";
import type { CutoverParts } from "./cutover-walk.ts";
import { lookAtAllSockets, lookForActing } from "./look.ts";
import { lockFolderOf, lockForActing } from "./remediation-lock.ts";

const GENERATOR = "systemd-sysv-generator";
/** systemd.generator(7); /lib is a folder of its own where /usr is not merged. */
const generatorFolders = ["/run", "/etc", "/usr/local/lib", "/usr/lib", "/lib"].map(
  (root) => `${root}/systemd/system-generators`,
);

/** One cutover at a time, and no ending of groups beside it; refused where somebody is at it. */
export async function underLock(
  { stateDir }: Settings,
  work: () => Promise<CutoverEnd>,
): Promise<CutoverEnd> {
  return await under(await lockForActing(stateDir), work);
}

/**
 * Nobody with another state directory acts on the socket meanwhile; refused if somebody does. In a
 * folder that is gone, as one below /run is after a boot, there is nobody to be kept out, and what
 * was there may have to come back.
 */
export async function underFolderLock(
  socket: string,
  work: () => Promise<CutoverEnd>,
): Promise<CutoverEnd> {
  const lock = await lockFolderOf(socket);
  if (lock.kind !== "taken" && isGone(dirname(socket))) return await work();
  return await under(lock, work);
}

async function under(
  lock: Awaited<ReturnType<typeof lockForActing>>,
  work: () => Promise<CutoverEnd>,
): Promise<CutoverEnd> {
  if (lock.kind !== "taken") return { kind: "refused", why: lock.refusal.why };
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** Nothing stands there, for certain: the lock tells why it could not be looked at. */
function isGone(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** What a cutover works with on this host. */
export function partsFor(settings: Settings, told: CutoverTold, signal: AbortSignal): CutoverParts {
  const log = createFailureLog();
  const files = createFiles(log);
  const unit: CutoverParts["unit"] = async (name) => {
    const shown = await showUnits([name], systemctl, log);
    return shown.ok ? shown.value.get(name) : undefined;
  };
  return {
    settings,
    bootId: readBootId(),
    eyes: createEyes({ procRoot: "/proc", log }),
    hands: createHands(),
    clock: {
      wallMs: systemClock.wallMs,
      monotonicMs: systemClock.monotonicMs,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    tool: runTool,
    systemd: createSystemdCalls(runTool),
    look: () => lookAtAllSockets(settings),
    lookForActing: () => lookForActing(settings),
    unit,
    async members(name) {
      const known = await unit(name);
      if (known === undefined) return undefined;
      if (known.controlGroup === undefined) return [];
      return cgroupMembers(known.controlGroup, "/sys/fs/cgroup", files);
    },
    unitOf: (pid) => unitOfProcess(pid, "/proc", files),
    dropIns: "/run/systemd/system",
    hasGenerator: () => generatorFolders.some((folder) => existsSync(`${folder}/${GENERATOR}`)),
    ask: askSite,
    keep: (record) => writeCutover(settings.stateDir, record),
    told,
    stopAsked: () => signal.aborted,
  };
}

/**
 * No key and no lost terminal stops it halfway: what asks to stop has it undone, or finished. Gives
 * what lets signals act as before.
 */
export function holdSignals({ note }: CutoverTold): () => void {
  const hold = (): void => note("told to stop: it is undone, or finished where it cannot be");
  const names = ["SIGINT", "SIGTERM", "SIGQUIT"] as const;
  const silent = ["SIGHUP", "SIGTSTP", "SIGTTIN", "SIGTTOU"] as const;
  for (const name of names) process.on(name, hold);
  for (const name of silent) process.on(name, nothing);
  return () => {
    for (const name of names) process.off(name, hold);
    for (const name of silent) process.off(name, nothing);
  };
}

function nothing(): void {
  // held
}
