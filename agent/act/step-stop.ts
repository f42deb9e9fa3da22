import { changeOf } from "./identity.ts";
import { find, isStopped, isTraced } from "./found.ts";
import { freeze } from "./freeze.ts";
import { settledChange } from "./settled.ts";
import type { Walk } from "./walk.ts";
import type { ProcessId } from "../model/process.ts";

const PATIENCE_MS = 2_000;

/** What came of stopping the master. */
export interface Stopping {
  /** Why everything is to be put back; undefined: it stands still and all is as planned. */
  readonly why: string | undefined;
  /** True: the planned master was told to stop, so it has to be let go to put things back. */
  readonly told: boolean;
}

/** Stops the stale master, then looks at everything again while it stands still. */
export async function stopStep(walk: Walk, master: ProcessId): Promise<Stopping> {
  const { eyes } = walk.parts;
  const before = find(master, eyes);
  const traced = tracedText(walk, master);
  walk.amend({
    foundStopped: before.kind === "same" && isStopped(before.now) && !isTraced(before.now),
  });
  const unkept = await walk.begin("stop-master", `SIGSTOP to master ${master.pid}`);
  if (unkept !== undefined) return failed(walk, `it could not be written down: ${unkept}`, false);
  const early = changeOf(walk.plan, eyes);
  if (early?.kind === "other") return failed(walk, early.why, false);
  if (traced !== undefined) return failed(walk, traced, false);
  const off = walk.parts.calledOff();
  if (off !== undefined) return failed(walk, off, false);

  const frozen = await freeze(walk, master, PATIENCE_MS);
  switch (frozen.kind) {
    case "gone":
    case "refused":
      return failed(walk, frozen.why, false);
    case "unstopped":
    case "unknown":
      return failed(walk, frozen.why, true);
    case "stopped":
  }
  const tracedNow = tracedText(walk, master);
  if (tracedNow !== undefined) return failed(walk, tracedNow, true);
  const late = await settledChange(walk);
  if (late !== undefined) return failed(walk, late, true);
  const found = walk.record().foundStopped ? "was stopped already" : "is stopped";
  walk.over("done", `master ${master.pid} ${found}, and all is as planned`);
  return { why: undefined, told: true };
}

/** Why a master that a debugger holds is left alone; undefined: none does. */
export function tracedText({ parts }: Walk, master: ProcessId): string | undefined {
  const found = find(master, parts.eyes);
  if (found.kind !== "same" || !isTraced(found.now)) return undefined;
  return `master ${master.pid} is being traced, and only its tracer lets it stop or go on`;
}

function failed(walk: Walk, why: string, told: boolean): Stopping {
  walk.over("failed", why);
  return { why, told };
}
