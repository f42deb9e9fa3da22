import { standing } from "../act/put-files.ts";
import { restored } from "./cutover-lead-back.ts";
import { isNativeFile } from "./cutover-native.ts";
import { reasonOf } from "./remediation-lock.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/** So often the path is looked after while the new master stops, which removes it by name. */
const GUARD_MS = 1;
/** What systemd may take for it beyond the unit's own time to stop. */
const GONE_MS = 5_000;
const GONE_LOOK_MS = 100;

/**
 * Stops the native unit, if it is what runs. Its master removes the path by name as it stops, and
 * then the path is led back in the same millisecond to the old one, if that lives.
 */
export async function stopNew(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { service, files, start } = walk.record().target;
  const standingFiles = await Promise.all(files.map(({ path }) => standing(path)));
  if (standingFiles.every((there) => there === "nothing")) {
    return skipped("no native unit is installed");
  }
  const unit = await parts.unit(service.name);
  if (unit === undefined) return failed("systemd could not be asked");
  if (!isNativeFile(walk, unit.fragmentPath)) return skipped("systemd has not read it");
  const { mainPid = 0, activeState = "" } = unit;
  const members = (await parts.members(service.name)) ?? [];
  // whoever is there without being its main process was started otherwise, and is not ours to stop
  if (mainPid === 0 && activeState === "active" && members.length > 0) {
    return skipped(`process ${members.join(", ")} in ${service.name} is not the native unit's`);
  }
  const bound = unit.shown["BoundBy"] ?? "";
  if (bound !== "") walk.note(`${bound} is stopped with it (BindsTo=): systemctl start ${bound}`);
  const state = { ended: false };
  // a socket first: it would start its service again otherwise
  const stopping = stopUntilGone(walk, start)
    // here, since nobody waits for it before the path is watched no more
    .catch(reasonOf)
    .finally(() => {
      state.ended = true;
    });
  let led = 0;
  while (!state.ended) {
    // cheap: two system calls as long as the path leads there
    if (restored(walk)) led += 1;
    await parts.clock.sleep(GUARD_MS);
  }
  if (restored(walk)) led += 1;
  const why = await stopping;
  if (why !== undefined) return failed(why);
  await parts.systemd.resetFailed(service.name);
  return done(`${service.name} is stopped${led > 0 ? ", the path was led back at once" : ""}`);
}

/**
 * systemctl may end before the job that it asked for, as when somebody kills it: the master removes
 * the path when it stops, so its end is what counts.
 */
async function stopUntilGone(
  walk: CutoverWalk,
  units: readonly string[],
): Promise<string | undefined> {
  const { clock, systemd, unit: ask } = walk.parts;
  const { name, stopTimeoutMs } = walk.record().target.service;
  const whys = new Map<string, string>();
  const stop = async (unit: string): Promise<void> => {
    const why = await systemd.stop(unit);
    if (why !== undefined) whys.set(unit, why);
  };
  for (const unit of units) await stop(unit);
  const endMs = clock.monotonicMs() + stopTimeoutMs + GONE_MS;
  for (;;) {
    const left: string[] = [];
    for (const unit of new Set([...units, name])) {
      const state = (await ask(unit))?.activeState;
      const over = state === "inactive" || state === "failed";
      if (!over) left.push(`${unit} is ${state ?? "in a state that could not be told"}`);
      // started since: a service that crashed requires its socket as systemd starts it again
      if (state === "active" && !whys.has(unit)) await stop(unit);
    }
    if (left.length === 0 && (await isEmpty(walk))) return undefined;
    if (clock.monotonicMs() > endMs) {
      return [
        ...whys.values(),
        ...left,
        ...(left.length === 0 ? [`${name} has processes`] : []),
      ].join("; ");
    }
    await clock.sleep(GONE_LOOK_MS);
  }
}

/** Nobody is left in the native unit, for certain. */
export async function isEmpty({ parts, record }: CutoverWalk): Promise<boolean> {
  return (await parts.members(record().target.service.name))?.length === 0;
}
