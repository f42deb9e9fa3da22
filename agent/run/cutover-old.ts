import { find, isOver } from "../act/found.ts";
import { dropOldPidfile } from "./cutover-pidfile.ts";
import { mayCome, whyReached, whoServes } from "./cutover-reached.ts";
import { letScriptStop, stopWithoutScript } from "./cutover-script-stop.ts";
import { type CutoverWalk, done, failed, skipped, type StepEnd } from "./cutover-walk.ts";

/** systemd itself would wait for five minutes. */
const SCRIPT_MS = 60_000;
const BETWEEN_MS = 250;
const DOUBT_MS = 3_000;
/** Between two looks that find nobody: gunicorn binds a path before it listens there. */
const CALM_MS = 50;

/** The start by the init script, which may have to be tried again. */
export interface OldStart {
  readonly run: () => Promise<StepEnd>;
  /** True once the script was run in this boot, by whichever command, with nobody in its unit. */
  readonly began: () => boolean;
  /** True where it was not run since somebody is reached at the path who does not serve. */
  readonly waits: () => boolean;
  /** True where it was not run since who is in the unit, as far as can be told, may come to serve. */
  readonly isLate: () => boolean;
  /** Who is there now who may, and what ends them; undefined: nobody is, for certain. */
  readonly whoIsLate: () => Promise<string | undefined>;
}

/**
 * Starts the service by its init script, once nobody is reached at the path: whoever listens
 * elsewhere serves nobody who comes, and nobody comes to them. What could not be told is no such
 * thing: a second master, or an end of the one that serves, would be worse than waiting.
 */
export function createOldStart(walk: CutoverWalk): OldStart {
  const { parts } = walk;
  const { unit } = walk.record().target.old;
  const unread = `who is in ${unit} could not be read`;
  // by a command that died
  const state = { began: walk.record().scriptRanIn === parts.bootId, waits: false, late: false };
  const late = async (): Promise<readonly number[] | undefined> => {
    const pids = await parts.members(unit);
    return pids?.some((pid) => mayCome(walk, pid)) === false ? [] : pids;
  };
  return {
    began: () => state.began,
    waits: () => state.waits,
    isLate: () => state.late,
    async whoIsLate() {
      const pids = await late();
      if (pids === undefined) return unread;
      if (pids.length === 0) return undefined;
      const who = `process ${pids.join(", ")} is in ${unit}`;
      return `${who}: if it is not to come to serve, kill -KILL ${pids.join(" ")} ends it`;
    },
    async run() {
      state.waits = false;
      state.late = false;
      const serves = await untilUnreached(walk);
      if (serves.kind === "serves") return skipped(`master ${serves.pid} serves`);
      if (serves.kind === "reached") {
        state.waits = true;
        return failed(`nothing is started: ${serves.why}`);
      }
      // by a command that died, by a boot, by a person: beside one that is late there is no other
      const pids = await late();
      if (pids === undefined || pids.length > 0) {
        state.late = true;
        const who = pids === undefined ? unread : `process ${pids.join(", ")} is in ${unit}`;
        return done(`${who}: it is waited for`);
      }
      const why = await whyNotReady(walk);
      if (why !== undefined) return failed(why);
      state.began = true;
      walk.amend({ scriptRanIn: parts.bootId });
      const unkept = await walk.keep();
      if (unkept !== undefined) walk.note(`that the script is run is not written down: ${unkept}`);
      return await runScript(walk);
    },
  };
}

/**
 * Starts the unit, and waits for its job only as long as there is hope: systemd itself gives a script
 * five minutes, and nobody serves meanwhile.
 */
async function runScript(walk: CutoverWalk): Promise<StepEnd> {
  const { systemd, clock } = walk.parts;
  const { unit } = walk.record().target.old;
  const state: { over?: { readonly why: string | undefined } } = {};
  const job = systemd.start(unit).then((why) => {
    state.over = { why };
    return undefined;
  });
  const endMs = clock.monotonicMs() + SCRIPT_MS;
  while (state.over === undefined) {
    await Promise.race([job, clock.sleep(BETWEEN_MS)]);
    if (state.over !== undefined || clock.monotonicMs() < endMs) continue;
    if ((await whyReached(walk)) !== undefined) {
      return done(`${unit} is started by its init script, which has not ended yet`);
    }
    // it never came to be started, so its script is not run for a stop
    const unstopped = await systemd.stop(unit);
    const also = unstopped === undefined ? "" : `; ${unstopped}`;
    return failed(
      `its init script has not ended after ${SCRIPT_MS / 1000} s, and nobody is reached${also}`,
    );
  }
  const { why } = state.over;
  return why === undefined ? done(`${unit} is started by its init script`) : failed(why);
}

type Unreached =
  | { readonly kind: "unreached" }
  | { readonly kind: "serves"; readonly pid: number }
  | { readonly kind: "reached"; readonly why: string };

/** Nobody at two looks: one may meet processes as they end, or as they begin. */
async function untilUnreached(walk: CutoverWalk): Promise<Unreached> {
  const { look, clock } = walk.parts;
  const endMs = clock.monotonicMs() + DOUBT_MS;
  for (;;) {
    const pid = whoServes(walk, await look());
    if (pid !== undefined) return { kind: "serves", pid };
    let why = await whyReached(walk);
    if (why === undefined) {
      await clock.sleep(CALM_MS);
      why = await whyReached(walk);
      if (why === undefined) return { kind: "unreached" };
    }
    if (clock.monotonicMs() > endMs) return { kind: "reached", why };
    await clock.sleep(BETWEEN_MS);
  }
}

/** Makes the old unit ready for a start. Why that is not possible, or undefined. */
async function whyNotReady(walk: CutoverWalk): Promise<string | undefined> {
  const { parts, record } = walk;
  const { old } = record().target;
  if (old.kind === "no-unit" || old.initScript === null) {
    return "nobody serves, and there is no init script: start it as it was started before";
  }
  const unit = await parts.unit(old.unit);
  const members = await parts.members(old.unit);
  if (members === undefined || unit === undefined) return "systemd could not be asked";
  if ((unit.job ?? 0) !== 0) return `${old.unit} has job ${unit.job}: somebody starts or stops it`;
  if (members.length > 0) {
    return `process ${members.join(", ")} is in ${old.unit}, and nobody is reached at the path`;
  }
  await dropPidfile(walk);
  // a start of one that is active (exited) would do nothing
  await letScriptStop(walk);
  const unstopped = unit.activeState === "active" ? await stopWithoutScript(walk) : undefined;
  if (unstopped !== undefined) return unstopped;
  await parts.systemd.resetFailed(old.unit);
  return undefined;
}

/**
 * No gunicorn starts while a pidfile names somebody who lives, and the stop of an init script kills
 * whom it names, whoever that is by now: nobody serves, so whoever it names is not who serves.
 */
async function dropPidfile(walk: CutoverWalk): Promise<void> {
  const { parts, record } = walk;
  const alive = record().aside.filter(
    (id) => record().bootId === parts.bootId && !isOver(find(id, parts.eyes)),
  );
  const named: number[] = [];
  const path = await dropOldPidfile(walk, (pid) => {
    named.push(pid);
    return true;
  });
  if (path === undefined) return;
  const old = alive.find(({ pid }) => named.includes(pid));
  const who = old === undefined ? "nobody who serves" : `${old.pid}, which serves nobody`;
  walk.note(`${path} named ${who}, and is removed`);
}
