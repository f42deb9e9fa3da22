import { dirname, join } from "node:path";
import { putFile, standing, takeEmptyFolder, takeFile } from "../act/put-files.ts";
import { oldStillListens, ownerIn } from "./cutover-native.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

const NAME = "90-onemaster-move-back.conf";
const MOST_ROUNDS = 10;

/**
 * Moves the old processes back into their unit, so that all is as before. systemd moves processes
 * only into a unit that is delegated and active; a drop-in makes it so for as long as that takes,
 * and lets an inactive one become active without a start of anything. Where it is not possible they
 * stay in the scope and serve from there: that is told, and no failure. Where nobody of them
 * serves, they stay as well.
 */
export async function moveBack(walk: CutoverWalk): Promise<StepEnd> {
  const { parts } = walk;
  const { scope, old } = walk.record().target;
  const dropIn = join(parts.dropIns, `${old.unit}.d`, NAME);
  const left = await parts.members(scope);
  if (left?.length === 0 || !(await servesFromScope(walk))) {
    // of a command that died in this very step: the unit would start nothing with it
    const unread =
      (await standing(dropIn)) === "nothing" ? undefined : await removeDropIn(walk, dropIn);
    if (unread !== undefined) return failed(unread);
    if (left?.length === 0) return skipped("nobody is in the scope");
    const who = left === undefined ? "who is left" : `process ${left.join(", ")}`;
    walk.note(
      `${who} stays in ${scope}: no master that serves is among them${mastersText(walk, left)}`,
    );
    return skipped(`in the unit ${who} would be in the way of a start`);
  }
  if (old.kind === "no-unit") {
    walk.note(`the old processes stay in ${scope}: they were in no service before`);
    return skipped(`they stay in ${scope}`);
  }
  const why = await whileDelegated(walk, dropIn);
  const unread = await removeDropIn(walk, dropIn);
  if (why === undefined && unread === undefined) return done(`all are in ${old.unit} again`);
  const text = `the old processes stay in ${scope}, and serve: ${why ?? unread}`;
  walk.note(`${text}; systemctl stop ${old.unit} does not reach them`);
  return skipped(text);
}

/** Masters whom nobody reaches, and what ends them. */
function mastersText({ parts }: CutoverWalk, pids: readonly number[] | undefined): string {
  const masters = (pids ?? []).filter((pid) => {
    const now = parts.eyes.process(pid);
    return typeof now === "object" && now.signalRole === "master";
  });
  if (masters.length === 0) return "";
  return `; master ${masters.join(", ")} is reached by nobody: onemaster remediate --yes ends it`;
}

/** The master that served before, or one that somebody has started since, and was set aside with it. */
async function servesFromScope(walk: CutoverWalk): Promise<boolean> {
  if (oldStillListens(walk)) return true;
  const { parts, record } = walk;
  const { scope, socket } = record().target;
  const owner = ownerIn(await parts.look(), socket.path);
  return owner !== undefined && parts.unitOf(owner.master.pid) === scope;
}

async function removeDropIn({ parts }: CutoverWalk, dropIn: string): Promise<string | undefined> {
  await takeFile(dropIn);
  await takeEmptyFolder(dirname(dropIn));
  return await parts.systemd.reload();
}

async function whileDelegated(walk: CutoverWalk, dropIn: string): Promise<string | undefined> {
  const { parts } = walk;
  const { scope, old } = walk.record().target;
  const unit = await parts.unit(old.unit);
  if (unit === undefined) return "systemd could not be asked";
  const isActive = unit.activeState === "active";
  // RemainAfterExit=yes is a generated unit's own, unless its script names a pidfile
  const idle = "Type=oneshot\nRemainAfterExit=yes\nPIDFile=\nExecStart=\nExecStart=/bin/true\n";
  await putFile(dropIn, `[Service]\nDelegate=yes\n${isActive ? "" : idle}`, 0o644);
  const unread = await parts.systemd.reload();
  if (unread !== undefined) return unread;
  const unstarted = isActive ? undefined : await parts.systemd.start(old.unit);
  if (unstarted !== undefined) return unstarted;
  let why: string | undefined;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const pids = await parts.members(scope);
    if (pids === undefined) return `who is in ${scope} could not be read`;
    if (pids.length === 0) return undefined;
    // one of them may leave meanwhile
    why = await parts.systemd.attach(old.unit, pids);
  }
  return why ?? "there are ever more of them";
}
