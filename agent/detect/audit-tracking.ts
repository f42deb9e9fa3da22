import type { HeadFacts } from "../model/unit.ts";
import {
  type Found,
  isSettling,
  isWrappedScript,
  leaves,
  type LivingGroup,
  livingIn,
  mastersText,
  serves,
  told,
  type UnitCase,
} from "./audit-case.ts";
import { unreadableCommand } from "./audit-expected.ts";
import { dropIn, nativeUnit, restart, withoutDaemon } from "./audit-fixes.ts";

/** Whether the process that systemd follows is the master that serves. */
export function followedMaster(unitCase: UnitCase): Found {
  const { mainPid: main } = unitCase.properties;
  const masters = livingIn(unitCase).filter((placed) => !leaves(placed));
  const serving = masters.filter(serves);
  const [first] = serving.length > 0 ? serving : masters;
  if (first === undefined) return undefined;
  if (main === undefined) return told("unknown", "systemd tells no MainPID of it");
  if (main === 0) {
    const evidence = `MainPID=0: systemd follows no process, while ${mastersText(masters, "runs")}`;
    return { state: "bad", evidence, fix: cureOf(unitCase) };
  }
  const upgrade = serving.some(({ group }) => group.role !== "serving");
  const tracked = masters.find(({ master }) => master.pid === main);
  const outside = unitCase.groups.find((placed) => serves(placed) && !placed.inside);
  if (tracked !== undefined) {
    return trackedMaster(unitCase, tracked, serving, { upgrade, outside: outside !== undefined });
  }
  const below = masters.find(({ head }) => head?.ancestors.includes(main) === true);
  if (below !== undefined) {
    const evidence = `MainPID=${main} is not the master but started it: ${mastersText([below])}`;
    return told("warning", evidence);
  }
  if (isSettling(unitCase)) return told("warning", `MainPID=${main}, and its state just changed`);
  const evidence = `MainPID=${main} is another process than ${mastersText(masters)}`;
  if (first.socket.evidence === "start-time") return told("unknown", evidence);
  return { state: "bad", evidence, fix: cureOf(unitCase) };
}

function trackedMaster(
  unitCase: UnitCase,
  { group, master, socket }: LivingGroup,
  serving: readonly LivingGroup[],
  others: { readonly upgrade: boolean; readonly outside: boolean },
): NonNullable<Found> {
  if (serving.some((one) => one.master.pid === master.pid)) {
    const what = others.upgrade ? "a master of a USR2 upgrade under way" : "the serving master";
    return told("ok", `MainPID=${master.pid} is ${what}`);
  }
  const is = `MainPID=${master.pid} is the ${group.role} master`;
  if (group.role === "unclear" || socket.evidence === "start-time") return told("unknown", is);
  // it is the unit's own and only one: that nobody reaches it is another link
  if (serving.length === 0 && !others.outside) return told("ok", `${is}, and no other serves`);
  return { state: "bad", evidence: `${is}: another one serves`, fix: restart(unitCase) };
}

/** What puts a running master under systemd's care. */
function cureOf(unitCase: UnitCase): string {
  return isWrappedScript(unitCase.properties) ? nativeUnit(unitCase) : restart(unitCase);
}

/** Whether a stop ends every process of the unit. */
export function endsAll(unitCase: UnitCase): Found {
  const { killMode: mode, mainPid } = unitCase.properties;
  switch (mode) {
    case undefined:
      return told("unknown", "systemd tells no KillMode of it");
    case "control-group":
      return told("ok", "KillMode=control-group: a stop ends every process of the unit");
    case "mixed":
      return told("ok", "KillMode=mixed: a stop ends the main process, then the others");
    default: {
      const ends = mode === "process" && mainPid !== 0 ? "only the main process" : "no process";
      const fix = dropIn(unitCase, "kill-mode", "KillMode=control-group");
      return { state: "bad", evidence: `KillMode=${mode}: a stop ends ${ends}`, fix };
    }
  }
}

/** Whether systemd can know which process is the main one. */
export function serviceType(unitCase: UnitCase): Found {
  const { serviceType: type, guessMainPid, pidFile } = unitCase.properties;
  switch (type) {
    case undefined:
      return told("unknown", "systemd tells no Type of it");
    case "forking": {
      if (pidFile !== undefined) return told("ok", `Type=forking with PIDFile=${pidFile}`);
      if (guessMainPid === true) {
        const evidence =
          "Type=forking without PIDFile: systemd guesses which process is the main one";
        return { state: "warning", evidence, fix: nativeUnit(unitCase) };
      }
      const evidence =
        guessMainPid === undefined
          ? "Type=forking without PIDFile, and systemd tells no GuessMainPID"
          : "Type=forking, no PIDFile, GuessMainPID=no: systemd cannot know the main process";
      if (guessMainPid === undefined) return told("unknown", evidence);
      return { state: "bad", evidence, fix: nativeUnit(unitCase) };
    }
    case "oneshot": {
      const evidence = "Type=oneshot: systemd follows no process once the start is done";
      return { state: "bad", evidence, fix: nativeUnit(unitCase) };
    }
    default:
      return told("ok", `Type=${type}`);
  }
}

