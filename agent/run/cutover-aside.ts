import type { ProcessId } from "../model/process.ts";
import { socketIn } from "./cutover-native.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/** Processes fork while they are moved, and what is forked stays where its parent was. */
const MOST_ROUNDS = 20;
const BETWEEN_MS = 100;

/**
 * Moves all old groups, and whatever else is in the old unit's cgroup, into a scope of their own,
 * where they serve on. Afterwards nobody is left in the unit, so that nothing that is done to it
 * reaches them. The unit itself stays `active (exited)`: RemainAfterExit=yes of a generated unit.
 */
export async function setAside(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { scope, old } = walk.record().target;
  const followed = await whyFollowed(walk);
  if (followed !== undefined) return failed(followed);
  // a cutover that was put back may have left them there: they were in no service before it
  const already = await parts.members(scope);
  if (already === undefined) return failed(`who is in ${scope} could not be read`);
  const unknown = await enter(walk, already);
  if (unknown !== undefined) return failed(`it could not be written down: ${unknown}`);
  let moved = already.length;
  let why = "";
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const left = await toMove(walk);
    if (left === undefined) return failed(`who is in ${old.unit} could not be read`);
    if (left.length === 0) {
      const still = await whyFollowed(walk);
      if (still !== undefined) return failed(still);
      if (moved === 0) return skipped("no process was there to be moved");
      return done(`${moved} processes are in ${scope} and serve on`);
    }
    const unwritten = await enter(walk, left);
    if (unwritten !== undefined) return failed(`it could not be written down: ${unwritten}`);
    why = (await move(walk, left)) ?? "";
    if (why === "") moved += left.length;
    await parts.clock.sleep(BETWEEN_MS);
  }
  return failed(`not all could be moved into ${scope}: ${why || "there are ever more"}`);
}

/**
 * Why a stop of the unit, or of the native one in its place, would end one of the old processes all
 * the same: systemd signals the main and the control process of a unit wherever they are, and a
 * daemon-reload does not make it forget them. Undefined: it follows nobody.
 */
export async function whyFollowed({ parts, record }: CutoverWalk): Promise<string | undefined> {
  const { old, service } = record().target;
  for (const name of new Set([old.unit, service.name])) {
    const unit = await parts.unit(name);
    if (unit === undefined) return `whom systemd follows in ${name} could not be asked`;
    const control = Number(unit.shown["ControlPID"] ?? "0");
    const pid = [unit.mainPid ?? 0, control].find((one) => one !== 0);
    if (pid === undefined) continue;
    return `systemd follows process ${pid} as one of ${name}: a stop of the unit would end it`;
  }
  return undefined;
}

/** Into the scope if it is there, else with it: one of the pids may have left meanwhile. */
async function move(walk: CutoverWalk, pids: readonly number[]): Promise<string | undefined> {
  const { parts, record } = walk;
  const { scope, old } = record().target;
  const unit = await parts.unit(scope);
  if (unit?.activeState === "active") return await parts.systemd.attach(scope, pids);
  const description = `gunicorn of ${old.unit} from before the cutover`;
  return await parts.systemd.moveAside(scope, description, pids);
}

/** Everybody of the unit and of the socket's groups who is not in the scope. */
async function toMove(walk: CutoverWalk): Promise<readonly number[] | undefined> {
  const { parts } = walk;
  const { scope, old, socket } = walk.record().target;
  const inUnit = await parts.members(old.unit);
  const report = await parts.look();
  if (inUnit === undefined) return undefined;
  const groups = socketIn(report, socket.path)?.groups ?? [];
  const pids = groups.flatMap(({ master, workers, others }) =>
    [...(master === null ? [] : [master]), ...workers, ...others].map(({ pid }) => pid),
  );
  const elsewhere = pids.filter((pid) => {
    const unit = parts.unitOf(pid);
    return unit !== scope && parts.eyes.process(pid) !== "gone";
  });
  return [...new Set([...inUnit, ...elsewhere])].toSorted((one, other) => one - other);
}

/** A command after this one has to know them. */
async function enter(walk: CutoverWalk, pids: readonly number[]): Promise<string | undefined> {
  const known = new Set(walk.record().aside.map(({ pid }) => pid));
  const added: ProcessId[] = pids.flatMap((pid) => {
    const now = walk.parts.eyes.process(pid);
    return typeof now === "object" && pid >= 2 && !known.has(pid) ? [now.id] : [];
  });
  if (added.length === 0) return undefined;
  walk.amend({ aside: [...walk.record().aside, ...added] });
  return await walk.keep();
}
