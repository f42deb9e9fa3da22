import type { UnitProperties } from "../model/unit.ts";
import type { Because, Judge, RefusalCase } from "./cutover-refusal-case.ts";

/** StartTransientUnit with PIDs, and clean mode, are as they are used here since then. */
const oldestSystemd = 244;

function jobRuns({ properties }: RefusalCase): Because {
  const job = properties?.job ?? 0;
  return job !== 0 && `systemd has job ${job} for it under way; wait for its end`;
}

function tooOld({ look: { systemdVersion } }: RefusalCase): Because {
  if (systemdVersion === undefined) return "systemctl does not tell which systemd this is";
  return (
    systemdVersion < oldestSystemd && `systemd ${systemdVersion} is older than ${oldestSystemd}`
  );
}

function otherBinds({ otherBinds: binds, flags }: RefusalCase): Because {
  if (binds.length === 0) return undefined;
  const also = `gunicorn also listens at ${binds.join(", ")}`;
  if (flags.socketActivation)
    return `${also}, which a unit that gets its socket from systemd does not`;
  return !flags.clean && `${also}, where two masters cannot be at a time: write --clean`;
}

/** Ports and names that the command line does not tell of, such as of a settings file. */
function unsaid({ look, values, socket, otherBinds: binds }: RefusalCase): Because {
  const said = [socket.path, ...values.line.binds, ...binds];
  const names = new Set(said.map((bind) => bind.replace(/^.*[/:]/s, "")));
  const other = (look.master?.listens ?? []).filter((one) => {
    const name = one.replace(/^.*[/ ]/s, "");
    // what gunicorn 25 and later are spoken to by
    return !names.has(name) && !name.endsWith(".ctl");
  });
  return (
    other.length > 0 &&
    `master ${look.master?.pid} also listens at ${other.join(", ")}, of which its command line says nothing`
  );
}

/** No unit of gunicorn's would start them, and a restart of it would end them if they were in it. */
function startsMore({ look: { besides, scripts } }: RefusalCase): Because {
  if (besides.length === 0) return undefined;
  const who = besides.map(({ pid, command }) => `${pid} (${command})`).join(", ");
  const script = scripts.initScript ?? "the unit";
  return (
    `process ${who} of the unit is none of gunicorn's: ${script} starts it as well, and the native ` +
    "unit would not; give it a unit of its own and end it here first"
  );
}

/** systemd ends whom it follows when the unit is stopped, also once it is in another unit. */
function isFollowed({ properties, flags }: RefusalCase): Because {
  if (flags.clean) return undefined;
  const { mainPid = 0, pidFile } = properties ?? {};
  const help = "so that a stop of the unit ends it: write --clean, which stops all first";
  if (mainPid !== 0)
    return `systemd follows process ${mainPid} as the unit's main process, ${help}`;
  return (
    pidFile !== undefined &&
    `the init script's "# pidfile:" line has systemd follow whom ${pidFile} names, ${help}`
  );
}

/** What systemd makes below /run for a unit as it starts, and removes as it stops. */
export function runtimeFolders(properties: UnitProperties | undefined): readonly string[] {
  const names = (properties?.shown["RuntimeDirectory"] ?? "").split(" ");
  // since systemd 250 a link to it may follow
  return names.flatMap((name) => (name === "" ? [] : `/run/${name.replace(/:.*$/s, "")}`));
}

/** The unit is stopped while the old masters serve from their scope. */
function stopRemovesSocket({ properties, socket, checks, flags }: RefusalCase): Because {
  if (flags.clean || properties?.shown["RuntimeDirectoryPreserve"] === "yes") return undefined;
  const real = checks.realPaths.get(socket.path) ?? socket.path;
  const folder = runtimeFolders(properties).find((one) => real.startsWith(`${one}/`));
  const cure = "write RuntimeDirectoryPreserve=yes beside it, and systemctl daemon-reload";
  return (
    folder !== undefined &&
    `a stop of the unit removes ${folder} (RuntimeDirectory=), and the live socket with it: ${cure}`
  );
}

/** systemd stops them as soon as the unit is down, and no start of it starts them. */
function isBound({ properties }: RefusalCase): Because {
  const bound = properties?.shown["BoundBy"] ?? "";
  const cure = "write Requires= there instead, and systemctl daemon-reload";
  return bound !== "" && `${bound} would be stopped with the unit (BindsTo=), for good: ${cure}`;
}

/** By the stop and the start of the unit, in whatever of it they find; such as its socket. */
function dropInsRun({ look: { dropInCommands }, flags }: RefusalCase): Because {
  if (flags.clean || dropInCommands.length === 0) return undefined;
  const what = dropInCommands.join(", ");
  const help = "take it out first, or write --clean, which stops all before it";
  return `${what} would be run while the old masters serve, and may end them or remove the socket; ${help}`;
}

/** Also where all is stopped first: nobody would serve until systemd gives that start up. */
function dropInsStart({ look: { dropInCommands, dropInStarts }, flags }: RefusalCase): Because {
  // one that cannot be read is told of once
  const told = flags.clean ? [] : dropInCommands;
  const what = dropInStarts.filter((one) => !told.includes(one)).join(", ");
  const help = "take it out first, and systemctl daemon-reload";
  return (
    what !== "" &&
    `${what} would hold for the native unit too, which systemd would not start as its file says; ${help}`
  );
}

/** Why this unit, under this systemd, must not be cut over. */
export const unitJudges: readonly Judge[] = [
  ["systemd-too-old", tooOld],
  ["unit-job-running", jobRuns],
  ["unit-unsuitable", isFollowed],
  ["unit-unsuitable", startsMore],
  ["unit-unsuitable", stopRemovesSocket],
  ["unit-unsuitable", dropInsRun],
  ["unit-unsuitable", dropInsStart],
  ["unit-unsuitable", isBound],
  ["unit-unsuitable", otherBinds],
  ["unit-unsuitable", unsaid],
];
