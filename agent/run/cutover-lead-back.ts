import { keepName, keptNameOf, nameBack } from "../act/old-name.ts";
import { realPathOf } from "../act/real-path.ts";
import { livePathOf } from "../act/rescue-name.ts";
import { isNativeFile, oldStillListens, ownerIn } from "./cutover-native.ts";
import { whyReached } from "./cutover-reached.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/** Connections that wait for the new master are taken up by then: nobody comes after them. */
const DRAIN_MS = 1_000;
/** Two looks so far apart: from its unlink to its bind a gunicorn that starts takes less. */
const PATH_EVERY_MS = 50;

/**
 * Leads the path to the master that served before, where that lives: in one step in which it always
 * leads to one of the two, or at once where it was lost.
 */
export async function pathBack(walk: CutoverWalk): Promise<StepEnd> {
  const { served, keptName } = walk.record();
  if (served === null) return skipped("nobody was known to serve before");
  if (!oldStillListens(walk)) return skipped("the master that served before is gone");
  if (hasPath(walk)) {
    const unnamed = whyNoName(walk);
    if (unnamed !== undefined) return failed(unnamed);
    return done("the path leads to the master that served before");
  }
  if (keptName === null) return skipped("the path has no second name");
  const quick = leadBack(walk, () => false);
  if (quick === undefined) return done("the path leads to the master that served before");
  const replaced = await whoseIsIt(walk);
  if (!replaced.mine) {
    walk.note(replaced.text);
    return skipped(replaced.text);
  }
  const why = leadBack(walk, () => true);
  if (why !== undefined) return failed(why);
  await walk.parts.clock.sleep(DRAIN_MS);
  return done("the path leads to the master that served before");
}

/** As long as the native unit lives it may remove the path by its name: a second one has to be there. */
function whyNoName(walk: CutoverWalk): string | undefined {
  const { keptName, target } = walk.record();
  const { file, path } = target.socket;
  const live = keptName === null ? realPathOf(path) : (livePathOf(keptName) ?? realPathOf(path));
  if (live === undefined || file === null) return `where ${path} leads is not known`;
  const name = keptName ?? keptNameOf(live);
  const kept = keepName(live, name, file);
  if (kept.kind !== "done") return `${name}: ${kept.kind === "gone" ? "gone" : kept.why}`;
  walk.amend({ keptName: name });
  return undefined;
}

/** Whether what stands at the path is the native unit's, or nobody's. */
async function whoseIsIt(walk: CutoverWalk): Promise<{
  readonly mine: boolean;
  readonly text: string;
}> {
  const { parts, record } = walk;
  const { service, socket } = record().target;
  const report = await parts.look();
  const unit = await parts.unit(service.name);
  const native = isNativeFile(walk, unit?.fragmentPath) ? unit?.mainPid : undefined;
  const owner = ownerIn(report, socket.path);
  if (owner === undefined) {
    const reached = await whyReached(walk);
    if (reached === undefined) return { mine: true, text: "nobody owns the path" };
    if (await systemdListens(walk)) return { mine: true, text: "systemd listens at the path" };
    return { mine: false, text: `who owns the path could not be told: ${reached}` };
  }
  const { pid } = owner.master;
  if (native === pid && parts.unitOf(pid) === service.name) {
    return { mine: true, text: `master ${pid} of ${service.name} owns the path` };
  }
  return { mine: false, text: `master ${pid}, which somebody else has started, owns the path` };
}

/** True where the native socket unit holds the path, with or without a master behind it. */
export async function systemdListens(walk: CutoverWalk): Promise<boolean> {
  const { parts, record } = walk;
  const name = record().target.start.find((unit) => unit.endsWith(".socket"));
  const unit = name === undefined ? undefined : await parts.unit(name);
  return unit?.activeState === "active" && isNativeFile(walk, unit.fragmentPath);
}

/** Why the path could not be led back, or undefined. Waits for nothing. */
function leadBack({ record }: CutoverWalk, replaces: () => boolean): string | undefined {
  const { keptName, target } = record();
  const { file, path } = target.socket;
  if (keptName === null || file === null) return "there is no second name";
  const live = livePathOf(keptName) ?? realPathOf(path);
  if (live === undefined) return `where ${path} leads is not known`;
  const back = nameBack(live, keptName, file, replaces);
  if (back.kind === "done") return undefined;
  return back.kind === "gone" ? `${keptName} is gone` : back.why;
}

/** True where the path leads to the file of the master that served before. */
export function hasPath(walk: CutoverWalk): boolean {
  return isOldFile(walk, walk.record().target.socket.path);
}

/** True where that file has its second name, by which the path can lead to it again. */
export function hasName(walk: CutoverWalk): boolean {
  const { keptName } = walk.record();
  return keptName !== null && isOldFile(walk, keptName);
}

function isOldFile({ parts, record }: CutoverWalk, path: string): boolean {
  const { file } = record().target.socket;
  const now = parts.eyes.file(path);
  return now.kind === "socket" && now.device === file?.device && now.inode === file.inode;
}

/** True where the path was lost and leads to the old master again. */
export function restored(walk: CutoverWalk): boolean {
  const { path } = walk.record().target.socket;
  if (walk.parts.eyes.file(path).kind !== "absent") return false;
  if (walk.record().keptName === null || !oldStillListens(walk)) return false;
  return leadBack(walk, () => false) === undefined;
}

/**
 * Waits so long, or until a path that was lost is led back: a new gunicorn whose workers do not last
 * ends, and takes the path along. What became of it is for whoever looks next.
 */
export async function guardPath(walk: CutoverWalk, ms: number): Promise<void> {
  const { clock } = walk.parts;
  const endMs = clock.monotonicMs() + ms;
  const pause = (): Promise<void> => clock.sleep(PATH_EVERY_MS);
  await guard(walk, pause, () => clock.monotonicMs() >= endMs);
}

/** The same for as long as something goes on, as a look does that waits for a slow answer. */
export async function whileGuarded<T>(walk: CutoverWalk, work: () => Promise<T>): Promise<T> {
  const { clock } = walk.parts;
  const state = { isOver: false };
  const worked = work().finally(() => {
    state.isOver = true;
  });
  // what it rejects with is given below
  const over = worked.then(nothing, nothing);
  const pause = (): Promise<void> => Promise.race([over, clock.sleep(PATH_EVERY_MS)]);
  while (!state.isOver) await guard(walk, pause, () => state.isOver);
  return await worked;
}

/** Until a lost path is led back, or it is over. Between two looks is always a whole pause. */
async function guard(
  walk: CutoverWalk,
  pause: () => Promise<void>,
  isOver: () => boolean,
): Promise<void> {
  const { path } = walk.record().target.socket;
  let wasGone = false;
  for (;;) {
    await pause();
    if (isOver()) return;
    const isGone = walk.parts.eyes.file(path).kind === "absent";
    if (isGone && wasGone && restored(walk)) return;
    wasGone = isGone;
  }
}

function nothing(): void {
  // only that it is over
}
