import type { CutoverChecks, LostFolder, PathStand } from "../model/cutover-facts.ts";
import type { CutoverOwnership } from "../model/cutover.ts";
import type { CutoverRefusal } from "../model/cutover-plan.ts";
import { octalMode } from "../model/file-mode.ts";
import { whyNoLogOfService, whyNoneOfIts } from "../model/log-place.ts";
import type { Report } from "../model/report.ts";
import type { Because, Judge, RefusalCase } from "./cutover-refusal-case.ts";
import { runtimeFolders, unitJudges } from "./cutover-refusals-unit.ts";
import { whyNoEnvironmentFile, whyNotRoots } from "./cutover-roots.ts";
import { hiding } from "./ending-blind.ts";

/**
 * What could not be seen and may hide who else there is, or who owns the path, as one reason; none
 * where all of that was seen.
 */
export function blindness({ blind }: Report): readonly CutoverRefusal[] {
  const hidden = blind.filter(({ what }) => hiding.has(what));
  if (hidden.length === 0) return [];
  const spots = new Set(hidden.map(({ what, reason }) => `${what}: ${reason}`));
  return [{ reason: "blind", why: `not all could be seen: ${[...spots].join("; ")}` }];
}

function isBlind({ report, socket }: RefusalCase): Because {
  const [blind] = blindness(report);
  if (blind !== undefined) return blind.why;
  return (
    socket.verdict === "unknown" && "not enough could be seen to know all groups of the socket"
  );
}

function isUnsound({ socket, flags }: RefusalCase): Because {
  const unserved = socket.verdict === "unreachable" || socket.verdict === "no-master";
  const help = "there is nothing to keep up, so write --clean, which stops all and starts afresh";
  return unserved && !flags.clean && `${socket.path} is ${socket.verdict}: ${help}`;
}

function isHandover({ socket }: RefusalCase): Because {
  return (
    socket.verdict === "handover" && "an upgrade or a graceful stop is under way; wait for its end"
  );
}

function isWeak({ socket, flags }: RefusalCase): Because {
  return (
    socket.evidence === "start-time" &&
    !flags.clean &&
    socket.masters !== 1 &&
    "which master owns the path is known by start times alone"
  );
}

function programFails({ checks, values }: RefusalCase): Because {
  const { programProblem } = checks;
  if (programProblem === undefined) return undefined;
  return `${values.program.value} --version as ${checks.user?.name ?? "the service's user"}: ${programProblem}; write --program PATH`;
}

function accountMissing({ checks, values }: RefusalCase): Because {
  if (values.user.value !== undefined && checks.user === undefined)
    return `there is no user ${values.user.value}`;
  return (
    values.group.value !== undefined &&
    checks.group === undefined &&
    `there is no group ${values.group.value}`
  );
}

function folderClosed({ checks, values, socket, flags }: RefusalCase): Because {
  // what is not tried without an account is refused, or asked for, as such
  if (checks.user === undefined || checks.group === undefined) return undefined;
  const who = checks.user.name;
  if (checks.canEnterDirectory === false) return `${who} cannot enter ${values.chdir.value}`;
  // systemd itself, which is root, binds a socket unit
  if (flags.socketActivation) return undefined;
  if (checks.socketFolder === undefined) return `what ${who} may write could not be tried`;
  const { state, path } = checks.socketFolder;
  const help = "give it the folder, or write --keep-root or --socket-activation";
  return (
    state !== "writable" && `${who} cannot write in ${path}, so cannot bind ${socket.path}; ${help}`
  );
}

function notOwned({ ownership, flags, checks, units }: RefusalCase): Because {
  const [why] = ownership.flatMap(({ path, to }) => {
    const folders = checks.files.find((file) => file.path === path)?.folders ?? [];
    return whyNoLogOfService(path) ?? whyNoneOfIts(path, folders, to, units) ?? [];
  });
  if (flags.fixOwnership && why !== undefined) {
    return `${why}, and is not given to ${checks.user?.name}: chown it by hand if it is its log`;
  }
  if (flags.fixOwnership || ownership.length === 0) return undefined;
  const paths = ownership.map(({ path }) => path).join(", ");
  return `${checks.user?.name} cannot write ${paths}, which root could; --fix-ownership gives them to it, --keep-root leaves gunicorn root`;
}

function folderMissing({ checks }: RefusalCase): Because {
  const missing = checks.files.filter(({ state }) => state === "missing");
  return (
    missing.length > 0 &&
    `${missing.map(({ path }) => path).join(", ")} can be neither written nor made`
  );
}

