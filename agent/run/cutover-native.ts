import { statSync } from "node:fs";
import { octalMode } from "../model/file-mode.ts";
import type { ProcessId } from "../model/process.ts";
import type { Report, SocketReport } from "../model/report.ts";
import type { UnitProperties } from "../model/unit.ts";
import { find, isDead } from "../act/found.ts";
import { type LivingGroupReport, servingIn } from "../detect/ending-case.ts";
import type { SiteAnswer, SitePlace } from "../probe/site-ask.ts";
import type { CutoverWalk } from "./cutover-walk.ts";

/** How the native unit stands at one look. */
export type NativeNow =
  | { readonly kind: "serves"; readonly master: ProcessId; readonly text: string }
  | { readonly kind: "not-yet"; readonly why: string } // it may still come
  | { readonly kind: "lost"; readonly why: string }; // it does not serve, and nothing will change that

const ANSWER_MS = 10_000;

/**
 * Looks whether the native unit is all that it has to be: its main process is the one master that
 * owns the path, with all its workers, the file is whose it has to be, and it answers. `look` as that
 * of the walk, for who needs what was seen as well.
 */
export async function nativeNow(
  walk: CutoverWalk,
  look: () => Promise<Report> = walk.parts.look,
): Promise<NativeNow> {
  const { parts } = walk;
  const { service, socket } = walk.record().target;
  const unit = await parts.unit(service.name);
  if (unit === undefined) return { kind: "not-yet", why: "systemd could not be asked" };
  // systemd follows the master of some init scripts as well
  if (!isNativeFile(walk, unit.fragmentPath)) {
    const why = `systemd has ${service.name} from ${unit.fragmentPath ?? "no file"}`;
    return { kind: "lost", why: `${why}, not from what was written` };
  }
  const stopped = whyStopped(walk, unit);
  if (stopped !== undefined) return { kind: "lost", why: stopped };
  const mainPid = unit.mainPid ?? 0;
  if (mainPid === 0) return { kind: "not-yet", why: `${service.name} has no main process yet` };
  const report = await look();
  const owner = ownerIn(report, socket.path);
  if (owner === undefined) {
    if (parts.eyes.file(socket.path).kind === "absent" && !isChanging(unit)) {
      return { kind: "lost", why: `nothing stands at ${socket.path}` };
    }
    return { kind: "not-yet", why: `nobody is known to own ${socket.path}` };
  }
  const { master, workers } = owner;
  if (master.pid !== mainPid) {
    const why = `master ${master.pid} owns the path, and the main process is ${mainPid}`;
    return { kind: "not-yet", why };
  }
  if (workers.length !== service.workers) {
    const why = `master ${mainPid} has ${workers.length} of ${service.workers} workers`;
    return { kind: "not-yet", why };
  }
  const odd = whyOddFile(walk);
  if (odd !== undefined) return { kind: "not-yet", why: odd };
  const silent = await whySilent(walk);
  if (silent !== undefined) return { kind: "not-yet", why: silent.why };
  const text = `master ${mainPid} owns ${socket.path}, has ${workers.length} workers and answers`;
  const { pid, startTicks } = master;
  return { kind: "serves", master: { pid, startTicks }, text };
}

/** True for a file of the native unit, by its path. */
export function isNativeFile({ record }: CutoverWalk, path: string | undefined): boolean {
  return record().target.files.some((file) => file.path === path);
}

/**
 * The pid of the native unit's main process where that owns the path; undefined: another does, or
 * nobody, or it could not be told.
 */
export async function nativeOwner(walk: CutoverWalk): Promise<number | undefined> {
  const { parts, record } = walk;
  const { service, socket } = record().target;
  const unit = await parts.unit(service.name);
  if (!isNativeFile(walk, unit?.fragmentPath)) return undefined;
  const owner = ownerIn(await parts.look(), socket.path);
  return owner?.master.pid === unit?.mainPid ? owner?.master.pid : undefined;
}

