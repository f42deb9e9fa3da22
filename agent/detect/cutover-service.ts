import type { CutoverService, CutoverSocket } from "../model/cutover.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { SocketReport } from "../model/report.ts";
import { pathFrom } from "./cutover-choices.ts";
import type { PlanFacts, PlanSubject } from "./cutover-parts.ts";
import type { ChosenValues } from "./cutover-values.ts";

/** gunicorn's own default of --graceful-timeout. */
const graceSeconds = 30;
/** Between the end of that and the KILL of systemd. */
const slackSeconds = 5;

/** Type=notify since gunicorn 20.0.0 (arbiter.py, systemd.sd_notify). */
function typeFor(version: string): CutoverService["serviceType"] {
  return Number.parseInt(version, 10) >= 20 ? "notify" : "simple";
}

/** The path of a unix bind as it is written, from the working directory. */
function unixPath({ chdir }: ChosenValues, bind: string): string | undefined {
  const path = /^unix:(?:\/\/)?(.+)$/s.exec(bind)?.[1];
  return path === undefined ? undefined : pathFrom(chdir.value, path);
}

/** Paths of the unix binds as they are written, links and `..` and all. */
export function unixPaths(values: ChosenValues): readonly string[] {
  return values.line.binds.flatMap((bind) => unixPath(values, bind) ?? []);
}

/** Binds beside the socket; `realPaths` has the one true path of each that can be found. */
export function bindsBeside(
  values: ChosenValues,
  socket: string,
  realPaths: ReadonlyMap<string, string>,
): readonly string[] {
  const real = (path: string): string => realPaths.get(path) ?? path;
  return values.line.binds.filter((bind) => {
    const path = unixPath(values, bind);
    return path === undefined || real(path) !== real(socket);
  });
}

/** A umask as gunicorn takes it: with a zero in front it is octal. */
function maskWords(umask: number): readonly string[] {
  return ["-m", umask.toString(8).padStart(3, "0")];
}

/**
 * As many as there are to be. Where gunicorn is started without a number, its settings file or
 * its environment has it, and stays in force.
 */
function workerWords(
  { look, values: { line } }: PlanFacts,
  workers: number,
  flags: CutoverFlags,
): string[] {
  const isStarted = look.ownLaunch !== undefined || look.scripts.launches.length > 0;
  const isNamed = flags.workers !== undefined || line.workers !== undefined;
  return isStarted && !isNamed ? [] : ["-w", String(workers)];
}

/** What the socket has to be again. */
function socketOf(
  { path, file }: SocketReport,
  service: CutoverService,
  umask: number,
  url: string,
): CutoverSocket {
  const { user, group } = service;
  return {
    path,
    file: file === null ? null : { device: file.device, inode: file.inode },
    mode: 0o777 & ~umask,
    uid: user.uid,
    gid: group.gid,
    ownerText: `${user.name}:${group.name}`,
    url,
  };
}

/** The service as it will be with its socket; undefined as long as something is not known. */
export function serviceOf(
  facts: PlanFacts,
  { socket, name }: PlanSubject,
  flags: CutoverFlags,
  environmentFiles: readonly string[],
): { readonly service: CutoverService; readonly socket: CutoverSocket } | undefined {
  const { values, checks } = facts;
  const { user, group, version } = checks;
  const [program, app, chdir] = [values.program.value, values.app.value, values.chdir.value];
  const [workers, umask] = [values.workers.value, values.umask.value];
  if (user === undefined || group === undefined || version === undefined) return undefined;
  if (program === undefined || app === undefined || chdir === undefined) return undefined;
  if (workers === undefined || umask === undefined) return undefined;
  const { line } = values;
  const root = flags.keepRoot ? ["-u", user.name, "-g", group.name] : [];
  const initGroups = flags.keepRoot && line.initGroups ? ["--initgroups"] : [];
  const own = [...workerWords(facts, workers, flags), ...line.kept, ...maskWords(umask)];
  const service: CutoverService = {
    name,
    program,
    words: [...own, ...root, ...initGroups],
    otherBinds: bindsBeside(values, socket.path, checks.realPaths),
    app,
    bind: flags.socketActivation ? null : `unix:${socket.path}`,
    serviceType: typeFor(version),
    user: { name: user.name, uid: user.id },
    group: { name: group.name, gid: group.id },
    keepsRoot: flags.keepRoot,
    workingDirectory: chdir,
    environmentFiles,
    workers,
    version,
    stopTimeoutMs: ((line.graceSeconds ?? graceSeconds) + slackSeconds) * 1000,
  };
  return { service, socket: socketOf(socket, service, umask, flags.url ?? "/") };
}
