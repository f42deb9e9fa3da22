import type { CutoverFlags } from "../model/cutover-flags.ts";
import { type CutoverPlan, isReady } from "../model/cutover-plan.ts";
import type { CutoverActor, CutoverEnd } from "../model/cutover-actor.ts";
import type { CutoverRecord } from "../model/cutover-record.ts";
import type { Settings } from "../model/settings.ts";
import { cutoverFolder, readCutover, readCutovers } from "../history/cutover-files.ts";
import { carryCutoverOut, newCutover } from "./cutover-forward.ts";
import { holdSignals, partsFor, underFolderLock, underLock } from "./cutover-parts.ts";
import { oldStillListens } from "./cutover-native.ts";
import { preflight } from "./cutover-preflight.ts";
import { measured, takeUp, takeUpLeft } from "./cutover-take-up.ts";
import { createCutoverWalk, type CutoverParts } from "./cutover-walk.ts";
import { hasToLose, whyNotBack } from "./cutover-way-back.ts";

/** Makes a plan by fresh looks; changes nothing. */
export type MakePlan = (settings: Settings, flags: CutoverFlags) => Promise<CutoverPlan>;

/** What `onemaster cutover` acts through, on this host, with plans made by `planCutover`. */
export function createCutoverActor(planCutover: MakePlan): CutoverActor {
  return {
    async apply(settings, flags, { signal }, told) {
      const release = holdSignals(told);
      try {
        return await underLock(settings, async () => {
          const left = await takeUpLeft(settings, flags, told);
          if (left !== undefined && !isBack(left)) return left;
          const changed = left !== undefined;
          const plan = await planCutover(settings, flags);
          const { target } = plan;
          if (target === null || !isReady(plan)) return { kind: "not-ready", plan, changed };
          const parts = partsFor(settings, told, signal);
          const found = await preflight(plan, target, parts);
          if ("why" in found) return { kind: "refused", why: found.why, changed };
          told.note(found.text);
          const start = await newCutover(plan, target, found, parts.bootId, parts.clock.wallMs());
          const walk = createCutoverWalk(start, parts);
          return await underFolderLock(target.socket.path, () =>
            measured(walk, () => carryCutoverOut(walk, target)),
          );
        });
      } finally {
        release();
      }
    },
    async rollback(settings, unit, { signal }, told) {
      const release = holdSignals(told);
      try {
        return await underLock(settings, async () => {
          const found = await lastOf(settings, unit);
          if (found.kind !== "found") return { kind: "refused", why: found.why };
          const { record } = found;
          if (record.outcome === "undone" || record.outcome === "rolled-back") {
            return { kind: "nothing", text: `${record.unit} is as before: ${record.ending ?? ""}` };
          }
          const parts = partsFor(settings, told, signal);
          const why = nobodyWouldServe(record, parts);
          if (why !== undefined) return { kind: "refused", why };
          return await takeUp(record, settings, told, signal, "rollback");
        });
      } finally {
        release();
      }
    },
    last: lastOf,
    async against(settings, record) {
      const nobody = { step: () => undefined, note: () => undefined };
      const parts = partsFor(settings, nobody, new AbortController().signal);
      const walk = createCutoverWalk(record, parts);
      return nobodyWouldServe(record, parts) ?? (await whyNotBack(walk, await hasToLose(walk)));
    },
  };
}

/** What was left is as before: what is asked for begins from there. */
function isBack(left: CutoverEnd): boolean {
  if (left.kind !== "over") return false;
  return left.record.outcome === "undone" || left.record.outcome === "rolled-back";
}

/** Masters that somebody had started by hand are gone, and there is no script to start them by. */
function nobodyWouldServe(record: CutoverRecord, parts: CutoverParts): string | undefined {
  const { initScript } = record.target.old;
  if (initScript !== null || oldStillListens(createCutoverWalk(record, parts))) return undefined;
  const why = `${record.unit} was in no service before, and nothing would start it again`;
  return `${why}: systemctl disable --now stops it for good`;
}

type Found = Awaited<ReturnType<CutoverActor["last"]>>;

async function lastOf(settings: Settings, unit: string | undefined): Promise<Found> {
  const { stateDir } = settings;
  const folder = cutoverFolder(stateDir);
  if (unit !== undefined) {
    const read = await readCutover(stateDir, unit);
    if (!read.ok) return { kind: "unread", why: `${read.failure.what}: ${read.failure.why}` };
    if (read.value !== undefined) return { kind: "found", record: read.value };
    return { kind: "none", why: `${folder} has no cutover of ${unit}` };
  }
  const all = await readCutovers(stateDir);
  if (!all.ok) return { kind: "unread", why: `${all.failure.what}: ${all.failure.why}` };
  const [only, second] = all.value;
  if (only === undefined) return { kind: "none", why: `${folder} has no cutover` };
  if (second === undefined) return { kind: "found", record: only };
  const names = all.value.map((record) => record.unit).join(", ");
  return { kind: "none", why: `there are several (${names}): say which with --unit` };
}