/** The one living master that owns a path; undefined: there is none, or it is not certain. */
export function ownerIn(report: Report, path: string): LivingGroupReport | undefined {
  const socket = socketIn(report, path);
  if (socket === undefined || socket.evidence !== "bound-file") return undefined;
  const [owner, second] = servingIn(socket);
  return second === undefined ? owner : undefined;
}

/** A socket of a report. */
export function socketIn({ sockets }: Report, path: string): SocketReport | undefined {
  return sockets.find((socket) => socket.path === path);
}

/** True while the old master that served is alive and has its listener: it can be led back to. */
export function oldStillListens({ parts, record }: Pick<CutoverWalk, "parts" | "record">): boolean {
  const { served, bootId } = record();
  if (served === null || bootId !== parts.bootId) return false;
  const found = find(served.master, parts.eyes);
  if (found.kind !== "same" || isDead(found.now) || found.now.endingPending) return false;
  return parts.eyes.sockets(served.master.pid)?.includes(served.listenerInode) === true;
}

/** Where the site is asked. */
export function placesOf(walk: CutoverWalk): readonly SitePlace[] {
  const { socket, nginx } = walk.record().target;
  const own: SitePlace = { through: "socket", path: socket.path, url: socket.url };
  return nginx === null ? [own] : [own, { through: "nginx", url: nginx.url, host: nginx.host }];
}

/** An answer as good as before: no error of a server, or the one that it gave before too. */
export function isGoodAnswer(
  walk: CutoverWalk,
  { through }: SitePlace,
  answer: SiteAnswer,
): boolean {
  if (answer.kind !== "answered") return false;
  return answer.status < 500 || answer.status === walk.record().statusBefore[through];
}

/** Where the site does not answer as it did. */
interface Silent {
  readonly through: SitePlace["through"];
  /** What came of asking, for people. */
  readonly why: string;
}

/** Where the site does not answer as it did, the socket before nginx; undefined: it does at both. */
export async function whySilent(walk: CutoverWalk): Promise<Silent | undefined> {
  for (const place of placesOf(walk)) {
    const answer = await walk.parts.ask(place, ANSWER_MS);
    if (isGoodAnswer(walk, place, answer)) continue;
    const what = answer.kind === "answered" ? `answers ${answer.status}` : answer.why;
    const where = place.through === "nginx" ? "nginx" : "the socket";
    return { through: place.through, why: `asked through ${where}: ${what}` };
  }
  return undefined;
}

/** Why the file at the path is not as it has to be. */
function whyOddFile(walk: CutoverWalk): string | undefined {
  const { path, mode, uid, gid, ownerText } = walk.record().target.socket;
  const now = statSync(path, { throwIfNoEntry: false });
  if (now === undefined) return `nothing stands at ${path}`;
  const bits = now.mode & 0o7777;
  if (bits !== mode) return `${path} has mode ${octalMode(bits)}, not ${octalMode(mode)}`;
  const other = (uid !== null && now.uid !== uid) || (gid !== null && now.gid !== gid);
  return other ? `${path} belongs to ${now.uid}:${now.gid}, not to ${ownerText}` : undefined;
}

function whyStopped({ record, parts }: CutoverWalk, unit: UnitProperties): string | undefined {
  const { name } = record().target.service;
  const { activeState = "", result = "success", subState = "" } = unit;
  const restarts = Number(unit.shown["NRestarts"] ?? "0");
  if (activeState === "failed" || subState === "auto-restart") {
    return `${name} failed: ${result}`;
  }
  // in a later boot, or once there is nobody to go back to, what counts is that it serves
  if (restarts > 0 && oldStillListens({ record, parts }))
    return `${name} ended and was started again ${restarts} times`;
  if (activeState === "inactive") return `${name} is not active`;
  return undefined;
}

/** Somebody starts or stops it at this moment: what is missing may come. */
function isChanging({ job = 0, activeState = "" }: UnitProperties): boolean {
  return job !== 0 || activeState !== "active";
}