/** Whether the unit is a native one. */
export function generated(unitCase: UnitCase): Found {
  const { fragmentPath, sourcePath } = unitCase.properties;
  if (isWrappedScript(unitCase.properties)) {
    const evidence = `made by systemd-sysv-generator from ${sourcePath}`;
    return { state: "bad", evidence, fix: nativeUnit(unitCase) };
  }
  if (fragmentPath === undefined) return told("unknown", "systemd names no file that it is from");
  return told("ok", `its file is ${fragmentPath}`);
}

/** Whether gunicorn stays where systemd has put it. */
export function daemonize(unitCase: UnitCase): Found {
  const masters = livingIn(unitCase);
  const [any] = masters;
  if (any === undefined) return daemonizeAtRest(unitCase);
  const loose = masters.filter((placed) => !isFollowed(placed, masters, unitCase));
  if (loose.length === 0) {
    return told("ok", `${mastersText(masters, "is")} followed by systemd`);
  }
  const away = loose.flatMap((one) =>
    one.head?.ancestors[0] === 1 ? [{ ...one, head: one.head }] : [],
  );
  if (away.length > 0 && unitCase.properties.mainPid === undefined) {
    return told("unknown", `whether systemd follows ${mastersText(away)} it does not tell`);
  }
  if (away.length > 0) {
    return { state: "bad", evidence: wayOut(away), fix: daemonCure(unitCase) };
  }
  if (loose.some(({ head }) => head === undefined)) {
    return told("unknown", `the parent of ${mastersText(loose)} could not be read`);
  }
  const parents = loose.map(({ head }) => head?.ancestors[0]).join(", ");
  return told("ok", `${mastersText(loose, "is")} still below what started it (pid ${parents})`);
}

/** True for the main process, what descends from it, and both sides of an upgrade of it. */
function isFollowed(
  { master, head, group }: LivingGroup,
  masters: readonly LivingGroup[],
  { properties }: UnitCase,
): boolean {
  const { mainPid: main } = properties;
  if (main === undefined || main === 0) return false;
  if (master.pid === main || head?.ancestors.includes(main) === true) return true;
  if (group.role !== "predecessor") return false;
  const successor = masters.find((one) => one.master.pid === main)?.head;
  return successor?.ancestors.includes(master.pid) === true;
}

/** gunicorn forks twice and makes a session between (util.py, daemonize), systemd neither. */
function wayOut(away: readonly (LivingGroup & { readonly head: HeadFacts })[]): string {
  const asked = away.some(({ head }) => asksForDaemon(head.args.join(" ")));
  const sessions = away.map(({ head }) => head.session).join(", ");
  const how = `with parent pid 1 and session ${sessions}${asked ? ", started with --daemon" : ""}`;
  return `${mastersText(away, "runs")} loose, not followed by systemd: ${how}`;
}

/** True for a command line, joined by blanks, that tells gunicorn to become a daemon. */
function asksForDaemon(args: string): boolean {
  return /(?:^| )(?:-D|--daemon)(?= |$)/.test(args);
}

function daemonCure(unitCase: UnitCase): string {
  if (isWrappedScript(unitCase.properties)) return nativeUnit(unitCase);
  const asked = unitCase.properties.execStart?.some(({ args }) => asksForDaemon(args));
  return asked === true ? withoutDaemon(unitCase) : restart(unitCase);
}

/** What the command says while nothing runs that would show it. */
function daemonizeAtRest(unitCase: UnitCase): Found {
  const { properties } = unitCase;
  if (properties.execStart === undefined) return told("unknown", unreadableCommand);
  const [start] = properties.execStart;
  if (isWrappedScript(properties)) {
    return told("unknown", `what ${properties.sourcePath} starts shows only while it runs`);
  }
  if (start === undefined) return undefined;
  if (asksForDaemon(start.args)) {
    if (properties.serviceType === "forking" && properties.pidFile !== undefined) {
      return told("ok", "ExecStart has --daemon, and PIDFile names the process to follow");
    }
    return { state: "bad", evidence: "ExecStart has --daemon", fix: withoutDaemon(unitCase) };
  }
  if (!/(?:^|\/)gunicorn3?(?= |$)/.test(start.args)) {
    return told("unknown", `what ${start.path} does shows only while it runs`);
  }
  if (/ (?:-c|--config)(?=[ =]|$)/.test(start.args)) {
    return told("unknown", "ExecStart has no --daemon, but its configuration file may ask for it");
  }
  return told("ok", "ExecStart has no --daemon");
}
