import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../model/clock.ts";
import type { Read, ReadFailure } from "../model/read.ts";
import { isCursor } from "../parse/journal-cursor.ts";

const NAME = "journal-cursor";

/** The saved place in the journal; undefined: none was saved yet. A broken file is `malformed`. */
export function loadCursor(stateDir: string): Read<string | undefined> {
  const path = join(stateDir, NAME);
  try {
    const text = readFileSync(path, "utf8").trimEnd();
    if (isCursor(text)) return { ok: true, value: text };
    const why = JSON.stringify(text.slice(0, 80));
    return { ok: false, failure: { kind: "malformed", what: path, why } };
  } catch (error) {
    const failure = failureOf(path, error);
    return failure.why === "ENOENT" ? { ok: true, value: undefined } : { ok: false, failure };
  }
}

/** Keeps the place in the journal in a file. */
export interface CursorKeeper {
  /** Writes it within five seconds. */
  keep(cursor: string): void;
  /** Writes at once what is not written yet. Undefined: all that was to be kept is on disk. */
  flush(): ReadFailure | undefined;
}

const PAUSE_MS = 5_000;

/**
 * A keeper for a state directory, which is made where it is missing. The file appears whole or not
 * at all. It is not forced to the disk: after a crash of the host an older place is as good, some
 * events then come again. `failed` hears of a delayed write that failed, once until one succeeds;
 * the next `keep` tries again.
 */
export function createCursorKeeper(
  stateDir: string,
  clock: Clock,
  failed: (failure: ReadFailure) => void,
): CursorKeeper {
  let wanted: string | undefined;
  let cancel: (() => void) | undefined;
  let told = false;

  function flush(): ReadFailure | undefined {
    cancel?.();
    cancel = undefined;
    if (wanted === undefined) return undefined;
    const failure = save(stateDir, wanted);
    if (failure === undefined) wanted = undefined;
    return failure;
  }

  function flushLater(): void {
    const failure = flush();
    if (failure !== undefined && !told) failed(failure);
    told = failure !== undefined;
  }

  return {
    keep(cursor) {
      wanted = cursor;
      cancel ??= clock.after(PAUSE_MS, flushLater);
    },
    flush,
  };
}

function save(stateDir: string, cursor: string): ReadFailure | undefined {
  const path = join(stateDir, NAME);
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o755 });
    writeFileSync(`${path}.new`, `${cursor}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return undefined;
  } catch (error) {
    return failureOf(path, error);
  }
}

function failureOf(what: string, error: unknown): ReadFailure {
  const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return { kind: why === "EACCES" || why === "EPERM" ? "denied" : "failed", what, why };
}
