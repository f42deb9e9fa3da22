import { lstatSync, type Stats, statSync } from "node:fs";
import type { RemediationView } from "../model/remediation.ts";
import type { Settings } from "../model/settings.ts";
import {
  pauseFile,
  remediationFolder,
  remediationStateFile,
} from "../history/remediation-places.ts";

/** What is to be known about remediation now, from the state directory. Never rejects. */
export function lookAtRemediation(settings: Settings): Promise<RemediationView> {
  return createRemediationView()(settings);
}

/**
 * The same for an agent that looks often. On a host where nothing was ever ended it costs three
 * system calls; files are read, and the code for it loaded, only where there are some, and only
 * when they have changed.
 */
export function createRemediationView(): (settings: Settings) => Promise<RemediationView> {
  const breaker = onChange(isBreakerOpen);
  const unfinished = onChange(unfinishedIn);
  return async ({ stateDir, remediation: { mode } }) => ({
    mode,
    paused: exists(lookAt(pauseFile(stateDir), lstatSync)),
    breakerOpen: await breaker(lookAt(remediationStateFile(stateDir)), stateDir, false),
    unfinished: await unfinished(lookAt(remediationFolder(stateDir)), stateDir, []),
  });
}

/** Undefined: nothing stands there. Null: nobody can tell. */
type Standing = Stats | undefined | null;

function lookAt(path: string, stat: typeof statSync = statSync): Standing {
  try {
    return stat(path, { throwIfNoEntry: false });
  } catch {
    // said as null: nobody can tell
    return null;
  }
}

function exists(standing: Standing): boolean | null {
  return standing === null ? null : standing !== undefined;
}

/** Reads when what stands there is not what was read the last time. Null: could not be told. */
function onChange<T>(
  read: (stateDir: string) => Promise<T | null>,
): (standing: Standing, stateDir: string, absent: T) => Promise<T | null> {
  let known: { readonly key: string; readonly value: T } | undefined;
  return async (standing, stateDir, absent) => {
    if (standing === undefined) return absent;
    if (standing === null) return null;
    const key = `${stateDir} ${standing.ino} ${standing.mtimeMs}`;
    if (known?.key === key) return known.value;
    const value = await read(stateDir);
    // what could not be read is tried again
    known = value === null ? undefined : { key, value };
    return value;
  };
}

async function isBreakerOpen(stateDir: string): Promise<boolean | null> {
  const { readRemediationState } = await import("../history/remediation-state.ts");
  const state = await readRemediationState(stateDir);
  return state.ok ? state.value.breakerOpenedAt !== null : null;
}

async function unfinishedIn(stateDir: string): Promise<readonly string[] | null> {
  const { readRemediations } = await import("../history/remediation-files.ts");
  try {
    const { records, unread } = await readRemediations(stateDir);
    if (unread.length > 0) return null;
    return records.filter(({ outcome }) => outcome === null).map(({ id }) => id);
  } catch {
    // said as null: nobody can tell
    return null;
  }
}
