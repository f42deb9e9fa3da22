import { hashOf, standing } from "../act/put-files.ts";
import { blindness } from "../detect/cutover-refusals.ts";
import { wasInstalled } from "./cutover-install.ts";
import { keptAt } from "./cutover-script-files.ts";
import { hasName, hasPath, systemdListens } from "./cutover-lead-back.ts";
import { isGoodAnswer, isNativeFile, oldStillListens, socketIn } from "./cutover-native.ts";
import { whyReached } from "./cutover-reached.ts";
import type { CutoverWalk } from "./cutover-walk.ts";

const ANSWER_MS = 10_000;

/**
 * Why the init script would not start the service again, looked for before anything that works is
 * taken away; undefined: nothing speaks against it, or there was no script.
 */
export async function whyNoWayBack({ parts, record }: CutoverWalk): Promise<string | undefined> {
  const { target, scriptSha256 } = record();
  const { old, backup } = target;
  const { initScript, launcher } = old;
  if (old.kind === "no-unit" || initScript === null) return undefined;
  if ((await standing(initScript)) === "nothing") {
    const kept = keptAt(backup, initScript);
    const there = await standing(kept);
    if (there === "nothing") {
      return `${initScript} is gone, and its copy ${kept} is missing: put one of them back first`;
    }
    if (scriptSha256 !== null && (there !== "file" || (await hashOf(kept)) !== scriptSha256)) {
      return `${initScript} is gone, and ${kept} is not the copy that was made of it: put the script back first`;
    }
  }
  if (!parts.hasGenerator()) {
    return `this systemd makes no units of init scripts any more, so ${initScript} would not start`;
  }
  if (launcher?.startsWith("/") === true && (await standing(launcher)) === "nothing") {
    return `${launcher}, which ${initScript} starts gunicorn through, is gone: put it back first`;
  }
  const unit = await parts.unit(old.unit);
  if (unit?.loadState === "masked")
    return `${old.unit} is masked: systemctl unmask ${old.unit} first`;
  return undefined;
}

/** True where the native unit runs and somebody is reached at the path, as far as can be told. */
export async function hasToLose(walk: CutoverWalk): Promise<boolean> {
  const { parts, record } = walk;
  const { name } = record().target.service;
  const unit = await parts.unit(name);
  if (unit !== undefined && !isNativeFile(walk, unit.fragmentPath)) return false;
  const members = await parts.members(name);
  if (members?.length === 0 || (await whyReached(walk)) === undefined) return false;
  // a socket of systemd's takes connections up, and without a master nobody answers them
  return !(await systemdListens(walk)) || (members ?? [1]).some((pid) => mayServe(walk, pid));
}

function mayServe({ parts }: CutoverWalk, pid: number): boolean {
  const now = parts.eyes.process(pid);
  return now === "unreadable" || (now !== "gone" && now.signalRole === "master");
}

/**
 * Why a native unit that serves must not be stopped: without a way to what served before, the site
 * would be down after it. Changes nothing. Undefined: nothing speaks against it. `toLose`: what
 * `hasToLose` has told.
 */
export async function whyNotBack(walk: CutoverWalk, toLose: boolean): Promise<string | undefined> {
  if (oldStillListens(walk)) {
    return toLose && !hasPath(walk) ? await whyNotLedBack(walk) : undefined;
  }
  const noWay = (await whyNoWayBack(walk)) ?? (await whyNotItsFile(walk));
  if (noWay !== undefined || !toLose) return noWay;
  return await whyNotStarted(walk);
}

/** Why the path must not be led from a unit that serves to the old master that lives. */
async function whyNotLedBack(walk: CutoverWalk): Promise<string | undefined> {
  const { parts, record } = walk;
  const { keptName, served, target } = record();
  const old = `master ${served?.master.pid} listens`;
  const cure =
    "onemaster cutover apply --yes finishes what was begun, and onemaster remediate --yes ends it";
  if (keptName === null || !hasName(walk)) {
    const name = keptName ?? "the second name";
    return `${old}, but ${name}, by which the path would lead to it again, is gone: ${cure}`;
  }
  const place = { through: "socket", path: keptName, url: target.socket.url } as const;
  const answer = await parts.ask(place, ANSWER_MS);
  if (isGoodAnswer(walk, place, answer)) return undefined;
  const what = answer.kind === "answered" ? `answers ${answer.status}` : answer.why;
  return `${old}, but asked by its second name: ${what}: ${cure}`;
}

/** Why the native unit's file could not be removed, or its master not be told by it. */
async function whyNotItsFile(walk: CutoverWalk): Promise<string | undefined> {
  const { parts, record } = walk;
  const { files, service } = record().target;
  if (!wasInstalled(walk)) return undefined;
  let missing: string | undefined;
  for (const { path } of files) {
    const there = await standing(path);
    if (there !== "nothing" && there !== "file") {
      return `${path} is no file any more: look what stands there, and remove it first`;
    }
    if (there === "nothing") missing ??= path;
  }
  const { steps, bootId } = record();
  const last = (name: string, ...results: readonly string[]): number =>
    steps.findLastIndex(
      ({ step, result }) => step === name && (results.length === 0 || results.includes(result)),
    );
  const unit = await parts.unit(service.name);
  const mainPid = unit?.mainPid ?? 0;
  const { initScript } = record().target.old;
  // by this cutover itself, or by a boot that found the script: whoever runs was not started by that file
  // a put back that failed may have started it all the same, and what was taken up was found started
  const started = [last("start"), last("install", "done"), last("restore-new", "done", "failed")];
  const byUs = last("remove-unit") > Math.max(...started);
  const byBoot =
    bootId !== parts.bootId &&
    !isNativeFile(walk, unit?.fragmentPath) &&
    initScript !== null &&
    (await standing(initScript)) !== "nothing";
  if (missing === undefined || mainPid === 0 || byUs || byBoot) return undefined;
  const state = `${missing} is gone, and process ${mainPid} of it still runs`;
  return `${state}: systemctl stop ${service.name} first, which is an outage`;
}

/** Why the init script would not be run once the native unit is stopped, or start a second of some. */
async function whyNotStarted({ parts, record }: CutoverWalk): Promise<string | undefined> {
  const { scope, service, socket: about, old } = record().target;
  const report = await parts.look();
  const [blind] = blindness(report);
  if (blind !== undefined) return blind.why;
  const socket = socketIn(report, about.path);
  if (socket === undefined || socket.verdict === "unknown") {
    return `not enough could be seen of ${about.path}: see onemaster status`;
  }
  const masters = socket.groups.flatMap(({ master }) => master ?? []);
  const other = masters.find(({ pid }) => parts.unitOf(pid) !== service.name);
  if (other !== undefined) {
    const where = parts.unitOf(other.pid) ?? "no unit";
    const cure = "end it first: onemaster remediate --yes";
    return `master ${other.pid} in ${where} listens at ${about.path} as well; ${cure}`;
  }
  const left = await parts.members(scope);
  if (left === undefined) return `who is in ${scope} could not be read`;
  if (left.length === 0) return undefined;
  const who = `process ${left.join(", ")} of before is still in ${scope}`;
  return `${who}: ${old.initScript} may start the same again beside it; end it first`;
}