/** As below /run, where init scripts make a folder first: the native unit would never start again. */
function folderLost({ checks, units, properties }: RefusalCase): Because {
  // what a drop-in has systemd make, it makes for a native unit of the same name too
  const made = new Set(units).size === 1 ? runtimeFolders(properties) : [];
  const lostAtBoot = checks.lostAtBoot.filter(({ path }) => !made.includes(path));
  if (lostAtBoot.length === 0) return undefined;
  const lineOf = ({ path, mode, owner }: LostFolder): string =>
    `"d ${path.replaceAll("%", "%%")} ${octalMode(mode)} ${owner.uid} ${owner.gid} -"`;
  const other = lostAtBoot.find(({ madeAs }) => madeAs !== undefined);
  if (other !== undefined) {
    return (
      `${other.path} is made anew by a boot as ${other.madeAs} (tmpfiles.d), and is not that now, so ` +
      `that the native unit might not start: write ${lineOf(other)} in the place of that line`
    );
  }
  const paths = lostAtBoot.map(({ path }) => path).join(", ");
  const lines = lostAtBoot.map(lineOf);
  const file = `/etc/tmpfiles.d/${units.at(-1)?.replace(/\.service$/, "")}.conf`;
  return (
    `${paths} is gone after a boot, and nothing is known to make it again but what starts gunicorn ` +
    `today, so that the native unit would not start: write ${lines.join(" and ")} to ${file}`
  );
}

function isDaemon({ checks, look }: RefusalCase): Because {
  const { inEnvironment } = look;
  if (inEnvironment?.daemon === true || inEnvironment?.pidfile !== undefined) {
    return "GUNICORN_CMD_ARGS makes a daemon of it or names a pidfile; take that out of it first";
  }
  const found = checks.settingsProblems.join(", ");
  return found !== "" && `${found}: no command line takes that back; take it out first`;
}

/**
 * The first text that would not be one value of a unit: a line end makes more lines of one, a
 * backslash before it one of two. Undefined: all are.
 */
export function unfitText(texts: readonly string[]): string | undefined {
  return texts.find((text) => /\p{Cc}|\uFFFD|\\$/u.test(text));
}

function unfit({ texts }: RefusalCase): Because {
  const bad = unfitText(texts);
  return bad !== undefined && `${JSON.stringify(bad)} cannot stand in a unit`;
}

function inTheWay({ look, written }: RefusalCase): Because {
  const standing = look.inTheWay.filter((path) => written?.includes(path) !== false);
  return standing.length > 0 && `${standing.join(", ")} stands there already`;
}

/** Where all is stopped first there may be nobody behind nginx by now. */
function nginxSilent({ checks, values, flags }: RefusalCase): Because {
  const { nginx } = checks;
  const url = values.nginx.value?.url;
  if (nginx === undefined) return undefined;
  if (nginx.kind === "answered" && (nginx.status < 500 || flags.clean)) return undefined;
  const said =
    nginx.kind === "answered" ? `answers ${nginx.status}` : `does not answer: ${nginx.why}`;
  return `nginx at ${url} ${said}; write --nginx URL with what does, or --no-nginx`;
}

const judges: readonly Judge[] = [
  [
    "not-root",
    ({ look }) => !look.isRoot && "only root sees all of this, and only root can change it",
  ],
  ...unitJudges,
  ["blind", isBlind],
  ["not-sound", isUnsound],
  ["handover", isHandover],
  ["evidence-weak", isWeak],
  ["program", programFails],
  ["settings-file", isDaemon],
  ["value", unfit],
  ["not-roots", ({ flags, look, checks }) => flags.keepRoot && whyNotRoots(look, checks)],
  ["environment", ({ look, flags }) => whyNoEnvironmentFile(look, flags)],
  ["user", accountMissing],
  ["folder", folderClosed],
  ["folder", folderMissing],
  ["folder", folderLost],
  ["ownership", notOwned],
  ["in-the-way", inTheWay],
  ["nginx", nginxSilent],
];

/** Every reason against carrying the plan out, in the order in which they are told. Pure. */
export function cutoverRefusals(it: RefusalCase): readonly CutoverRefusal[] {
  return judges.flatMap(([reason, judge]) => {
    const why = judge(it);
    return typeof why === "string" ? [{ reason, why }] : [];
  });
}

/** Files that would have to be given to the account of the service; none while that is not known. */
export function ownershipOf(
  stands: readonly PathStand[],
  { user, group }: CutoverChecks,
): readonly CutoverOwnership[] {
  if (user === undefined || group === undefined) return [];
  const to = { uid: user.id, gid: group.id };
  return stands.flatMap(({ path, state, owner }) =>
    state === "not-writable" && owner !== undefined
      ? [{ path, from: owner, to, why: "the service writes it" }]
      : [],
  );
}
